import type { Evidence, EvidencePiece } from './read-evidence.ts';

export interface BestPieces {
  /** Weighted share of the wanted words that they do not hold, in [0, 1]; 0 when nothing is wanted. */
  readonly lacking: number;
  /** The piece that holds most, and the one that adds most to it; fewer where nothing more is found. */
  readonly pieces: readonly EvidencePiece[];
}

/** The best two pieces of evidence for these words: one look at each place of each word. */
export function bestPieces(wanted: ReadonlyMap<string, number>, evidence: Evidence): BestPieces {
  const held = new Float64Array(evidence.pieces.length);
  const places: { weight: number; pieces: readonly number[] }[] = [];
  let total = 0;
  for (const [term, weight] of wanted) {
    total += weight;
    const pieces = evidence.terms.piecesWith(term);
    for (const piece of pieces) held[piece] = (held[piece] ?? 0) + weight;
    places.push({ weight, pieces });
  }
  const first = highest(held);
  if (first === null) return { lacking: total > 0 ? 1 : 0, pieces: [] };
  const added = new Float64Array(evidence.pieces.length);
  for (const { weight, pieces } of places)
    if (!pieces.includes(first)) for (const piece of pieces) added[piece] = (added[piece] ?? 0) + weight;
  const second = highest(added);
  const lacking = places.reduce(
    (sum, { weight, pieces }) =>
      pieces.includes(first) || (second !== null && pieces.includes(second)) ? sum : sum + weight,
    0,
  );
  return { lacking: lacking / total, pieces: [first, second].flatMap((index) => evidence.pieces[index ?? -1] ?? []) };
}

/** Weighted share of the wanted words that each piece holds, in [0, 1]; 0 when nothing is wanted. */
export function heldShares(wanted: ReadonlyMap<string, number>, evidence: Evidence): Float64Array {
  const held = new Float64Array(evidence.pieces.length);
  let total = 0;
  for (const [term, weight] of wanted) {
    total += weight;
    for (const piece of evidence.terms.piecesWith(term)) held[piece] = (held[piece] ?? 0) + weight;
  }
  return total > 0 ? held.map((weight) => weight / total) : held;
}

/** Index of the largest value above 0, the first of equals; null when there is none. */
function highest(values: Float64Array): number | null {
  let best: number | null = null;
  let most = 0;
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index] ?? 0;
    if (value <= most) continue;
    best = index;
    most = value;
  }
  return best;
}
