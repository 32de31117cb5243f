import type { AnswerRecord } from '../answer-record.ts';
import { allowedErrorShare, judgeGates } from '../gates/judge-gates.ts';
import { addPaid, nothingPaid } from '../judge/judge-ledger.ts';
import { judgeNotes, standInNotes } from '../judge/judge-notes.ts';
import type { Metric } from '../metric.ts';
import type { Run, RunFiles } from '../reports/read-run.ts';
import { walkRun } from '../reports/walk-run.ts';
import { createSummarizer, type Summarizer } from '../statistics/summarize.ts';
import type { MetricSummary, RunPlan, RunSummary } from '../summary.ts';
import { sumVerdicts } from './verdict-log.ts';

export interface SummaryParts {
  readonly files: RunFiles;
  readonly plan: RunPlan;
  readonly metrics: readonly Metric[];
  readonly gates: readonly string[];
  readonly baseline: Run | null;
  /** Metrics that were asked for by name: without gold for one of them the run is invalid. A group stands for what its cases have gold for. */
  readonly named: readonly string[];
  /** Share of answers, and of the cells of a metric, that may be errors; a gate about `errorRate` may allow more. */
  readonly maxErrorRate: number;
  readonly state: 'complete' | 'budget' | 'interrupted';
  /** File with how well the judge of judged metrics agrees with people. */
  readonly calibration: string | null;
}

/**
 * The figures of a run and what its gates say of them. Without cases or gold, or with too many errors, its state is `invalid`. Reads the run line by line
 * and keeps numbers of it; its answers and cells must stand in the order of its cases.
 */
export async function summarizeRun(parts: SummaryParts): Promise<RunSummary> {
  const { files, plan, metrics, gates, baseline } = parts;
  const summarizer = createSummarizer(metrics, plan.seed);
  const answers = createAnswerTally();
  let cases = 0;
  for await (const { own, answers: records, cells } of walkRun(files)) {
    cases += 1;
    summarizer.addCase(own);
    answers.add(records);
    for (const record of records) summarizer.addAnswer(own, record);
    for (const cell of cells) summarizer.addCell(cell);
  }
  const figures = summarizer.finish();
  const { errors, answeredCases, paid } = answers;
  const judge = await sumVerdicts(files);
  const maxErrorRate = allowedErrorShare(gates, parts.maxErrorRate);
  const problems = findProblems({ ...parts, maxErrorRate, cases, answers, summarizer, figures: figures.metrics });
  const summary = {
    suite: plan.suite,
    cases: answeredCases,
    repeats: plan.repeats,
    errors,
    state: problems.length > 0 ? ('invalid' as const) : parts.state,
    problems,
    notes: [...(await judgeNotes(metrics, parts.calibration)), ...standInNotes(judge)],
    maxErrorRate: parts.maxErrorRate,
    ...figures,
    usage: { ...paid.usage, cost: paid.cost },
    ...(judge ? { judge } : {}),
  };
  return { ...summary, gates: await judgeGates(gates, { run: { ...files, plan, summary }, baseline, maxErrorRate }) };
}

function createAnswerTally() {
  const codes = new Map<string, { readonly count: number; readonly detail: string }>();
  const tally = { all: 0, errors: 0, answeredCases: 0, codes, paid: nothingPaid };
  return Object.assign(tally, {
    add(records: readonly AnswerRecord[]) {
      tally.all += records.length;
      tally.answeredCases += records.length > 0 ? 1 : 0;
      for (const { answer, error } of records) {
        if (error) {
          tally.errors += 1;
          const { count, detail } = codes.get(error.code) ?? { count: 0, detail: error.detail };
          codes.set(error.code, { count: count + 1, detail });
        }
        if (answer) tally.paid = addPaid(tally.paid, answer);
      }
    },
  });
}

interface Found extends Pick<SummaryParts, 'maxErrorRate' | 'named' | 'state'> {
  readonly cases: number;
  readonly answers: Omit<ReturnType<typeof createAnswerTally>, 'add'>;
  readonly summarizer: Pick<Summarizer, 'reasonsOf'>;
  readonly figures: readonly MetricSummary[];
}

/** Why a run proves nothing, whatever its figures are. */
function findProblems({ cases, answers, summarizer, figures, maxErrorRate, named, state }: Found): string[] {
  const { all, errors } = answers;
  if (cases === 0) return ['No case is selected.'];
  if (all === 0) return state === 'complete' ? ['Nothing was asked.'] : [];
  if (errors > maxErrorRate * all) {
    const codes = [...answers.codes].map(([code, { count, detail }]) => `${count} ${code} (such as: ${detail})`);
    return [
      `${errors} of ${all} answers are errors, more than the share of ${maxErrorRate} that may be: ${codes.join(', ')}.`,
    ];
  }
  const problems: string[] = [];
  for (const { metric, ok, na, errors: failed } of figures) {
    if (failed > maxErrorRate * (ok + na + failed)) problems.push(`${failed} cells of ${metric} are errors.`);
    if (!named.includes(metric)) continue;
    // What is missing from the answers may come; what is missing from every case never does.
    const reasons = ok + failed > 0 ? [] : summarizer.reasonsOf(metric);
    if (na > 0 && reasons.length > 0 && reasons.every((reason) => reason.startsWith('the case')))
      problems.push(`No case has what ${metric} needs: ${reasons.join('; ')}.`);
  }
  if (figures.length > 0 && figures.every(({ value }) => value === null))
    problems.push('No metric has a value for any case.');
  return problems;
}
