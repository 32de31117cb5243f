import type { PassageId } from '../domain/ids.ts';
import { byScore, type FusedCandidate } from './fuse.ts';
import type { ScoredPassage } from './retrieve.ts';

/** What a part alone found counts a little less than what the whole question found; measured, see the ADR on questions of several parts. */
const partWeight = 0.9;
/** The best of each part that are ranked and kept. */
const candidatesOfPart = 5;
const keptOfPart = 2;

/** Each part's ranking, best first. */
export type PartRankings = readonly (readonly FusedCandidate[])[];

/** The candidates of the whole question with the best of each part among them, each with its best score. Best first, ties by id. */
export function mergeParts(whole: readonly FusedCandidate[], parts: PartRankings): readonly FusedCandidate[] {
  if (parts.length === 0) return whole;
  const merged = new Map(whole.map((candidate) => [candidate.id, candidate]));
  for (const candidate of parts.flatMap((part) => part.slice(0, candidatesOfPart))) {
    const score = partWeight * candidate.score;
    const known = merged.get(candidate.id);
    // The scores of both sides stay those for the whole question, where it has them.
    if (!known || known.score < score) merged.set(candidate.id, { ...(known ?? candidate), score });
  }
  return [...merged.values()].sort(byScore);
}

/** The best passages of each part that are still there after ranking, at most `count` of each. */
export function evidenceOf(ranked: readonly ScoredPassage[], parts: PartRankings, count = keptOfPart): Set<PassageId> {
  const there = new Set(ranked.map(({ id }) => id));
  const found = (part: readonly FusedCandidate[]) => part.slice(0, candidatesOfPart).filter(({ id }) => there.has(id));
  return new Set(parts.flatMap((part) => found(part).slice(0, count)).map(({ id }) => id));
}

/** Brings the evidence into the first `limit`, behind what ranks there anyway and in place of the last of it that is no evidence. */
export function keepEvidence(
  ranked: readonly ScoredPassage[],
  evidence: ReadonlySet<PassageId>,
  limit: number,
): readonly ScoredPassage[] {
  const shown = ranked.slice(0, limit);
  const below = ranked.slice(limit);
  const missing = below.filter(({ id }) => evidence.has(id));
  if (missing.length === 0) return ranked;
  const replaceable = shown.filter(({ id }) => !evidence.has(id)).slice(-missing.length);
  const raised = missing.slice(0, replaceable.length);
  const moved = new Set([...replaceable, ...raised]);
  const staying = shown.filter((passage) => !moved.has(passage));
  return [...staying, ...raised, ...replaceable, ...below.filter((passage) => !moved.has(passage))];
}
