import { AppError } from '../src/domain/errors.ts';
import { auroc } from './metrics/auroc.ts';
import { estimateMean } from './metrics/bootstrap.ts';
import { allHitAt, type Grades, ndcgAt, recallAt, reciprocalRankAt } from './metrics/ranking.ts';
import type { QuestionFolder } from './readers/beir.ts';
import type { EvalTarget, Progress } from './target.ts';

/** Ranks that are looked at; enough for recall@20. */
const depth = 20;

const metrics = {
  'ndcg@10': (ranked, grades) => ndcgAt(10, ranked, grades),
  'recall@1': (ranked, grades) => recallAt(1, ranked, grades),
  'recall@5': (ranked, grades) => recallAt(5, ranked, grades),
  'recall@10': (ranked, grades) => recallAt(10, ranked, grades),
  'recall@20': (ranked, grades) => recallAt(20, ranked, grades),
  'mrr@10': (ranked, grades) => reciprocalRankAt(10, ranked, grades),
  'allHit@10': (ranked, grades) => allHitAt(10, ranked, grades),
} satisfies Record<string, (ranked: readonly string[], grades: Grades) => number | null>;

type Metric = keyof typeof metrics;
const metricNames = Object.keys(metrics) as Metric[];

interface CaseResult {
  readonly id: string;
  readonly ranked: readonly string[];
  readonly bestCosine: number | null;
  readonly milliseconds: number | null;
  readonly answerable: boolean | null;
  /** Null where a metric is not defined for the question: nothing relevant is known. */
  readonly metrics: Readonly<Record<string, number | null>>;
  /** Why the search failed; such a question counts in `errors` and in no mean. */
  readonly error: string | null;
}

export interface RetrievalReport {
  readonly questions: number;
  readonly [metric: string]: unknown;
}

/**
 * Fills the target with the folder's corpus and searches each question. Means are over the questions that have a relevant record,
 * unanswerable ones left out; abstentionAuroc is that of 1 - best cosine for "the corpus does not answer this".
 */
export async function evaluateRetrieval(
  target: EvalTarget,
  folder: QuestionFolder,
  options: { as: 'passages' | 'documents'; limit: number | null; signal: AbortSignal; progress: Progress },
): Promise<RetrievalReport> {
  await fill(target, folder, options.as, options.progress);
  const queries = folder.queries.slice(0, options.limit ?? folder.queries.length);
  const results: CaseResult[] = [];
  for (const query of queries) {
    options.signal.throwIfAborted();
    results.push(await searchCase(target, folder, { query, signal: options.signal }));
    options.progress('searching', results.length, queries.length);
  }
  return summarize(results);
}

async function searchCase(
  target: EvalTarget,
  { judgements }: QuestionFolder,
  { query, signal }: { query: QuestionFolder['queries'][number]; signal: AbortSignal },
): Promise<CaseResult> {
  const { id, answerable } = query;
  try {
    const outcome = await target.search(query.text, depth, signal);
    const grades: Grades = (answerable === false ? null : judgements.get(id)) ?? new Map();
    const values = metricNames.map((name) => [name, metrics[name](outcome.ranked, grades)]);
    return { id, ...outcome, answerable, metrics: Object.fromEntries(values), error: null };
  } catch (error) {
    signal.throwIfAborted();
    const { code } = AppError.from(error);
    return { id, ranked: [], bestCosine: null, milliseconds: null, answerable, metrics: {}, error: code };
  }
}

/** Fills a target by what the folder holds and waits for all vectors. */
export async function fill(
  target: EvalTarget,
  folder: QuestionFolder,
  as: 'passages' | 'documents',
  progress: Progress,
): Promise<void> {
  if (!folder.corpus) await target.addFolder(folder.documents, progress);
  else if (as === 'passages') await target.addPassages(folder.corpus(), progress);
  else await target.addDocuments(folder.corpus(), progress);
  await target.waitUntilEmbedded(progress);
}

function summarize(results: readonly CaseResult[]): RetrievalReport {
  const estimates = metricNames.map((name) => {
    const values = results.flatMap((result) => result.metrics[name] ?? []);
    return [name, estimateMean(values)] as const;
  });
  const judged = results.filter((result) => result.answerable !== null && result.bestCosine !== null);
  const times = results.flatMap((result) => result.milliseconds ?? []).sort((one, other) => one - other);
  return {
    questions: results.length,
    errors: results.filter((result) => result.error !== null).length,
    judged: estimates[0]?.[1]?.count ?? 0,
    ...Object.fromEntries(estimates.map(([name, estimate]) => [name, estimate?.mean ?? null])),
    intervals: Object.fromEntries(
      estimates.map(([name, estimate]) => [name, estimate && [estimate.lower, estimate.upper]]),
    ),
    abstentionAuroc: auroc(
      judged.map(({ bestCosine, answerable }) => ({ score: 1 - (bestCosine ?? 0), positive: answerable === false })),
    ),
    searchMilliseconds: {
      p50: times[Math.floor(times.length * 0.5)] ?? null,
      p95: times[Math.floor(times.length * 0.95)] ?? null,
    },
    cases: results,
  };
}
