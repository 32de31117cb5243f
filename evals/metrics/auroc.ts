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
  const order = [...cases.keys()].sort((one, other) => (cases[one]?.score ?? 0) - (cases[other]?.score ?? 0));
  return (counts) => {
    let positives = 0;
    let negatives = 0;
    let above = 0;
    for (let start = 0; start < order.length; ) {
      const score = cases[order[start] ?? 0]?.score;
      let tiedPositives = 0;
      let tiedNegatives = 0;
      for (; start < order.length && cases[order[start] ?? 0]?.score === score; start += 1) {
        const place = order[start] ?? 0;
        if (cases[place]?.positive) tiedPositives += counts[place] ?? 0;
        else tiedNegatives += counts[place] ?? 0;
      }
      above += tiedPositives * (negatives + tiedNegatives / 2);
      positives += tiedPositives;
      negatives += tiedNegatives;
    }
    return positives > 0 && negatives > 0 ? above / (positives * negatives) : null;
  };
}
