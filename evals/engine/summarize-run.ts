import type { AnswerRecord } from '../answer-record.ts';
import type { EvalCase } from '../case.ts';
import { judgeGates } from '../gates/judge-gates.ts';
import { judgeNotes } from '../judge/judge-notes.ts';
import type { Cell, Metric } from '../metric.ts';
import type { Run, RunFiles } from '../reports/read-run.ts';
import { summarize } from '../statistics/summarize.ts';
import type { MetricSummary, RunPlan, RunSummary } from '../summary.ts';

export interface SummaryParts {
  readonly files: RunFiles;
  readonly plan: RunPlan;
  readonly metrics: readonly Metric[];
  readonly gates: readonly string[];
  readonly baseline: Run | null;
  /** Metrics that were asked for by name: without gold for one of them the run is invalid. A group stands for what its cases have gold for. */
  readonly named: readonly string[];
  /** Share of answers, and of the cells of a metric, that may be errors. */
  readonly maxErrorRate: number;
  readonly state: 'complete' | 'budget' | 'interrupted';
  /** File with how well the judge of judged metrics agrees with people. */
  readonly calibration: string | null;
}

/** The figures of a run and what its gates say of them. Without cases or gold, or with too many errors, its state is `invalid`. */
export async function summarizeRun(parts: SummaryParts): Promise<RunSummary> {
  const { files, plan, metrics, gates, baseline } = parts;
  const cases = await Array.fromAsync(files.cases());
  const answers = await Array.fromAsync(files.answers(), light);
  const cells = await Array.fromAsync(files.cells(), ({ evidence: _evidence, ...cell }) => ({ ...cell, evidence: [] }));
  const figures = summarize(cases, answers, cells, metrics, plan.seed);
  const errors = answers.filter(({ error }) => error !== null).length;
  const problems = findProblems({ ...parts, cases, answers, cells, figures: figures.metrics, errors });
  const summary = {
    suite: plan.suite,
    cases: new Set(answers.map((answer) => answer.case)).size,
    repeats: plan.repeats,
    errors,
    state: problems.length > 0 ? ('invalid' as const) : parts.state,
    problems,
    notes: await judgeNotes(metrics, parts.calibration),
    maxErrorRate: parts.maxErrorRate,
    ...figures,
    usage: usageOf(answers),
  };
  return { ...summary, gates: await judgeGates(gates, { run: { ...files, plan, summary }, baseline }) };
}

/** Figures of a whole suite are of states, texts and probabilities; what is large and read by nobody else stays on the disk. */
function light({ answer, ...record }: AnswerRecord): AnswerRecord {
  if (answer === null) return { ...record, answer };
  const quotes = answer.quotes.map((quote) => ({ ...quote, before: '', after: '' }));
  const retrieved = answer.retrieved.map((passage) => ({ ...passage, text: null }));
  return { ...record, answer: { ...answer, quotes, retrieved, events: [] } };
}

function usageOf(answers: readonly AnswerRecord[]): RunSummary['usage'] {
  const given = answers.flatMap(({ answer }) => answer ?? []);
  const sum = (read: (answer: (typeof given)[number]) => number) =>
    given.reduce((total, answer) => total + read(answer), 0);
  return {
    inputTokens: sum(({ usage }) => usage.inputTokens),
    outputTokens: sum(({ usage }) => usage.outputTokens),
    calls: sum(({ usage }) => usage.calls),
    cost: given.some(({ cost }) => cost === null) ? null : sum(({ cost }) => cost ?? 0),
  };
}

interface Found extends Pick<SummaryParts, 'maxErrorRate' | 'named' | 'state'> {
  readonly cases: readonly EvalCase[];
  readonly answers: readonly AnswerRecord[];
  readonly cells: readonly Cell[];
  readonly figures: readonly MetricSummary[];
  readonly errors: number;
}

/** Why a run proves nothing, whatever its figures are. */
function findProblems({ cases, answers, cells, figures, errors, maxErrorRate, named, state }: Found): string[] {
  if (cases.length === 0) return ['No case is selected.'];
  if (answers.length === 0) return state === 'complete' ? ['Nothing was asked.'] : [];
  if (errors > maxErrorRate * answers.length) {
    const codes = Object.entries(Object.groupBy(answers, ({ error }) => error?.code ?? ''));
    const named = codes.flatMap(([code, records]) => (code === '' ? [] : `${records?.length} ${code}`)).join(', ');
    return [
      `${errors} of ${answers.length} answers are errors, more than the share of ${maxErrorRate} that may be: ${named}.`,
    ];
  }
  const problems: string[] = [];
  for (const { metric, ok, na, errors: failed } of figures) {
    if (failed > maxErrorRate * (ok + na + failed)) problems.push(`${failed} cells of ${metric} are errors.`);
    if (!named.includes(metric)) continue;
    // What is missing from the answers may come; what is missing from every case never does.
    const reasons =
      ok + failed > 0 ? [] : [...new Set(cells.flatMap((cell) => (cell.metric === metric ? (cell.reason ?? []) : [])))];
    if (na > 0 && reasons.length > 0 && reasons.every((reason) => reason.startsWith('the case')))
      problems.push(`No case has what ${metric} needs: ${reasons.join('; ')}.`);
  }
  if (figures.length > 0 && figures.every(({ value }) => value === null))
    problems.push('No metric has a value for any case.');
  return problems;
}
