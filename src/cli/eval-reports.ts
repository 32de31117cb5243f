import { writeFile } from 'node:fs/promises';
import type { ChangedCase, Said } from '../../evals/compare/changed-cases.ts';
import type { MetricComparison } from '../../evals/compare/compare-metrics.ts';
import { compareRuns, type RunComparison } from '../../evals/compare/compare-runs.ts';
import { exitCodeOfRun } from '../../evals/gates/judge-gates.ts';
import { readCasePlaces } from '../../evals/reports/case-places.ts';
import type { CasePlace } from '../../evals/reports/failed-cases.ts';
import { formatValue } from '../../evals/reports/format-value.ts';
import { githubReport } from '../../evals/reports/github.ts';
import { comparisonTable } from '../../evals/reports/html/comparison.ts';
import { htmlReport } from '../../evals/reports/html/page.ts';
import { jsonLinesReport } from '../../evals/reports/json-lines.ts';
import { junitReport } from '../../evals/reports/junit.ts';
import { markdownReport } from '../../evals/reports/markdown.ts';
import { type Run, readRun } from '../../evals/reports/read-run.ts';
import { sarifReport } from '../../evals/reports/sarif.ts';
import { AppError } from '../domain/errors.ts';
import { describeSummary } from './describe-summary.ts';
import type { CompareOptions, ReportOptions } from './eval-compare.ts';
import type { Invocation } from './invocation.ts';
import { formatTable } from './output.ts';
import { formatOf, type ReportFormat } from './report-formats.ts';

/** Prints the comparison. Throws INVALID_REQUEST for what cannot be read or compared. */
export async function compareCommand(
  { output, progress }: Invocation,
  before: string,
  after: string,
  { force, limit }: CompareOptions,
): Promise<void> {
  const show = (label: string, done: number) => progress.show({ label, done, total: 2, etaSeconds: null });
  show('reading', 0);
  const [first, second] = [await readRun(before), await readRun(after)];
  show('comparing', 1);
  const comparison = await compareRuns(first, second, { isForced: force, ...(output.json ? {} : { most: limit }) });
  progress.end();
  output.result(comparison, describeComparison);
}

/** Writes or prints a report; resolves to the exit code of the run: 2 where it is invalid, 4 where a gate failed, 3 or 130 where it was cut short. */
export async function reportCommand(
  { output, progress }: Invocation,
  folder: string,
  options: ReportOptions,
): Promise<number> {
  const run = await readRun(folder);
  progress.show({ label: 'writing the report', done: 0, total: 1, etaSeconds: null });
  const { format, baseline, dataset } = options;
  const places = dataset === undefined ? new Map() : await readCasePlaces(dataset);
  const text = await reportText(run, { format, baseline: baseline ?? null, places });
  progress.end();
  if (options.out !== undefined) {
    await writeReport(options.out, text, '--out');
    output.note(`Written to ${options.out}.`);
  } else if (output.json && options.format === 'table') output.result(run.summary, () => '');
  else output.write(text);
  return exitCodeOfRun(run.summary);
}

/** Of cases that got worse, and better, in a report. */
const mostListed = 5;

interface WantedReport {
  readonly format: ReportFormat;
  /** Folder of a run. */
  readonly baseline: string | null;
  readonly places: ReadonlyMap<string, CasePlace>;
}

/** Writes a report into each file, of the format that its name ends with. Throws INVALID_REQUEST for a file that cannot be written. */
export async function writeReports(
  folder: string,
  files: readonly string[],
  wanted: Omit<WantedReport, 'format'>,
): Promise<void> {
  const run = await readRun(folder);
  for (const file of files)
    await writeReport(file, await reportText(run, { ...wanted, format: formatOf(file) ?? 'table' }), '--report');
}

async function writeReport(file: string, text: string, option: string): Promise<void> {
  await writeFile(file, text).catch((cause: unknown) => {
    const errors = [{ field: option, expected: 'a file that can be written', received: file }];
    throw new AppError('INVALID_REQUEST', 'The report cannot be written.', { errors, cause });
  });
}

async function reportText(run: Run, { format, baseline, places }: WantedReport): Promise<string> {
  const earlier = baseline === null ? null : await readRun(baseline);
  const comparison = earlier ? await compareRuns(earlier, run, { isForced: false, most: mostListed }) : null;
  switch (format) {
    case 'html':
      return await htmlReport(run, earlier, comparison && comparisonTable(comparison));
    case 'junit':
      return await junitReport(run, places);
    case 'markdown':
      return markdownReport(run, comparison);
    case 'sarif':
      return await sarifReport(run, places);
    case 'jsonl':
      return await jsonLinesReport(run);
    case 'github':
      return await githubReport(run, places);
    case 'table':
      return `${describeRun(run)}\n${comparison ? `\n${describeComparison(comparison)}\n` : ''}`;
  }
}

function describeRun({ summary, folder }: Run): string {
  const { usage } = summary;
  const spent = { ...usage, tokens: usage.inputTokens + usage.outputTokens, cost: usage.cost ?? 0 };
  return describeSummary({ summary, folder, reused: 0, spent });
}

/** A table of metrics, then the cases that changed most with both answers. */
function describeComparison(comparison: RunComparison): string {
  const { pairs, onlyBefore, onlyAfter, metrics, worse, better, regressions, fixes } = comparison;
  const headings = ['metric', 'pairs', 'before', 'after', 'difference', '95 % interval', 'p (Holm)', 'detectable', ''];
  return [
    `${comparison.before.id.slice(0, 12)} → ${comparison.after.id.slice(0, 12)}, ${pairs} cases in both`,
    ...onlyIn('before', onlyBefore),
    ...onlyIn('after', onlyAfter),
    formatTable(headings, metrics.map(describeMetric)),
    ...describeCases('worse', worse, regressions),
    ...describeCases('better', better, fixes),
  ].join('\n');
}

const longestList = 10;

function onlyIn(run: string, ids: readonly string[]): string[] {
  if (ids.length === 0) return [];
  const more = ids.length > longestList ? ` and ${ids.length - longestList} more` : '';
  return [`only ${run}: ${ids.slice(0, longestList).join(', ')}${more}`];
}

function describeMetric(row: MetricComparison): string[] {
  const { unit, interval } = row;
  return [
    row.metric,
    String(row.pairs),
    formatValue(row.before, unit),
    formatValue(row.after, unit),
    formatValue(row.delta, unit),
    interval ? `${formatValue(interval[0], unit)} … ${formatValue(interval[1], unit)}` : '–',
    row.adjustedPValue === null ? '–' : row.adjustedPValue.toPrecision(2),
    formatValue(row.minimumDetectable, unit),
    row.verdict === 'not shown' ? '' : row.verdict.toUpperCase(),
  ];
}

function describeCases(name: string, count: number, cases: readonly ChangedCase[]): string[] {
  if (count === 0) return [`No case is ${name}.`];
  const shown = cases.flatMap(({ id, question, changes, before, after }) => [
    `  ${id}  ${oneLine(question)}`,
    `    ${changes
      .slice(0, 4)
      .map((change) => `${change.metric} ${change.before.toFixed(2)} → ${change.after.toFixed(2)}`)
      .join(', ')}`,
    `    before: ${said(before)}`,
    `    after:  ${said(after)}`,
  ]);
  return [`${count} cases are ${name}:`, ...shown];
}

function said({ state, text }: Said): string {
  return `${state === 'finished' ? '' : `(${state}) `}${oneLine(text)}`;
}

function oneLine(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ');
  return line.length > 200 ? `${line.slice(0, 199)}…` : line;
}
