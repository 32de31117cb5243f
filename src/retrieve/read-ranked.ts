import type { DocumentStore } from '../store/documents.ts';
import type { FusedCandidate } from './fuse.ts';
import type { RetrieveInput, ScoredPassage } from './retrieve.ts';

/** The read protocol, in rank order; more candidates are read when many of the best may not be shown. */
export async function readRanked(
  documents: Pick<DocumentStore, 'readPassages'>,
  { principal, filter, limit }: RetrieveInput,
  fused: readonly FusedCandidate[],
): Promise<ScoredPassage[]> {
  const step = Math.max(30, 2 * limit);
  const ranked: ScoredPassage[] = [];
  for (let start = 0; start < fused.length && ranked.length < limit; start += step) {
    const batch = fused.slice(start, start + step);
    const read = await documents.readPassages(
      principal,
      batch.map(({ id }) => id),
      filter,
    );
    const byId = new Map(read.map((passage) => [passage.id, passage]));
    for (const { id, score, dense, sparse } of batch) {
      const passage = byId.get(id);
      if (passage) ranked.push({ ...passage, score, dense, sparse, steps: [{ step: 'fuse', score }] });
    }
  }
  return ranked;
}
