import { setTimeout as pause, setImmediate as turn } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import type { TenantId } from '../../domain/ids.ts';
import type { PassageTexts } from '../../store/passage-texts.ts';
import { createVocabularyBuilder, type Vocabulary } from './vocabulary.ts';

export interface VocabularyDeps {
  readonly texts: PassageTexts;
  readonly onError: (error: unknown) => void;
  readonly now?: () => number;
}

export interface Vocabularies {
  /** Begins to learn the tenant's words when nothing is known of them; never waits. */
  prepare(tenant: TenantId): void;
  /**
   * What is known of the tenant's words, null when nothing is yet. A stale vocabulary is given and learnt anew in the background; a
   * tenant's first one is waited for a moment, since most are small.
   */
  of(tenant: TenantId): Promise<Vocabulary | null>;
}

interface Learnt {
  readonly vocabulary: Vocabulary;
  readonly generation: number;
  /** Milliseconds of the clock before which it is not learnt anew. */
  readonly restUntil: number;
}

/** Words of all tenants together, about 100 bytes each. */
const mostWords = 1_000_000;
/** Passages that one vocabulary is learnt from; documents come in the order of their random ids. */
const mostPassages = 50_000;
/** Passages read without a pause: a few milliseconds. */
const passagesPerTurn = 50;
const firstWaitMilliseconds = 150;
/** Learning takes at most a twentieth of the time. */
const restFactor = 20;
const shortestRestMilliseconds = 10_000;

/** Vocabularies by tenant, in memory: learnt from the rows at first need, in the background, and again when the generation has changed. */
export function createVocabularies({
  texts,
  onError,
  now = performance.now.bind(performance),
}: VocabularyDeps): Vocabularies {
  const known = new LRUCache<TenantId, Learnt>({
    maxSize: mostWords,
    sizeCalculation: ({ vocabulary }) => vocabulary.size + 1,
  });
  const learning = new Map<TenantId, Promise<void>>();

  async function learn(tenant: TenantId): Promise<void> {
    const started = now();
    const generation = await texts.generation(tenant);
    const held = known.get(tenant);
    if (held?.generation === generation) {
      known.set(tenant, { ...held, restUntil: now() + shortestRestMilliseconds });
      return;
    }
    const builder = createVocabularyBuilder();
    let passages = 0;
    for await (const batch of texts.texts(tenant)) {
      for (const text of batch) {
        builder.add(text);
        passages += 1;
        // Questions go first.
        if (passages % passagesPerTurn === 0) await turn();
      }
      if (passages >= mostPassages) break;
    }
    const vocabulary = builder.build();
    const rest = Math.max(shortestRestMilliseconds, restFactor * (now() - started));
    known.set(tenant, { vocabulary, generation, restUntil: now() + rest });
  }

  function start(tenant: TenantId): Promise<void> {
    const running = learning.get(tenant);
    if (running) return running;
    const started = learn(tenant)
      .catch(onError)
      .finally(() => learning.delete(tenant));
    learning.set(tenant, started);
    return started;
  }

  return {
    prepare(tenant) {
      if (!known.has(tenant)) void start(tenant);
    },
    async of(tenant) {
      const held = known.get(tenant);
      if (held) {
        if (now() >= held.restUntil) void start(tenant);
        return held.vocabulary;
      }
      const waiting = new AbortController();
      const moment = pause(firstWaitMilliseconds, undefined, { signal: waiting.signal }).catch(() => {});
      await Promise.race([start(tenant), moment]);
      waiting.abort();
      return known.get(tenant)?.vocabulary ?? null;
    },
  };
}
