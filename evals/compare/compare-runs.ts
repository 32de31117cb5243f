import { AppError } from '../../src/domain/errors.ts';
import { readCaseGroups, readCaseScores } from '../reports/case-scores.ts';
import type { Run } from '../reports/read-run.ts';
import { type ChangedCases, findChangedCases } from './changed-cases.ts';
import { compareMetrics, type MetricComparison } from './compare-metrics.ts';

interface ComparedRun {
  readonly id: string;
  readonly folder: string;
  readonly suite: string;
  readonly target: string;
}

export interface RunComparison extends ChangedCases {
  readonly before: ComparedRun;
  readonly after: ComparedRun;
  /** Cases that both runs were asked. */
  readonly pairs: number;
  readonly onlyBefore: readonly string[];
  readonly onlyAfter: readonly string[];
  readonly metrics: readonly MetricComparison[];
}

export interface CompareOptions {
  /** Compare also runs of other data, by what has the same id. */
  readonly isForced: boolean;
  /** How many regressions and fixes are listed; all where it is left out. */
  readonly most?: number;
}

/**
 * Compares two runs, paired by the ids of cases. Throws INVALID_REQUEST where the runs are of other data, unless `isForced`, or have no case in
 * common.
 */
export async function compareRuns(
  before: Run,
  after: Run,
  { isForced, most = Number.POSITIVE_INFINITY }: CompareOptions,
): Promise<RunComparison> {
  const [hashBefore, hashAfter] = [before.plan.dataset.hash, after.plan.dataset.hash];
  if (hashBefore !== hashAfter && !isForced)
    throw new AppError('INVALID_REQUEST', 'The two runs are of different cases.', {
      errors: [
        {
          field: 'dataset',
          expected: `the cases of ${before.folder} (${hashBefore.slice(0, 12)}), or --force to compare what has the same id`,
          received: hashAfter.slice(0, 12),
        },
      ],
    });
  const asked = new Set<string>();
  for await (const { id } of before.cases()) asked.add(id);
  const groups = await readCaseGroups(after);
  const pairs = [...groups.keys()].filter((id) => asked.has(id)).length;
  if (pairs === 0)
    throw new AppError('INVALID_REQUEST', 'The two runs have no case in common.', {
      errors: [{ field: 'cases', expected: 'some with the same id', received: 'none' }],
    });
  const [beforeScores, afterScores] = [await readCaseScores(before), await readCaseScores(after)];
  return {
    before: described(before),
    after: described(after),
    pairs,
    onlyBefore: [...asked].filter((id) => !groups.has(id)),
    onlyAfter: [...groups.keys()].filter((id) => !asked.has(id)),
    metrics: compareMetrics({
      ...{ before: beforeScores, after: afterScores, groups, seed: after.plan.seed },
      ...{ earlier: before.summary.metrics, later: after.summary.metrics },
    }),
    ...(await findChangedCases({ before, after, beforeScores, afterScores, most })),
  };
}

function described({ folder, plan }: Run): ComparedRun {
  return { id: plan.id, folder, suite: plan.suite, target: plan.target.identity };
}
