import { AnswerRecord } from '../answer-record.ts';
import type { EvalCase } from '../case.ts';
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

/** Computes the cells of each answer that has none yet, and keeps them. Asks no target. */
export async function scoreCases(parts: ScoringParts, cases: AsyncIterable<EvalCase>): Promise<void> {
  const queue = pairs(parts, cases);
  let done = 0;
  async function work(): Promise<void> {
    for (;;) {
      if (parts.stop.aborted) return;
      const next = await queue.next();
      if (next.done) return;
      await scoreOne(parts, next.value);
      done += 1;
      parts.onProgress(done);
    }
  }
  // Scoring by a rule takes this thread: what runs beside it are the writes.
  const isJudged = parts.metrics.some((metric) => metric.of === 'judged');
  const workers = Array.from({ length: isJudged ? parts.concurrency : writesAtOnce }, work);
  const failed = (await Promise.allSettled(workers)).find((worker) => worker.status === 'rejected');
  if (failed) throw failed.reason;
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
  const { status = 'error', reason = 'nothing was computed' } = score ?? {};
  return { ...place, status, value: null, reason, evidence: [] };
}

async function scoresOf(
  { metrics, kept, stop }: ScoringParts,
  { one, record }: Pair,
  known: ReadonlyMap<string, Cell>,
): Promise<(Score | undefined)[]> {
  const { answer, error } = record;
  if (answer === null)
    return metrics.map(() => ({ status: 'error', reason: `${unanswered}${error?.code ?? 'INTERNAL'}` }));
  const key = scoredKey(one, answer);
  const earlier = JSON.parse(kept.scores(key) ?? '{}') as Record<string, Score>;
  const missing = metrics.filter((metric) => !known.has(metric.name) && !earlier[metricKey(metric)]);
  const computed: Record<string, Score> = {};
  for (const metric of missing) {
    const answered = { case: one, answer };
    computed[metricKey(metric)] = metric.of === 'case' ? metric.score(answered) : await metric.score(answered, stop);
  }
  const lasting = Object.entries(computed).filter(([, { status }]) => status !== 'error');
  if (lasting.length > 0) kept.keepScores(key, JSON.stringify({ ...earlier, ...Object.fromEntries(lasting) }));
  return metrics.map((metric) => computed[metricKey(metric)] ?? earlier[metricKey(metric)]);
}
