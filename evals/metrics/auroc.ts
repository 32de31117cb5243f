interface Scored {
  readonly score: number;
  readonly positive: boolean;
}

/**
 * Area under the ROC curve: the probability that a positive scores above a negative, ties counting one half, in [0, 1].
 * Computed by ranks (Mann-Whitney U). Null when one of the classes is empty.
 */
export function auroc(cases: readonly Scored[]): number | null {
  return weighAuroc(cases)(new Float64Array(cases.length).fill(1));
}

/** The same with each case counting as often as its place in `counts` says; sorted once. */
export function weighAuroc(cases: readonly Scored[]): (counts: Float64Array) => number | null {
  const order = Uint32Array.from([...cases.keys()].sort((one, other) => scoreAt(cases, one) - scoreAt(cases, other)));
  const scores = Float64Array.from(order, (place) => scoreAt(cases, place));
  const isPositive = Uint8Array.from(order, (place) => Number(cases[place]?.positive));
  return (counts) => {
    let positives = 0;
    let negatives = 0;
    let above = 0;
    for (let rank = 0; rank < order.length; ) {
      const score = scores[rank];
      let tiedPositives = 0;
      let tiedNegatives = 0;
      do {
        const count = counts[order[rank] ?? 0] ?? 0;
        if (isPositive[rank] === 1) tiedPositives += count;
        else tiedNegatives += count;
        rank += 1;
      } while (rank < order.length && scores[rank] === score);
      above += tiedPositives * (negatives + tiedNegatives / 2);
      positives += tiedPositives;
      negatives += tiedNegatives;
    }
    return positives > 0 && negatives > 0 ? above / (positives * negatives) : null;
  };
}

function scoreAt(cases: readonly Scored[], place: number): number {
  return cases[place]?.score ?? 0;
}
