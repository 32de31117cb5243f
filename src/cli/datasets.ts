import { type ImportReport, importCases } from '../../evals/datasets/import-cases.ts';
import type { Finding } from '../../evals/datasets/lint.ts';
import { type LintReport, lintDataset } from '../../evals/datasets/lint-dataset.ts';
import { statsOf } from '../../evals/datasets/stats.ts';
import { parseFieldMap } from '../../evals/readers/field-map.ts';
import { describeReport } from './describe-report.ts';
import type { DatasetCommandOptions, ImportCommandOptions } from './eval-datasets.ts';
import type { Invocation } from './invocation.ts';

const listed = 200;

/** Resolves to the exit code: 1 when nothing was written because of what could not be read. */
export async function importDataset(
  context: Invocation,
  path: string,
  { map, ...options }: ImportCommandOptions,
): Promise<number> {
  const { signal, output, progress } = context;
  const report = await importCases(path, { ...options, ...mapOption(map), signal, onProgress: showCount(context) });
  progress.end();
  output.result(report, describeImport);
  return report.problems.length > 0 ? 1 : 0;
}

/** Resolves to the exit code: 1 when there are errors. */
export async function lint(
  context: Invocation,
  path: string,
  { map, ...options }: DatasetCommandOptions,
): Promise<number> {
  const { signal, output, progress } = context;
  const report = await lintDataset(path, { ...options, ...mapOption(map), signal, onProgress: showCount(context) });
  progress.end();
  output.result(report, describeLint);
  return report.errors > 0 ? 1 : 0;
}

export async function stats(
  context: Invocation,
  path: string,
  { map, ...options }: DatasetCommandOptions,
): Promise<void> {
  const show = showCount(context);
  const onProgress = (cases: number) => show('reading cases', cases);
  const counted = await statsOf(path, { ...options, ...mapOption(map), onProgress });
  context.progress.end();
  context.output.result(counted, describeReport);
}

function mapOption(map: string | undefined) {
  return map === undefined ? {} : { map: parseFieldMap(map) };
}

/** How many there are is not known before the end. */
function showCount({ progress }: Invocation): (label: string, done: number) => void {
  return (label, done) => {
    if (done % 100 === 0) progress.show({ label, done, total: null, etaSeconds: null });
  };
}

export function describeImport({ format, because, cases, preview, problems, out, corpus }: ImportReport): string {
  const shown = preview.map(
    ({ id, question, answers }) => `  ${id}: ${question}${answers[0] ? ` → ${answers[0]}` : ''}`,
  );
  const head = [`Read as ${format}: ${because}.`, ...shown];
  if (problems.length === 0)
    return [...head, `Wrote ${cases} cases to ${out}${corpus === null ? '' : `, their corpus to ${corpus}`}.`].join(
      '\n',
    );
  const places = problems
    .slice(0, listed)
    .map(
      ({ file, line, field, expected, received }) =>
        `${place(file, line)}: ${field}: expected ${expected}, got ${received}`,
    );
  return [
    ...head,
    ...places,
    ...more(problems),
    `Nothing was written: ${problems.length} records cannot be read.`,
  ].join('\n');
}

export function describeLint({ format, because, cases, errors, warnings, findings }: LintReport): string {
  const lines = findings
    .slice(0, listed)
    .map(({ file, line, severity, rule, message }: Finding) => `${place(file, line)}: ${severity} ${rule}: ${message}`);
  const summary = `${cases} cases read as ${format} (${because}): ${errors} errors, ${warnings} warnings.`;
  return [...lines, ...more(findings), summary].join('\n');
}

function place(file: string, line: number | null): string {
  return line === null ? file : `${file}:${line}`;
}

function more(list: readonly unknown[]): string[] {
  return list.length > listed ? [`… and ${list.length - listed} more, which --json lists`] : [];
}
