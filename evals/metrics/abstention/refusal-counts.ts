import type { Answered } from '../../metric.ts';

/** Refusing is the positive class: refused and unanswerable, refused and answerable, answered and unanswerable. */
export interface RefusalCounts {
  readonly right: number;
  readonly wrong: number;
  readonly missed: number;
}

/** Of cases that say whether they can be answered, each answer as often as `counts` says. */
export function weighRefusals(answered: readonly Answered[]): (counts: Float64Array) => RefusalCounts {
  return (counts) => {
    let [right, wrong, missed] = [0, 0, 0];
    for (const [place, { case: own, answer }] of answered.entries()) {
      const count = counts[place] ?? 0;
      if (answer.state === 'refused') {
        if (own.answerable === false) right += count;
        if (own.answerable === true) wrong += count;
      } else if (own.answerable === false) missed += count;
    }
    return { right, wrong, missed };
  };
}
