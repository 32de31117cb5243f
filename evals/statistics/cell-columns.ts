import type { Cell } from '../metric.ts';

/** The cells of one metric over a run, as numbers by the place of their case: what of a run grows with it is a few bytes a case. */
export interface CellColumns {
  /** Sums, sums of squares and numbers of `ok` cells, over the repeats of a case. */
  readonly sums: number[];
  readonly squares: number[];
  readonly ok: number[];
  readonly na: number[];
  readonly errors: number[];
  /** Each `ok` value with the place of its case, in the order of the cells; empty where nobody asks for percentiles. */
  readonly values: { readonly place: number[]; readonly value: number[] };
  /** Some of the reasons of cells without a value, each once. */
  readonly reasons: Set<string>;
}

/** So many distinct reasons say why a metric has no value; some name what differs from case to case. */
const mostReasons = 20;

export function emptyColumns(): CellColumns {
  return { sums: [], squares: [], ok: [], na: [], errors: [], values: { place: [], value: [] }, reasons: new Set() };
}

/** Cases come in order, so that the lists stay dense; `cases` is how many there are. */
export function addCell(columns: CellColumns, { status, value, reason }: Cell, place: number, hasPercentiles: boolean) {
  const { sums, squares, ok, na, errors, values, reasons } = columns;
  for (const list of [sums, squares, ok, na, errors]) while (list.length <= place) list.push(0);
  const add = (list: number[], amount: number) => {
    list[place] = (list[place] ?? 0) + amount;
  };
  if (reason !== null && reasons.size < mostReasons) reasons.add(reason);
  if (status === 'na') add(na, 1);
  if (status === 'error') add(errors, 1);
  if (status !== 'ok' || value === null) return;
  add(ok, 1);
  add(sums, value);
  add(squares, value * value);
  if (!hasPercentiles) return;
  values.place.push(place);
  values.value.push(value);
}
