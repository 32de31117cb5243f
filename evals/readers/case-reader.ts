import { type EvalCase, EvalCase as EvalCaseSchema, type PlacedCase } from '../case.ts';
import type { FieldMap } from './field-map.ts';
import { checkRecord, type Problem, type Report } from './problem.ts';

export interface ReadOptions {
  readonly report: Report;
  /** Of the format `table` only. */
  readonly map: FieldMap | null;
}

/** Reads one format, case by case in the order of the file. What does not fit goes to `report`, and is left out where that returns. */
export type ReadCases = (path: string, options: ReadOptions) => AsyncGenerator<PlacedCase>;

/** A case by its schema with its place; nothing when it does not fit. */
export function* placeCase(
  record: object,
  place: Pick<Problem, 'file'> & { readonly line: number },
  report: Report,
): Generator<PlacedCase> {
  const fitted = checkRecord(EvalCaseSchema, record, place, report);
  if (fitted) yield { case: fitted.value satisfies EvalCase, ...place };
}
