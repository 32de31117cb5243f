import { z } from 'zod';
import { JudgeTotals } from './judge/verdict-record.ts';
import { metricGroups } from './metric.ts';

const bounds = z.tuple([z.number(), z.number()]);

/** How far several answers to the same case differ. */
export const RepeatFigures = z.object({
  /** Answers to a case, at most. */
  k: z.int().min(2),
  /** Standard deviation of a case's values, its mean over cases. */
  deviation: z.number(),
  /** Share of the cases of which some answers pass and some do not; null, as the next two, where values are not 0 or 1. */
  flipRate: z.number().nullable(),
  /** pass@k and pass^k: the chance that any, and that all, of k answers to a case pass. */
  passAny: z.number().nullable(),
  passAll: z.number().nullable(),
});
export type RepeatFigures = z.output<typeof RepeatFigures>;

/** A metric over a run, or over the cases with one tag. */
export const MetricSummary = z.object({
  metric: z.string(),
  group: z.enum(metricGroups),
  better: z.enum(['higher', 'lower', 'none']),
  unit: z.enum(['share', 'count', 'milliseconds', 'tokens', 'dollars']),
  /** Mean over cases with status ok, or the suite metric's value; null without any. */
  value: z.number().nullable(),
  /** 95 %, clustered where cases name clusters; null where there are too few. */
  interval: bounds.nullable(),
  ok: z.int().min(0),
  na: z.int().min(0),
  errors: z.int().min(0),
  /** Nearest-rank percentiles over cells, for what is measured in milliseconds, tokens or dollars. */
  percentiles: z.object({ p50: z.number(), p90: z.number(), p95: z.number(), p99: z.number() }).nullable(),
  /** Left out where no case has several values. */
  repeated: RepeatFigures.optional(),
});
export type MetricSummary = z.output<typeof MetricSummary>;

export const gateKinds = ['absolute', 'baseline', 'tag', 'case', 'invariant', 'errors'] as const;

export const GateResult = z.object({
  /** As it stands in the suite or on the command line. */
  gate: z.string(),
  kind: z.enum(gateKinds),
  passed: z.boolean(),
  /** It could not be judged, and the run is no run: its metric is unknown, has no value, or has too many errors. Never passed. */
  invalid: z.boolean().default(false),
  /** What was found, in a sentence with its figures. */
  detail: z.string(),
  /** Ids of the cases that broke it, where it is about cases. */
  cases: z.array(z.string()),
});
export type GateResult = z.output<typeof GateResult>;

/** `summary.json` of a run: all that its reports say of it as a whole. */
export const RunSummary = z.object({
  suite: z.string(),
  cases: z.int().min(0),
  repeats: z.int().min(1),
  /** Answers that are errors. */
  errors: z.int().min(0),
  state: z.enum(['complete', 'budget', 'interrupted', 'invalid']),
  /** Why it is invalid, in sentences. */
  problems: z.array(z.string()).optional(),
  /** What a reader must know of figures that a model judged: whether anybody compared it with people. */
  notes: z.array(z.string()).optional(),
  /** Share of answers, and of the cells of a metric, that may be errors; 0 where it is left out. */
  maxErrorRate: z.number().min(0).max(1).optional(),
  metrics: z.array(MetricSummary),
  tags: z.record(z.string(), z.array(MetricSummary)),
  gates: z.array(GateResult),
  /** Of the answers; what judges took stands in `judge`. */
  usage: z.object({ inputTokens: z.int(), outputTokens: z.int(), calls: z.int(), cost: z.number().nullable() }),
  /** Left out where no model judges. */
  judge: JudgeTotals.optional(),
});
export type RunSummary = z.output<typeof RunSummary>;

/** `plan.json`, written before the first question: what the run is of. Its id is the hash of all but `startedAt`. */
export const RunPlan = z.object({
  /** Of the folder's layout; a reader refuses a newer one. */
  format: z.literal(1),
  id: z.string(),
  suite: z.string(),
  suiteHash: z.string(),
  /** Hash over all cases, and the number of them that are asked. */
  dataset: z.object({ hash: z.string(), cases: z.int().min(0) }),
  target: z.object({ kind: z.string(), identity: z.string() }),
  metrics: z.array(
    z.object({
      name: z.string(),
      version: z.int(),
      /** Of the judge, for judged metrics: what a calibration must fit. */
      fingerprint: z.string().optional(),
    }),
  ),
  repeats: z.int().min(1),
  seed: z.int(),
  startedAt: z.iso.datetime(),
});
export type RunPlan = z.output<typeof RunPlan>;

/**
 * Names of the files of a run's folder. `cases.jsonl` holds the cases as asked, so that a run explains itself; there is a `verdicts.jsonl` only where
 * models judge.
 */
export const runFiles = {
  plan: 'plan.json',
  cases: 'cases.jsonl',
  answers: 'answers.jsonl',
  cells: 'cells.jsonl',
  verdicts: 'verdicts.jsonl',
  summary: 'summary.json',
} as const;
