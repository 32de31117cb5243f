import type { PassageId } from '../domain/ids.ts';
import type { IndexCandidate } from '../store/vector-index.ts';

/** A candidate with its fused score in [0, 1]. */
export interface FusedCandidate extends IndexCandidate {
  readonly score: number;
}

/** Weight of the dense side. Both sides as shares of their maximum beat rank fusion on every set measured; see the ADR on fusion. */
const denseWeight = 0.5;

/**
 * Convex combination of both sides, each divided by its maximum among the candidates: scores keep the margins that ranks throw away.
 * A side without any score leaves the other alone; a passage that still waits for its vector is ranked by its words, and
 * by the lowest cosine of the candidates at least. Best first, ties by id. Source: Bruch, Gai and Ingber 2023, "An Analysis of Fusion Functions for Hybrid Retrieval".
 */
export function fuse(candidates: readonly IndexCandidate[]): FusedCandidate[] {
  const sparseMaximum = Math.max(0, ...candidates.map((candidate) => candidate.sparse ?? 0));
  const cosines = candidates.flatMap((candidate) => candidate.dense ?? []);
  const denseMaximum = Math.max(0, ...cosines);
  const denseMinimum = share(Math.min(...cosines, denseMaximum), denseMaximum);
  const weight = denseMaximum === 0 ? 0 : sparseMaximum === 0 ? 1 : denseWeight;
  return candidates
    .map((candidate) => {
      const sparse = share(candidate.sparse ?? 0, sparseMaximum);
      const dense = candidate.dense === null ? Math.max(sparse, denseMinimum) : share(candidate.dense, denseMaximum);
      return { ...candidate, score: (1 - weight) * sparse + weight * dense };
    })
    .sort(byScore);
}

/** Each candidate with the best score that any wording of the question gave it. */
export function mergeBest(rankings: readonly (readonly FusedCandidate[])[]): FusedCandidate[] {
  const best = new Map<PassageId, FusedCandidate>();
  for (const candidate of rankings.flat()) {
    const known = best.get(candidate.id);
    if (!known || candidate.score > known.score) best.set(candidate.id, candidate);
  }
  return [...best.values()].sort(byScore);
}

/** Best first, ties by id. */
export function byScore(one: FusedCandidate, other: FusedCandidate): number {
  return other.score - one.score || (one.id < other.id ? -1 : 1);
}

function share(score: number, maximum: number): number {
  return maximum > 0 ? Math.max(0, score) / maximum : 0;
}
