import type { Schemas } from '@qdrant/js-client-rest';
import { AppError } from '../../../domain/errors.ts';
import type { Collection } from './collections.ts';
import type { QdrantCalls } from './qdrant-calls.ts';

type Point = Schemas['PointStruct'];

/** Writes points in full batches, a few at a time; small documents share one. */
export interface PointWriter {
  /** Resolves when there is room for more. Throws what an earlier batch threw. */
  add(points: readonly Point[]): Promise<void>;
  /** Resolves when every point is searchable. */
  finish(): Promise<void>;
}

const pointsPerBatch = 128;
/** Far below Qdrant's limit of 32 MB a request. */
const bytesPerBatch = 4_000_000;
const batchesInFlight = 3;

interface WriterOptions {
  readonly calls: Pick<QdrantCalls, 'write'>;
  readonly collection: Pick<Collection, 'name'>;
  readonly signal: AbortSignal;
}

export function createWriter({ calls, collection, signal }: WriterOptions): PointWriter {
  const inFlight = new Set<Promise<void>>();
  let batch: Point[] = [];
  let bytes = 0;
  let failure: { readonly error: unknown } | null = null;

  async function send(): Promise<void> {
    while (inFlight.size >= batchesInFlight) await Promise.race(inFlight);
    if (failure) throw failure.error;
    const work = upsert(batch)
      .catch((error: unknown) => {
        failure ??= { error };
      })
      .finally(() => inFlight.delete(work));
    inFlight.add(work);
    batch = [];
    bytes = 0;
  }

  async function upsert(points: Point[]): Promise<void> {
    const request = { collection_name: collection.name, wait: true, points };
    const result = await calls.write('upsertPoints', request, signal);
    if (result.status !== 'completed')
      throw new AppError(
        'INDEX_UNAVAILABLE',
        `Qdrant did not finish writing ${points.length} points: ${result.status}.`,
      );
  }

  return {
    async add(points) {
      for (const point of points) {
        const size = bytesOf(point);
        if (batch.length >= pointsPerBatch || (batch.length > 0 && bytes + size > bytesPerBatch)) await send();
        batch.push(point);
        bytes += size;
      }
    },
    async finish() {
      if (batch.length > 0) await send();
      await Promise.all(inFlight);
      if (failure) throw failure.error;
    },
  };
}

/** About the size of its JSON: a number of a vector takes 12 bytes, a character of a text at most 4. */
function bytesOf({ vector, payload }: Point): number {
  const numbers = Object.values(vector).reduce((sum: number, part: unknown) => sum + lengthOf(part), 0);
  const content = payload?.content;
  return 12 * numbers + 1_000 + (typeof content === 'string' ? 4 * content.length : 0);
}

function lengthOf(vector: unknown): number {
  if (Array.isArray(vector)) return vector.length;
  const indices = typeof vector === 'object' && vector !== null ? Reflect.get(vector, 'indices') : null;
  return Array.isArray(indices) ? 2 * indices.length : 0;
}
