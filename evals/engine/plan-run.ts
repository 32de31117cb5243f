import { AppError, type FieldError } from '../../src/domain/errors.ts';
import { sha256 } from '../../src/domain/sha256.ts';
import { canonicalJson } from '../datasets/canonical-json.ts';
import type { Metric } from '../metric.ts';
import type { LoadedSuite } from '../suite.ts';
import { RunPlan } from '../summary.ts';
import { metricKey } from './answer-key.ts';
import type { Selection } from './select-cases.ts';

export interface PlanParts {
  readonly suite: LoadedSuite;
  readonly selection: Selection;
  readonly dataset: { readonly hash: string; readonly cases: number };
  readonly identity: string;
  readonly metrics: readonly Metric[];
  readonly repeats: number;
  readonly startedAt: Date;
}

/** What a run is of; of equal parts the id is equal, whenever it starts. */
export function planRun({ suite, selection, metrics, ...parts }: PlanParts): RunPlan {
  // How fast it asks, what it may cost and how it is judged may change while a run goes on; data and metrics stand beside.
  const { format, map, filter } = suite.data;
  const asked = { ...selection, only: selection.only && [...selection.only].sort() };
  const plan = {
    format: RunPlan.shape.format.value,
    suite: suite.name,
    suiteHash: sha256(canonicalJson([suite.target, { format, map, filter }, asked, metrics.map(metricKey)])),
    dataset: parts.dataset,
    target: { kind: suite.target.kind, identity: parts.identity },
    metrics: metrics.map(plannedMetric),
    repeats: parts.repeats,
    seed: selection.seed,
  };
  return { ...plan, id: sha256(canonicalJson(plan)), startedAt: parts.startedAt.toISOString() };
}

/** A metric as plans name it; one that a model judges with its judge. */
export function plannedMetric(metric: Metric): RunPlan['metrics'][number] {
  const { name, version } = metric;
  return metric.of === 'judged' ? { name, version, fingerprint: metric.fingerprint } : { name, version };
}

/** Throws INVALID_REQUEST naming what of the run is not as it was. */
export function requireSamePlan(earlier: RunPlan, now: RunPlan, folder: string): void {
  if (earlier.id === now.id) return;
  const errors: FieldError[] = [];
  const compare = (field: string, expected: unknown, received: unknown) => {
    if (canonicalJson(expected) !== canonicalJson(received))
      errors.push({
        field,
        expected: `${canonicalJson(expected)}, as in ${folder}`,
        received: canonicalJson(received),
      });
  };
  compare('name', earlier.suite, now.suite);
  compare('data', earlier.dataset, now.dataset);
  compare('target', earlier.target, now.target);
  compare('metrics', earlier.metrics, now.metrics);
  compare('repeats', earlier.repeats, now.repeats);
  compare('seed', earlier.seed, now.seed);
  if (errors.length === 0) compare('suite', earlier.suiteHash, now.suiteHash);
  throw new AppError('INVALID_REQUEST', 'The run cannot go on: it is no longer the same.', { errors });
}
