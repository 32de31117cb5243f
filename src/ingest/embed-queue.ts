import { AppError } from '../domain/errors.ts';
import type { TenantId } from '../domain/ids.ts';
import type { Embedder } from '../models/embedder.ts';
import type { EmbeddingStore, PreparedVersion } from '../store/documents.ts';
import { createWakeUp } from './wake-up.ts';

interface EmbedQueueDeps {
  readonly embeddings: EmbeddingStore;
  readonly embedder: Embedder;
  /** Reading goes first, so that documents are searchable by words soon; their vectors follow. */
  readonly readingIsBusy: () => boolean;
  readonly onEmbedded: (tenants: ReadonlySet<TenantId>) => void;
  readonly log: { warn(fields: object, message: string): void };
}

export interface EmbedQueue {
  start(): void;
  wake(): void;
  /** Embeds what a version still lacks, ahead of its publication. */
  embedVersion(version: PreparedVersion, signal: AbortSignal): Promise<void>;
  stop(): Promise<void>;
}

const batchSize = 128;
const pollMilliseconds = 5_000;
/** How long vectors give way to reading before one batch is embedded all the same. */
const yieldMilliseconds = 15_000;
const retryMillisecondsMax = 30_000;

/** Fills in vectors of visible passages, oldest document first, one batch at a time, until it is stopped. */
export function createEmbedQueue(deps: EmbedQueueDeps): EmbedQueue {
  const stopping = new AbortController();
  const wakeUp = createWakeUp(stopping.signal);
  let loop: Promise<void> = Promise.resolve();

  async function run(): Promise<void> {
    let retryMilliseconds = 1_000;
    while (!stopping.signal.aborted) {
      try {
        if (deps.readingIsBusy()) await wakeUp.wait(yieldMilliseconds);
        if (stopping.signal.aborted) return;
        const embedded = await embedBatch();
        retryMilliseconds = 1_000;
        if (embedded === 0) await wakeUp.wait(pollMilliseconds);
      } catch (error) {
        if (stopping.signal.aborted) return;
        deps.log.warn({ err: error, retryMilliseconds }, 'embedding waits and tries again');
        await wakeUp.wait(retryMilliseconds);
        retryMilliseconds = Math.min(retryMilliseconds * 2, retryMillisecondsMax);
      }
    }
  }

  async function embedBatch(): Promise<number> {
    const waiting = await deps.embeddings.unembedded(deps.embedder.id, batchSize);
    if (waiting.length === 0) return 0;
    await embedAndSave(waiting, stopping.signal);
    deps.onEmbedded(new Set(waiting.map((passage) => passage.tenantId)));
    return waiting.length;
  }

  async function embedAndSave(
    passages: readonly { tenantId: TenantId; embeddingHash: string; text: string }[],
    signal: AbortSignal,
  ): Promise<void> {
    const vectors = await deps.embedder.embedDocuments(
      passages.map((passage) => passage.text),
      signal,
    );
    const rows = passages.map(({ tenantId, embeddingHash }, index) => {
      const vector = vectors[index];
      if (!vector) throw new AppError('MODEL_BAD_RESPONSE', 'The embedder gave fewer vectors than texts.');
      return { tenantId, embeddingHash, vector };
    });
    await deps.embeddings.save(deps.embedder.id, deps.embedder.dimensions, rows);
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
        await embedAndSave(passages.slice(start, start + batchSize), signal);
    },
    async stop() {
      stopping.abort(new AppError('SERVER_STOPPING', 'The server is stopping.'));
      await loop;
    },
  };
}
