import { writeFile } from 'node:fs/promises';
import { hashOf } from '../../evals/hash-of.ts';
import { calibrateJudge } from '../../evals/judge/calibrate-judge.ts';
import { describeCalibration, type JudgeCalibration, readCalibration } from '../../evals/judge/calibration-file.ts';
import { compareJudges, type JudgeDifference } from '../../evals/judge/compare-judges.ts';
import { correctRate } from '../../evals/judge/corrected-rate.ts';
import { freeLedger, type Paid } from '../../evals/judge/judge-ledger.ts';
import { openJudge } from '../../evals/judge/open-judge.ts';
import { makePerturbations, type Perturbation } from '../../evals/judge/perturbations.ts';
import {
  createLexicalJudge,
  createModelJudge,
  type JudgedText,
  type SupportJudge,
} from '../../evals/judge/support-judge.ts';
import { type PerturbationReport, tryPerturbations } from '../../evals/judge/try-perturbations.ts';
import { readGroundednessFile } from '../../evals/readers/groundedness.ts';
import { readRun } from '../../evals/reports/read-run.ts';
import { AppError } from '../domain/errors.ts';
import { describeReport } from './describe-report.ts';
import type { Invocation } from './invocation.ts';
import { openVerdicts } from './open-metrics.ts';
import { openSuite } from './open-suite.ts';
import { formatTable } from './output.ts';
import { createStepProgress } from './progress.ts';
import { readContents, sampleFolder } from './read-contents.ts';

interface JudgeChoice {
  readonly judge: 'model' | 'lexical';
  /** Whose `judge` a model judge is. */
  readonly suite?: string;
}

export interface CalibrateJudgeOptions extends JudgeChoice {
  readonly out?: string;
  readonly limit?: number;
  readonly seed: number;
}

/** Resolves to the exit code: 1 when answers have no verdict because of an error. */
export async function calibrate(context: Invocation, file: string, options: CalibrateJudgeOptions): Promise<number> {
  const { out, limit, seed } = options;
  const cases = (await readGroundednessFile(file)).slice(0, limit);
  const { judge, spent } = await openSupportJudge(context, options, cases);
  const labelsHash = hashOf(cases);
  const calibration = await calibrateJudge(judge, cases, { seed, labelsHash, ...watch(context, 'judging') });
  context.progress.end();
  if (out) await writeFile(out, `${JSON.stringify(calibration, null, 2)}\n`);
  const { cases: _cases, ...summary } = calibration;
  context.output.result(summary, describeFigures);
  return closingNotes(context, calibration.labels.errors, spent);
}

function describeFigures(calibration: Omit<JudgeCalibration, 'cases'>): string {
  const note = describeCalibration(calibration.fingerprint, { ...calibration, cases: [] });
  const { format: _format, seed: _seed, ...shown } = calibration;
  return `${note}\n\n${describeReport(shown)}`;
}

/** Prints where two judges differ. */
export async function diff(
  { output }: Invocation,
  first: string,
  second: string,
  { limit }: { readonly limit: number },
): Promise<void> {
  const difference = compareJudges(await readCalibration(first), await readCalibration(second));
  output.result(difference, (whole) => describeDifference(whole, limit));
}

function describeDifference({ cases, ...figures }: JudgeDifference, limit: number): string {
  if (cases.length === 0) return `${describeReport(figures)}\n\nThe two judges call every answer alike.`;
  const word = (unsupported: boolean) => (unsupported ? 'unsupported' : 'supported');
  const rows = cases
    .slice(0, limit)
    .map((each) => [
      each.id,
      word(each.isUnsupported),
      ...[each.first, each.second].map(({ unsupported, score }) => `${word(unsupported)} ${score.toFixed(2)}`),
    ]);
  const table = formatTable(['answer', 'people', figures.first, figures.second], rows);
  const rest =
    cases.length > limit ? `\n${cases.length - limit} more; --limit lists them, --json has their evidence.` : '';
  return `${describeReport(figures)}\n\n${table}${rest}`;
}

export interface PerturbOptions extends JudgeChoice {
  readonly count: number;
  readonly seed: number;
  readonly calibration?: string;
  readonly out?: string;
  readonly labels?: string;
}

/** Resolves to the exit code: 1 when answers have no verdict because of an error. */
export async function perturb(context: Invocation, folder = sampleFolder, options: PerturbOptions): Promise<number> {
  const { count, seed, out, labels } = options;
  const reading = watch(context, 'reading');
  const contents = await readContents(folder, context.signal, reading.onProgress);
  const perturbations = makePerturbations({ contents, count, seed });
  if (perturbations.length === 0) throw noSentence(folder);
  if (labels) return await writeLabels(context, labels, perturbations);
  const { judge, spent } = await openSupportJudge(context, options, perturbations);
  const threshold = await thresholdOf(judge, options.calibration);
  const report = await tryPerturbations(judge, perturbations, { threshold, ...watch(context, 'judging') });
  context.progress.end();
  if (out) await writeFile(out, `${JSON.stringify(report, null, 2)}\n`);
  const { cases: _cases, ...summary } = report;
  context.output.result(summary, describeKinds);
  return closingNotes(context, report.errors, spent);
}

async function writeLabels(
  { output }: Invocation,
  file: string,
  perturbations: readonly Perturbation[],
): Promise<number> {
  const lines = perturbations.map(({ id, kind, context, question, response, isUnsupported }) =>
    JSON.stringify({ id, kind, context, question, response, label: isUnsupported ? 1 : 0 }),
  );
  await writeFile(file, `${lines.join('\n')}\n`);
  output.result({ file, answers: lines.length }, (done) => `${done.answers} labelled answers are in ${done.file}.`);
  return 0;
}

function describeKinds({ judge, threshold, kinds }: Omit<PerturbationReport, 'cases'>): string {
  const rows = Object.entries(kinds).map(([kind, { tried, flagged, share, interval }]) => [
    kind,
    kind === 'paraphrase' || kind === 'verbatim' ? 'none' : 'all',
    `${flagged} of ${tried}`,
    share === null || interval === null ? '' : `${percent(share)} [${interval.map(percent).join(', ')}]`,
  ]);
  const table = formatTable(['kind', 'should be flagged', 'flagged', 'share, 95 %'], rows);
  return `${judge}, below ${threshold.toFixed(2)}\n\n${table}`;
}

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

async function thresholdOf(judge: SupportJudge, file: string | undefined): Promise<number> {
  if (file === undefined) return judge.threshold;
  const { fingerprint, threshold } = await readCalibration(file);
  if (fingerprint === judge.fingerprint) return threshold;
  throw otherJudge(judge.fingerprint, fingerprint);
}

export interface CorrectOptions {
  readonly calibration: string;
  readonly metric: string;
}

/** Prints the rate of answers of a run that are not supported: as the judge says, corrected, and by the labels alone. */
export async function correct({ output }: Invocation, folder: string, options: CorrectOptions): Promise<void> {
  const { metric } = options;
  const run = await readRun(folder);
  const { cases, threshold, judge, fingerprint } = await readCalibration(options.calibration);
  const scoredBy = run.plan.metrics.find(({ name }) => name === metric)?.fingerprint;
  if (scoredBy === undefined)
    throw new AppError('INVALID_REQUEST', `The run in ${folder} has no verdict of a judge.`, {
      errors: [{ field: 'metric', expected: 'a metric of a model judge that the run was scored by', received: metric }],
    });
  if (scoredBy !== fingerprint) throw otherJudge(scoredBy, fingerprint);
  const called: boolean[] = [];
  let withoutVerdict = 0;
  for await (const cell of run.cells())
    if (cell.metric !== metric) continue;
    else if (cell.value === null) withoutVerdict += 1;
    else called.push(cell.value < threshold);
  // The threshold was chosen on the other half, which would flatter the judge.
  const labelled = cases.flatMap(({ half, score, isUnsupported }) =>
    half === 'held-out' && score !== null ? [{ called: score < threshold, isUnsupported }] : [],
  );
  output.result({ judge, metric, withoutVerdict, ...correctRate(called, labelled) }, describeReport);
}

interface Spent {
  calls: number;
  inputTokens: number;
  outputTokens: number;
}

async function openSupportJudge(
  { config }: Invocation,
  { judge, suite }: JudgeChoice,
  texts: readonly JudgedText[],
): Promise<{ readonly judge: SupportJudge; readonly spent: Spent }> {
  const spent = { calls: 0, inputTokens: 0, outputTokens: 0 };
  if (judge === 'lexical') return { judge: createLexicalJudge(texts), spent };
  const ledger = {
    ...freeLedger,
    settle(_forecast: unknown, { usage }: Paid) {
      spent.calls += 1;
      spent.inputTokens += usage.inputTokens;
      spent.outputTokens += usage.outputTokens;
    },
  };
  const panel = await openJudge(config.evalJudge, {
    suite: suite === undefined ? undefined : await openSuite(suite),
    cache: await openVerdicts(config, 'rw'),
  });
  if (panel) return { judge: createModelJudge(panel, ledger), spent };
  throw new AppError('INVALID_REQUEST', 'No model judge is set.', {
    errors: [
      {
        field: 'EVAL_JUDGE_MODEL',
        expected: 'a chat model, --suite with a suite that names one, or --judge lexical for the built-in scorer',
        received: 'nothing',
      },
    ],
  });
}

function watch({ signal, progress }: Invocation, label: string) {
  const step = createStepProgress(progress);
  return { signal, onProgress: (done: number, total: number) => step(label, done, total) };
}

/** Resolves to the exit code. */
function closingNotes({ output }: Invocation, errors: number, { calls, inputTokens, outputTokens }: Spent): number {
  if (calls > 0)
    output.note(`${calls} calls of the judge, ${inputTokens} tokens in, ${outputTokens} out; kept verdicts cost none.`);
  if (errors > 0) output.note(`${errors} answers have no verdict because of an error; --out FILE has the reasons.`);
  return errors > 0 ? 1 : 0;
}

function noSentence(folder: string): AppError {
  return new AppError('INVALID_REQUEST', `${folder} has no sentence to make answers of.`, {
    errors: [{ field: 'folder', expected: 'documents with sentences of running text', received: folder }],
  });
}

function otherJudge(expected: string, received: string): AppError {
  return new AppError('INVALID_REQUEST', 'The calibration is of another judge.', {
    errors: [{ field: 'calibration', expected: `a calibration of ${expected}`, received }],
  });
}
