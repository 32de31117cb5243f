import { AppError } from '../../src/domain/errors.ts';
import { cohenKappa } from '../statistics/kappa.ts';
import { mcnemarExact } from '../statistics/mcnemar.ts';
import type { JudgeCalibration } from './calibration-file.ts';

export interface JudgeVerdict {
  readonly score: number;
  /** By the judge's own threshold. */
  readonly unsupported: boolean;
  readonly evidence: readonly string[];
}

export interface JudgeDifference {
  readonly first: string;
  readonly second: string;
  /** With a verdict of both. */
  readonly answers: number;
  readonly agreement: number | null;
  readonly kappa: number | null;
  /** Of those on which they differ, by the labels of people. */
  readonly onlyFirstRight: number;
  readonly onlySecondRight: number;
  /** That both are right equally often, by McNemar's exact test. */
  readonly p: number;
  /** Furthest apart first. */
  readonly cases: readonly {
    readonly id: string;
    readonly isUnsupported: boolean;
    readonly first: JudgeVerdict;
    readonly second: JudgeVerdict;
  }[];
}

/** Where two judges call the same labelled answers differently. Throws INVALID_REQUEST for calibrations on other labels. */
export function compareJudges(first: JudgeCalibration, second: JudgeCalibration): JudgeDifference {
  if (first.labels.hash !== second.labels.hash)
    throw new AppError('INVALID_REQUEST', 'The two judges were not calibrated on the same labels.', {
      errors: [
        { field: 'labels', expected: `the file with the hash ${first.labels.hash}`, received: second.labels.hash },
      ],
    });
  const others = new Map(second.cases.map((each) => [each.id, verdictOf(second, each)]));
  const both = first.cases.flatMap((each) => {
    const [one, other] = [verdictOf(first, each), others.get(each.id) ?? null];
    return one && other ? [{ id: each.id, isUnsupported: each.isUnsupported, first: one, second: other }] : [];
  });
  const cases = both
    .filter((each) => each.first.unsupported !== each.second.unsupported)
    .toSorted((one, other) => distance(other) - distance(one));
  const onlyFirstRight = cases.filter((each) => each.first.unsupported === each.isUnsupported).length;
  return {
    first: first.judge,
    second: second.judge,
    answers: both.length,
    agreement: both.length === 0 ? null : 1 - cases.length / both.length,
    kappa: kappaOf(both)?.kappa ?? null,
    onlyFirstRight,
    onlySecondRight: cases.length - onlyFirstRight,
    p: mcnemarExact(onlyFirstRight, cases.length - onlyFirstRight),
    cases,
  };
}

function verdictOf(
  { threshold }: JudgeCalibration,
  { score, evidence }: JudgeCalibration['cases'][number],
): JudgeVerdict | null {
  return score === null ? null : { score, unsupported: score < threshold, evidence };
}

const callOf = ({ unsupported }: JudgeVerdict) => (unsupported ? 'unsupported' : 'supported');
const kappaOf = (both: readonly Pick<JudgeDifference['cases'][number], 'first' | 'second'>[]) =>
  cohenKappa(both.map(({ first, second }) => [callOf(first), callOf(second)] as const));
const distance = ({ first, second }: JudgeDifference['cases'][number]) => Math.abs(first.score - second.score);
