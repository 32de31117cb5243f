import type { ChangedCase, Said } from '../compare/changed-cases.ts';
import type { MetricComparison } from '../compare/compare-metrics.ts';
import type { RunComparison } from '../compare/compare-runs.ts';
import type { MetricSummary } from '../summary.ts';
import { formatValue } from './format-value.ts';
import type { Run } from './read-run.ts';

const mostRegressions = 5;

/** A summary for a pull request: gates, a table with intervals, and against a baseline the differences and the five worst regressions. */
export function markdownReport({ summary, plan }: Run, comparison: RunComparison | null): string {
  const broken = summary.gates.filter(({ passed }) => !passed);
  const state =
    broken.length > 0
      ? `❌ ${broken.length} of ${summary.gates.length} gates failed`
      : summary.gates.length > 0
        ? `✅ ${summary.gates.length} gates passed`
        : 'no gates';
  return `${[
    `## Evaluation ${inline(summary.suite)}: ${state}`,
    `${summary.cases} cases${summary.repeats > 1 ? ` × ${summary.repeats}` : ''}, ${summary.errors} errors, ${summary.state}. Run \`${plan.id.slice(0, 12)}\`.`,
    ...(summary.gates.length > 0
      ? [
          table(
            ['Gate', '', 'Found'],
            summary.gates.map(({ gate, passed, invalid, detail }) => [
              code(gate),
              passed ? '✅' : invalid ? '⛔ invalid' : '❌',
              inline(detail),
            ]),
          ),
        ]
      : []),
    ...list(summary.problems),
    comparison ? differences(comparison) : metrics(summary.metrics),
    ...list(summary.notes),
    ...(comparison ? regressions(comparison) : []),
  ].join('\n\n')}\n`;
}

function list(lines: readonly string[] = []): string[] {
  return lines.length > 0 ? [lines.map((line) => `- ${inline(line)}`).join('\n')] : [];
}

function metrics(summaries: readonly MetricSummary[]): string {
  return table(
    ['Metric', 'Value', '95 % interval', 'ok / na / errors'],
    summaries.map(({ metric, value, interval, unit, ok, na, errors }) => [
      code(metric),
      formatValue(value, unit),
      interval ? `${formatValue(interval[0], unit)} … ${formatValue(interval[1], unit)}` : '–',
      `${ok} / ${na} / ${errors}`,
    ]),
  );
}

const marks = { better: '▲ better', worse: '▼ worse', changed: 'changed', 'not shown': '' } as const;

function differences({ metrics: compared }: RunComparison): string {
  return table(
    ['Metric', 'Baseline', 'Now', 'Difference', '95 % interval', 'p (Holm)', ''],
    compared.map((row) => [
      code(row.metric),
      formatValue(row.before, row.unit),
      formatValue(row.after, row.unit),
      formatValue(row.delta, row.unit),
      intervalOf(row),
      row.adjustedPValue === null ? '–' : row.adjustedPValue.toPrecision(2),
      marks[row.verdict],
    ]),
  );
}

function intervalOf({ interval, unit }: MetricComparison): string {
  return interval ? `${formatValue(interval[0], unit)} … ${formatValue(interval[1], unit)}` : '–';
}

function regressions({ regressions: lost, worse, better, onlyBefore, onlyAfter }: RunComparison): string[] {
  const others = onlyBefore.length + onlyAfter.length;
  return [
    `${worse} cases got worse, ${better} better${others > 0 ? `; ${others} are in one of the runs only` : ''}.`,
    ...(lost.length > 0 ? [`### The worst regressions`, ...lost.slice(0, mostRegressions).map(regression)] : []),
  ];
}

function regression({ id, question, changes, before, after }: ChangedCase): string {
  const changed = changes
    .slice(0, 3)
    .map((change) => `${code(change.metric)} ${change.before.toFixed(2)} → ${change.after.toFixed(2)}`);
  return [
    `**${inline(id)}** ${inline(question)}${changed.length > 0 ? ` (${changed.join(', ')})` : ''}`,
    '',
    table(['Baseline', 'Now'], [[said(before), said(after)]]),
  ].join('\n');
}

const longest = 300;

function said({ state, text }: Said): string {
  const shown = text.length > longest ? `${text.slice(0, longest)}…` : text;
  return `${state === 'finished' ? '' : `*${state}:* `}${inline(shown)}`;
}

function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  return [headings, headings.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
}

/** Text on one line that Markdown, HTML, mentions and references leave as it is. */
function inline(text: string): string {
  return text
    .replaceAll(/\s+/g, ' ')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll(/[\\`*_{}[\]()#+!|~>-]/g, (character) => `\\${character}`)
    .replaceAll('@', '@\u2060')
    .replaceAll('://', ':\u2060//');
}

function code(text: string): string {
  return `\`${text.replaceAll(/\s+/g, ' ').replaceAll('`', "'").replaceAll('|', '\\|')}\``;
}
