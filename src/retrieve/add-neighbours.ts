import { type PassageId, passageId } from '../domain/ids.ts';
import type { DocumentStore } from '../store/documents.ts';
import type { DroppedPassage, RetrieveInput, ScoredPassage } from './retrieve.ts';

/** Passages whose neighbours are looked at. */
const anchorsAtMost = 3;
/** Of its anchor's score; .2 to .3 pack the same share of what questions ask for. */
const neighbourShare = 0.25;

interface Ranking {
  /** Best first. */
  readonly passages: readonly ScoredPassage[];
  readonly dropped: readonly DroppedPassage[];
}

/**
 * The passages before and after each of the best three, among the others by a quarter of its score: what a question asks for often goes on
 * there. Read under the same permissions and filter; what a step took out stays out.
 */
export async function addNeighbours(
  documents: Pick<DocumentStore, 'readPassages'>,
  { principal, filter }: RetrieveInput,
  { passages, dropped }: Ranking,
): Promise<readonly ScoredPassage[]> {
  const scores = new Map<PassageId, number>();
  const takenOut = new Set(dropped.map(({ passage }) => passage.id));
  for (const { documentId, version, ordinal, score } of passages.slice(0, anchorsAtMost))
    for (const place of [ordinal - 1, ordinal + 1]) {
      const id = passageId(principal.tenantId, documentId, version, place);
      if (place >= 0 && !takenOut.has(id)) scores.set(id, Math.max(scores.get(id) ?? 0, neighbourShare * score));
    }
  const known = new Set(passages.map(({ id }) => id));
  const unread = [...scores.keys()].filter((id) => !known.has(id));
  const read = unread.length > 0 ? await documents.readPassages(principal, unread, filter) : [];
  const added = read.map(({ windows: _windows, ...passage }) => raise({ ...passage, ...notFound }, scores));
  const raised = passages.map((passage) => raise(passage, scores));
  return [...raised, ...added].sort((one, other) => other.score - one.score);
}

/** What a passage has that no side of the search found. */
const notFound = { score: 0, dense: null, sparse: null, steps: [] };

function raise(passage: ScoredPassage, scores: ReadonlyMap<PassageId, number>): ScoredPassage {
  const score = scores.get(passage.id) ?? 0;
  return score > passage.score
    ? { ...passage, score, steps: [...passage.steps, { step: 'neighbour', score }] }
    : passage;
}
