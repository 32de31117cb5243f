import { setTimeout as pause } from 'node:timers/promises';
import { AppError } from '../domain/errors.ts';
import type { TenantId } from '../domain/ids.ts';
import type { Embedder } from '../models/embedder.ts';
import { toRequestBatches } from '../models/request-batches.ts';
import type { EmbeddingStore, PreparedVersion, UnembeddedPassage } from '../store/documents.ts';
import type { WorkShare } from '../store/workers.ts';
import { embedTexts } from './embed-texts.ts';
import { embedWindows } from './embed-windows.ts';
import { createBackoff } from './retry-backoff.ts';
import { runBatches } from './run-batches.ts';
import { createWakeUp } from './wake-up.ts';

interface EmbedQueueDeps {
  readonly embeddings: EmbeddingStore;
  readonly embedder: Embedder;
  /** Reading goes first, so that documents are searchable by words soon; their vectors follow. */
  readonly readingIsBusy: () => boolean;
  readonly onEmbedded: (tenants: ReadonlySet<TenantId>) => void;
  /** The part of the texts that is this process's. */
  readonly share: () => WorkShare;
  /** Told what stands in the way, and null when the queue moves again. */
  readonly onFault: (fault: unknown) => void;
  readonly log: { warn(fields: object, message: string): void };
}

export interface EmbedQueue {
  start(): void;
  wake(): void;
  /** Embeds what a version still lacks, ahead of its publication. */
  embedVersion(version: PreparedVersion, signal: AbortSignal): Promise<void>;
  stop(): Promise<void>;
}

/** Texts that are asked for at once; those whose windows are embedded have about three each. */
const fetchSize = 2_048;
const windowedFetchSize = 1_024;
const callsAtOnce = 2;
const textOf = ({ text }: { readonly text: string }) => text;

type EmbeddedText = Parameters<EmbeddingStore['save']>[2][number];
type RefusedText = Parameters<EmbeddingStore['giveUp']>[1][number];
const pollMilliseconds = 5_000;
/** How long vectors give way to reading before one batch is embedded all the same. */
const yieldMilliseconds = 60_000;

/** Fills in vectors of visible passages, oldest document first, then those of their windows, until it is stopped. */
export function createEmbedQueue(deps: EmbedQueueDeps): EmbedQueue {
  const stopping = new AbortController();
  const wakeUp = createWakeUp(stopping.signal);
  let loop: Promise<void> = Promise.resolve();

  async function run(): Promise<void> {
    const backoff = createBackoff();
    while (!stopping.signal.aborted) {
      try {
        if (deps.readingIsBusy()) await wakeUp.wait(yieldMilliseconds);
        if (stopping.signal.aborted) return;
        // Windows make the order finer; every passage has its own vector first.
        const embedded = (await embedWaiting()) || (await windowWaiting());
        deps.onFault(null);
        backoff.reset();
        if (embedded === 0) await wakeUp.wait(pollMilliseconds);
      } catch (error) {
        if (stopping.signal.aborted) return;
        deps.log.warn({ err: error }, 'embedding waits and tries again');
        deps.onFault(error);
        // Whoever asked to be left alone for a while is, whatever is queued meanwhile.
        await pause(backoff.after(error), undefined, { signal: stopping.signal }).catch(() => {});
      }
    }
  }

  /** Resolves to how many texts waited; stops early when documents wait to be read. */
  async function embedWaiting(): Promise<number> {
    const waiting = await deps.embeddings.unembedded(deps.embedder.id, fetchSize, deps.share());
    await runBatches(toRequestBatches(waiting, textOf), {
      make: ({ items }) => embed(items, stopping.signal),
      save,
      atOnce: deps.embedder.callsAtOnce ?? callsAtOnce,
      shouldStop: deps.readingIsBusy,
    });
    return waiting.length;
  }

  /** Resolves to how many texts had no windows; the next ones wait until it is known that no passage lacks a vector. */
  async function windowWaiting(): Promise<number> {
    const { embeddings, embedder } = deps;
    const waiting = await embeddings.withoutWindows(embedder.id, windowedFetchSize, deps.share());
    await runBatches(toRequestBatches(waiting, textOf), {
      make: ({ items }) => embedWindows(embedder, items, stopping.signal),
      save: (windowed) =>
        embeddings.saveWindows(embedder.id, embedder.dimensions, windowed).then(() => deps.onFault(null)),
      atOnce: deps.embedder.callsAtOnce ?? callsAtOnce,
      shouldStop: deps.readingIsBusy,
    });
    return waiting.length;
  }

  async function embed(
    passages: readonly UnembeddedPassage[],
    signal: AbortSignal,
  ): Promise<(EmbeddedText | RefusedText)[]> {
    const results = await embedTexts(deps.embedder, passages.map(textOf), signal);
    return passages.flatMap(({ tenantId, embeddingHash }, index) => {
      const result = results[index];
      if (result === undefined) return [];
      const text = { tenantId, embeddingHash };
      return result instanceof AppError
        ? { ...text, reason: { code: result.code, detail: result.detail } }
        : { ...text, vector: result };
    });
  }

  /** A refused text stays without a vector: its passage is found by its words, and its document says why. */
  async function save(results: readonly (EmbeddedText | RefusedText)[]): Promise<void> {
    const { embeddings, embedder } = deps;
    const embedded = results.filter((result) => 'vector' in result);
    const refused = results.filter((result) => 'reason' in result);
    if (embedded.length > 0) {
      await embeddings.save(embedder.id, embedder.dimensions, embedded);
      // The queue moves, minutes before all that was asked for at once is made.
      deps.onFault(null);
    }
    if (refused.length > 0) {
      deps.log.warn({ texts: refused }, 'the embedder refuses texts');
      await embeddings.giveUp(embedder.id, refused);
    }
    deps.onEmbedded(new Set(embedded.map(({ tenantId }) => tenantId)));
  }

  return {
    start() {
      loop = run();
    },
    wake: wakeUp.wake,
    async embedVersion(version, signal) {
      const { tenantId } = version;
      const missing = await deps.embeddings.missing(
        deps.embedder.id,
        tenantId,
        version.passages.map((passage) => passage.embeddingHash),
      );
      const texts = new Map(version.passages.map((passage) => [passage.embeddingHash, passage.embeddingText]));
      const passages = missing.map((embeddingHash) => ({
        tenantId,
        embeddingHash,
        text: texts.get(embeddingHash) ?? '',
      }));
      for (const { items } of toRequestBatches(passages, textOf)) {
        const results = await embed(items, signal);
        // What is refused is queued when the version is published, and given up then.
        await save(results.filter((result) => 'vector' in result));
      }
    },
    async stop() {
      stopping.abort(new AppError('SERVER_STOPPING', 'The server is stopping.'));
      await loop;
    },
  };
}
