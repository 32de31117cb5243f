import { AnswerRecord } from '../answer-record.ts';
import type { EvalCase } from '../case.ts';
import { type JudgeLedger, outOfBudget } from '../judge/judge-ledger.ts';
import { type CaseMetric, Cell, type JudgedMetric, type Metric, type Score } from '../metric.ts';
import { metricKey, scoredKey } from './answer-key.ts';
import type { IndexedLog } from './indexed-log.ts';
import type { KeptResults } from './kept-results.ts';

/** Metrics that have a cell for each answer. */
export type CellMetric = CaseMetric | JudgedMetric;

export const hasCells = (metric: Metric): metric is CellMetric => metric.of !== 'suite';

export interface ScoringParts {
  readonly metrics: readonly CellMetric[];
  readonly cells: IndexedLog;
  readonly answers: IndexedLog;
  readonly kept: KeptResults;
  /** Null where no model judges. */
  readonly ledger: JudgeLedger | null;
  readonly repeats: number;
  /** Answers at once; more than one counts only where a model judges. */
  readonly concurrency: number;
  /** Whether cells that are errors are computed again. */
  readonly retryErrors: boolean;
  readonly stop: AbortSignal;
  readonly onProgress: (done: number) => void;
}

/** Begins the reason of a cell without an answer. */
const unanswered = 'no answer: ';

export const isUnanswered = (cell: Pick<Cell, 'status' | 'reason'>) =>
  cell.status === 'error' && cell.reason?.startsWith(unanswered) === true;

/** Entries that may wait for the disk together, so that they are synced together. */
const writesAtOnce = 64;

/**
 * Computes the cells of each answer that has none yet, and keeps them. Asks no target. Resolves to `budget` when there is none left for judges: what was
 * not scored then has no cells.
 */
export async function scoreCases(parts: ScoringParts, cases: AsyncIterable<EvalCase>): Promise<'complete' | 'budget'> {
  const queue = pairs(parts, cases);
  let done = 0;
  let isEnding = false;
  async function work(): Promise<void> {
    while (!isEnding && !parts.stop.aborted) {
      const next = await queue.next();
      if (next.done) return;
      try {
        await scoreOne(parts, next.value);
      } catch (error) {
        isEnding = true;
        throw error;
      }
      done += 1;
      parts.onProgress(done);
    }
  }
  // Scoring by a rule takes this thread: what runs beside it are the writes.
  const isJudged = parts.metrics.some((metric) => metric.of === 'judged');
  const workers = Array.from({ length: isJudged ? parts.concurrency : writesAtOnce }, work);
  const reasons = (await Promise.allSettled(workers)).flatMap((worker) =>
    worker.status === 'rejected' ? [worker.reason] : [],
  );
  const failure = reasons.find((reason) => reason !== outOfBudget);
  if (failure) throw failure;
  return reasons.length > 0 ? 'budget' : 'complete';
}

interface Pair {
  readonly one: EvalCase;
  readonly record: AnswerRecord;
}

async function* pairs({ answers, repeats }: ScoringParts, cases: AsyncIterable<EvalCase>): AsyncGenerator<Pair> {
  for await (const one of cases)
    for (let repeat = 0; repeat < repeats; repeat += 1) {
      const entry = answers.entry({ case: one.id, repeat });
      const [line] = entry ? await answers.read(entry) : [];
      if (line !== undefined) yield { one, record: AnswerRecord.parse(JSON.parse(line)) };
    }
}

async function scoreOne(parts: ScoringParts, { one, record }: Pair): Promise<void> {
  const { metrics, cells, retryErrors } = parts;
  if (metrics.length === 0) return;
  const key = { case: one.id, repeat: record.repeat };
  const entry = cells.entry(key);
  if (entry && !entry.isError) return;
  const earlier = entry ? (await cells.read(entry)).map((line) => Cell.parse(JSON.parse(line))) : [];
  const isNowAnswered = record.answer !== null && earlier.some(isUnanswered);
  if (entry && !retryErrors && !isNowAnswered) return;
  const whole = new Map(earlier.filter(({ status }) => status !== 'error').map((cell) => [cell.metric, cell]));
  const scores = await scoresOf(parts, { one, record }, whole);
  const lines = metrics.map((metric, position) => {
    const score = scores[position];
    return whole.get(metric.name) ?? cellOf({ ...key, metric: metric.name }, score);
  });
  await cells.append(
    key,
    lines,
    lines.some(({ status }) => status === 'error'),
  );
}

function cellOf(place: Pick<Cell, 'case' | 'repeat' | 'metric'>, score: Score | undefined): Cell {
  if (score?.status === 'ok')
    return { ...place, status: 'ok', value: score.value, reason: null, evidence: [...(score.evidence ?? [])] };
  const { status = 'error', reason = 'nothing was computed', evidence = [] } = score ?? {};
  return { ...place, status, value: null, reason, evidence: [...evidence] };
}

async function scoresOf(
  { metrics, kept, ledger, stop }: ScoringParts,
  { one, record }: Pair,
  known: ReadonlyMap<string, Cell>,
): Promise<(Score | undefined)[]> {
  const { answer, error } = record;
  if (answer === null)
    return metrics.map(() => ({ status: 'error', reason: `${unanswered}${error?.code ?? 'INTERNAL'}` }));
  const key = scoredKey(one, answer);
  const earlier = JSON.parse(kept.scores(key) ?? '{}') as Record<string, Score>;
  const answered = { case: one, answer };
  const computed: Record<string, Score> = {};
  const judged: Record<string, Score> = {};
  for (const metric of metrics) {
    if (known.has(metric.name)) continue;
    // Verdicts are kept by themselves, and each run notes those that it rests on.
    if (metric.of === 'judged') judged[metric.name] = await metric.score(answered, stop, ledger ?? undefined);
    else if (!earlier[metricKey(metric)]) computed[metricKey(metric)] = metric.score(answered);
  }
  const lasting = Object.entries(computed).filter(([, { status }]) => status !== 'error');
  if (lasting.length > 0) kept.keepScores(key, JSON.stringify({ ...earlier, ...Object.fromEntries(lasting) }));
  return metrics.map((metric) => judged[metric.name] ?? computed[metricKey(metric)] ?? earlier[metricKey(metric)]);
}
