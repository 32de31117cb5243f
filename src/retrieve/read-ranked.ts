import type { PassageId } from '../domain/ids.ts';
import { type DocumentStore, type PassageWindow, passagesWithWindows } from '../store/documents.ts';
import type { FusedCandidate } from './fuse.ts';
import type { RetrieveInput, ScoredPassage } from './retrieve.ts';

export interface RankedRead {
  readonly passages: ScoredPassage[];
  /** Windows of sentences with their vectors, of passages that have some. */
  readonly windows: ReadonlyMap<PassageId, readonly PassageWindow[]>;
}

export interface RankedReadOptions {
  /** Best first. */
  readonly fused: readonly FusedCandidate[];
  /** Of what was read, how many may be shown. */
  readonly countLeft: (passages: readonly ScoredPassage[]) => number;
}

/** The read protocol, in rank order; more candidates are read when many of the best may not be shown, or say the same. */
export async function readRanked(
  documents: Pick<DocumentStore, 'readPassages'>,
  { principal, filter, limit }: RetrieveInput,
  { fused, countLeft }: RankedReadOptions,
): Promise<RankedRead> {
  // At least as many as the stages order anew.
  const step = Math.max(passagesWithWindows, 2 * limit);
  const passages: ScoredPassage[] = [];
  const windows = new Map<PassageId, readonly PassageWindow[]>();
  for (let start = 0; start < fused.length && countLeft(passages) < limit; start += step) {
    const batch = fused.slice(start, start + step);
    const read = await documents.readPassages(
      principal,
      batch.map(({ id }) => id),
      filter,
    );
    const byId = new Map(read.map((passage) => [passage.id, passage]));
    for (const { id, score, dense, sparse } of batch) {
      const found = byId.get(id);
      if (!found) continue;
      const { windows: own, ...passage } = found;
      if (own.length > 0) windows.set(id, own);
      passages.push({ ...passage, score, dense, sparse, steps: [{ step: 'fuse', score }] });
    }
  }
  return { passages, windows };
}
