import { AppError } from '../domain/errors.ts';
import type { TenantId } from '../domain/ids.ts';
import type { Embedder } from '../models/embedder.ts';
import type { EmbeddingStore, PreparedVersion, UnembeddedPassage } from '../store/documents.ts';
import type { WorkShare } from '../store/workers.ts';
import { embedWindows, type WindowedText } from './embed-windows.ts';
import { createBackoff } from './retry-backoff.ts';
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

/** Texts that are asked for at once, and texts that one call embeds. */
const fetchSize = 1_024;
const batchSize = 128;
/** The same for texts whose windows are embedded: about four each. */
const windowedAtOnce = 256;
const windowedBatch = 32;

type EmbeddedText = Parameters<EmbeddingStore['save']>[2][number];
const pollMilliseconds = 5_000;
/** How long vectors give way to reading before one batch is embedded all the same. */
const yieldMilliseconds = 60_000;

/** Fills in vectors of visible passages, oldest document first, then those of their windows, one batch at a time, until it is stopped. */
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
        await wakeUp.wait(backoff.after(error));
      }
    }
  }

  /** Saves a batch while the next one is embedded; stops early when documents wait to be read. */
  async function embedWaiting(): Promise<number> {
    const waiting = await deps.embeddings.unembedded(deps.embedder.id, fetchSize, deps.share());
    let ahead: Promise<EmbeddedText[]> = Promise.resolve([]);
    for (let start = 0; start < waiting.length; start += batchSize) {
      const embedded = ahead;
      ahead = embed(waiting.slice(start, start + batchSize), stopping.signal);
      ahead.catch(() => {});
      await save(await embedded);
      if (deps.readingIsBusy()) break;
    }
    await save(await ahead);
    return waiting.length;
  }

  /** Resolves to how many texts had their windows embedded; the next ones wait until it is known that no passage does. */
  async function windowWaiting(): Promise<number> {
    const { embeddings, embedder } = deps;
    const waiting = await embeddings.withoutWindows(embedder.id, windowedAtOnce, deps.share());
    let ahead: Promise<WindowedText[]> = Promise.resolve([]);
    for (let start = 0; start < waiting.length; start += windowedBatch) {
      const windowed = ahead;
      ahead = embedWindows(embedder, waiting.slice(start, start + windowedBatch), stopping.signal);
      ahead.catch(() => {});
      await embeddings.saveWindows(embedder.id, embedder.dimensions, await windowed);
      if (deps.readingIsBusy()) break;
    }
    await embeddings.saveWindows(embedder.id, embedder.dimensions, await ahead);
    return waiting.length;
  }

  async function embed(passages: readonly UnembeddedPassage[], signal: AbortSignal): Promise<EmbeddedText[]> {
    const vectors = await deps.embedder.embedDocuments(
      passages.map((passage) => passage.text),
      signal,
    );
    return passages.map(({ tenantId, embeddingHash }, index) => {
      const vector = vectors[index];
      if (!vector) throw new AppError('MODEL_BAD_RESPONSE', 'The embedder gave fewer vectors than texts.');
      return { tenantId, embeddingHash, vector };
    });
  }

  async function save(vectors: readonly EmbeddedText[]): Promise<void> {
    if (vectors.length === 0) return;
    await deps.embeddings.save(deps.embedder.id, deps.embedder.dimensions, vectors);
    deps.onEmbedded(new Set(vectors.map((vector) => vector.tenantId)));
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
      for (let start = 0; start < passages.length; start += batchSize)
        await save(await embed(passages.slice(start, start + batchSize), signal));
    },
    async stop() {
      stopping.abort(new AppError('SERVER_STOPPING', 'The server is stopping.'));
      await loop;
    },
  };
}
