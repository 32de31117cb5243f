import { z } from 'zod';
import type { RecordedAnswer } from './answer-record.ts';
import type { EvalCase } from './case.ts';
import type { JudgeLedger } from './judge/judge-ledger.ts';

/** Value of a metric for a case; `na` where the metric is not defined for it, `error` where it could not be computed. Neither is ever a 0. */
export type Score =
  | { readonly status: 'ok'; readonly value: number; readonly evidence?: readonly string[] }
  | { readonly status: 'na' | 'error'; readonly reason: string; readonly evidence?: readonly string[] };

/** A line of `cells.jsonl`. */
export const Cell = z.object({
  case: z.string(),
  repeat: z.int().min(0),
  metric: z.string(),
  status: z.enum(['ok', 'na', 'error']),
  value: z.number().nullable(),
  reason: z.string().nullable(),
  /** What the value rests on, to be shown to a person. */
  evidence: z.array(z.string()),
});
export type Cell = z.output<typeof Cell>;

export const metricGroups = [
  'retrieval',
  'correctness',
  'groundedness',
  'citations',
  'abstention',
  'conversation',
  'robustness',
  'operations',
] as const;
export type MetricGroup = (typeof metricGroups)[number];

interface MetricShape {
  /** As in suites, gates and reports: `ndcg@10`, `citationRecall`. */
  readonly name: string;
  readonly group: MetricGroup;
  /** One line for reports. */
  readonly description: string;
  /** Which way is better; `none` where neither is. */
  readonly better: 'higher' | 'lower' | 'none';
  /** `share` in [0, 1]; others are not bounded above. */
  readonly unit: 'share' | 'count' | 'milliseconds' | 'tokens' | 'dollars';
  /** Changes when the same answer would get another value: kept cells of another version are computed again. */
  readonly version: number;
}

/** What a metric is computed from: a case and one answer to it. */
export interface Answered {
  readonly case: EvalCase;
  readonly answer: RecordedAnswer;
}

/** Scores one answer; the suite's figure is the mean over cases, of each the mean over its repeats. */
export interface CaseMetric extends MetricShape {
  readonly of: 'case';
  /** Deterministic. Never throws for an answer that fits its schema. */
  score(answered: Answered): Score;
}

/**
 * Scores one answer by a model's verdict; aggregated as a `CaseMetric` is. Its verdicts are kept, so that the same answer is judged once.
 */
export interface JudgedMetric extends MetricShape {
  readonly of: 'judged';
  /**
   * Who judges and how: models, votes, prompt and schema. Cells of another panel are computed again, and a calibration holds for one.
   */
  readonly fingerprint: string;
  /** Names of what its judges are asked about a case, whatever the answer; metrics with one name share its calls. */
  questions(one: EvalCase): readonly string[];
  /** Calls that one of them takes at most. */
  readonly callsAQuestion: number;
  /**
   * Judges that fail, write no verdict that can be checked, or do not agree make the cell an `error`. Without a ledger calls are free. Throws
   * `outOfBudget`, RECORDING_MISSING, STORAGE_FULL and the signal's reason.
   */
  score(answered: Answered, signal: AbortSignal, ledger?: JudgeLedger): Promise<Score>;
}

/** Has a value for the whole suite only, as an area under a curve has. `Read` is what it keeps of one answer. */
export interface SuiteMetric<Read = unknown> extends MetricShape {
  readonly of: 'suite';
  /** What the value rests on, of an answer without an error: so little that it may be kept of every answer of a run. Null where the answer does not count. */
  read(answered: Answered): Read | null;
  /**
   * Takes what was read of each answer; what it returns takes how often each of them counts, at least 0, and gives the value over them, null where it is
   * not defined. Resamples are drawn with it.
   */
  weigh(read: readonly (Read | null)[]): (counts: Float64Array) => number | null;
}

export type Metric = CaseMetric | JudgedMetric | SuiteMetric;
