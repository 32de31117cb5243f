import type { Answered } from '../../metric.ts';

/** Refusing is the positive class: refused and unanswerable, refused and answerable, answered and unanswerable. */
export interface RefusalCounts {
  readonly right: number;
  readonly wrong: number;
  readonly missed: number;
}

/** Of cases that say whether they can be answered, each answer as often as `counts` says; takes what `refusalKind` says of each. */
export function weighRefusals(read: readonly (number | null)[]): (counts: Float64Array) => RefusalCounts {
  const kinds = Uint8Array.from(read, (kind) => kind ?? 0);
  return (counts) => {
    const found = new Float64Array(4);
    for (let place = 0; place < kinds.length; place += 1) {
      const kind = kinds[place] ?? 0;
      found[kind] = (found[kind] ?? 0) + (counts[place] ?? 0);
    }
    const [, right = 0, wrong = 0, missed = 0] = found;
    return { right, wrong, missed };
  };
}

/** 1 for a right refusal, 2 for a wrong one, 3 for a missed one, else 0. */
export function refusalKind({ case: { answerable }, answer: { state } }: Answered): number {
  if (answerable === undefined) return 0;
  if (state === 'refused') return answerable ? 2 : 1;
  return answerable ? 0 : 3;
}
