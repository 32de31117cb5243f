import type { Spend } from '../../evals/engine/budget.ts';
import type { RunForecast } from '../../evals/engine/forecast-run.ts';
import type { Throughput } from '../../evals/engine/run-suite.ts';
import type { JudgeTotals } from '../../evals/judge/verdict-record.ts';
import { formatValue } from '../../evals/reports/format-value.ts';
import type { RunSummary } from '../../evals/summary.ts';
import { formatTable } from './output.ts';
import { formatDuration } from './progress.ts';

export interface DescribedRun {
  readonly summary: RunSummary;
  readonly folder: string;
  readonly reused: number;
  readonly spent: Spend;
  /** Of a run that was made now. */
  readonly throughput?: Throughput;
}

const states = {
  complete: 'complete',
  budget: 'PARTIAL: stopped at the end of the budget',
  interrupted: 'PARTIAL: interrupted',
  invalid: 'INVALID',
} as const;

/** Metrics with their intervals, then gates, for people. */
export function describeSummary({ summary, folder, reused, spent, throughput }: DescribedRun): string {
  const { suite, cases, repeats, errors, state, problems = [], notes = [], metrics, gates, judge } = summary;
  const asked = `${cases} cases${repeats > 1 ? `, each ${repeats} times` : ''}`;
  const cost =
    spent.calls > 0 ? `, ${spent.calls} calls, ${spent.tokens} tokens, $${spent.cost.toFixed(4)} (estimated)` : '';
  const rows = metrics.map((metric) => [
    metric.metric,
    formatValue(metric.value, metric.unit),
    metric.interval ? metric.interval.map((bound) => formatValue(bound, metric.unit)).join(' … ') : '',
    `${metric.ok}`,
    `${metric.na}`,
    `${metric.errors}`,
  ]);
  const judged = gates.map(
    ({ gate, passed, invalid, detail }) => `${passed ? 'pass' : invalid ? 'INVALID' : 'FAIL'}  ${gate}: ${detail}`,
  );
  return [
    `${suite}: ${states[state]} · ${asked}, ${errors} errors, ${reused} reused${cost}${describeThroughput(throughput)}`,
    ...problems.map((problem) => `  ${problem}`),
    '',
    formatTable(['metric', 'value', '95 % interval', 'ok', 'na', 'errors'], rows),
    ...describeRepeats(metrics),
    ...(judged.length > 0 ? ['', ...judged] : []),
    ...(notes.length > 0 ? ['', ...notes] : []),
    ...(judge ? ['', describeJudge(judge)] : []),
    '',
    `The run is in ${folder}`,
    ...(state === 'interrupted' || state === 'budget' ? [`Go on with it by --resume ${folder}`] : []),
  ].join('\n');
}

function describeThroughput(throughput: Throughput | undefined): string {
  if (!throughput || throughput.asked === 0) return '';
  const { asked, seconds } = throughput;
  return `, ${asked} asked in ${formatDuration(seconds)} (${(asked / Math.max(seconds, 0.001)).toFixed(1)} a second)`;
}

/** A table of what several answers to a case have in common. */
function describeRepeats(metrics: RunSummary['metrics']): string[] {
  const rows = metrics.flatMap(({ metric, unit, repeated }) =>
    repeated
      ? [
          [
            metric,
            formatValue(repeated.deviation, unit),
            ...[repeated.flipRate, repeated.passAny, repeated.passAll].map((share) => formatValue(share, 'share')),
          ],
        ]
      : [],
  );
  const k = Math.max(0, ...metrics.map(({ repeated }) => repeated?.k ?? 0));
  if (rows.length === 0) return [];
  return ['', formatTable([`${k} answers to a case`, 'deviation', 'flip rate', `pass@${k}`, `pass^${k}`], rows)];
}

function describeJudge({ verdicts, kept, faults, failures, calls, cost, ...tokens }: JudgeTotals): string {
  const read = tokens.inputTokens + tokens.outputTokens;
  const price = cost === null ? 'no price known' : `$${cost.toFixed(4)} (estimated)`;
  return `judges: ${verdicts} verdicts, ${kept} of them kept from before, ${faults} replies were none, ${failures} calls failed; ${calls} calls, ${read} tokens, ${price}`;
}

export function describeForecast({
  cases,
  repeats,
  calls,
  inputTokens,
  outputTokens,
  cost,
  judgeCalls,
  plan,
}: RunForecast): string {
  const price = cost === null ? 'unknown: the target of the suite has no prices' : `$${cost.toFixed(4)} (estimated)`;
  return [
    `cases    ${cases} × ${repeats}`,
    `calls    ${calls} at most`,
    `tokens   ${inputTokens} read, ${outputTokens} written, at most`,
    `cost     ${price}`,
    ...(judgeCalls > 0 ? [`judges   ${judgeCalls} calls more at most; what they read depends on the answers`] : []),
    `plan     ${plan}`,
  ].join('\n');
}
