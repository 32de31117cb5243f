import { AppError } from '../src/domain/errors.ts';
import { estimateMean } from '../src/retrieve/metrics/bootstrap.ts';
import { allHitAt, type Grades, ndcgAt, recallAt, reciprocalRankAt } from '../src/retrieve/metrics/ranking.ts';
import { auroc } from './metrics/auroc.ts';
import { percentile } from './metrics/percentile.ts';
import { kindsOf } from './question-kinds.ts';
import type { QuestionFolder } from './readers/beir.ts';
import type { EvalTarget, Progress } from './target.ts';

/** Ranks that are looked at; enough for recall@20. */
const depth = 20;
/** Fewer questions of a kind say nothing. */
const fewestOfKind = 10;

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
  readonly kinds: readonly string[];
  readonly ranked: readonly string[];
  readonly relevance: number | null;
  readonly bestCosine: number | null;
  readonly milliseconds: number | null;
  readonly answerable: boolean | null;
  /** Null where a metric is not defined for the question: nothing relevant is known. */
  readonly metrics: Readonly<Record<string, number | null>>;
  /** nDCG@10 of the same candidates in the order of BM25 alone. */
  readonly baseline: number | null;
  /** Why the search failed; such a question counts in `errors` and in no mean. */
  readonly error: string | null;
}

export interface RetrievalReport {
  readonly questions: number;
  readonly [metric: string]: unknown;
}

/**
 * Fills the target with the folder's corpus and searches each question. Means are over the questions that have a relevant record,
 * unanswerable ones left out; abstentionAuroc is that of 1 - relevance for "the corpus does not answer this". `kinds` has nDCG@10 and the
 * same by BM25 alone for each kind of question.
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
  const kinds = kindsOf(query);
  try {
    const { byWords, ...outcome } = await target.search(query.text, depth, signal);
    const grades: Grades = (answerable === false ? null : judgements.get(id)) ?? new Map();
    const values = metricNames.map((name) => [name, metrics[name](outcome.ranked, grades)]);
    const baseline = ndcgAt(10, byWords, grades);
    return { id, kinds, ...outcome, answerable, metrics: Object.fromEntries(values), baseline, error: null };
  } catch (error) {
    signal.throwIfAborted();
    const { code } = AppError.from(error);
    const nothing = { ranked: [], relevance: null, bestCosine: null, milliseconds: null, baseline: null };
    return { id, kinds, ...nothing, answerable, metrics: {}, error: code };
  }
}

/** Fills a target by what the folder holds and waits for all vectors. */
export async function fill(
  target: Pick<EvalTarget, 'addFolder' | 'addPassages' | 'addDocuments' | 'waitUntilEmbedded'>,
  folder: Pick<QuestionFolder, 'corpus' | 'documents'>,
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
  const judged = results.filter((result) => result.answerable !== null && result.error === null);
  const times = results.flatMap((result) => result.milliseconds ?? []);
  return {
    questions: results.length,
    errors: results.filter((result) => result.error !== null).length,
    judged: estimates[0]?.[1]?.count ?? 0,
    ...Object.fromEntries(estimates.map(([name, estimate]) => [name, estimate?.mean ?? null])),
    intervals: Object.fromEntries(
      estimates.map(([name, estimate]) => [name, estimate && [estimate.lower, estimate.upper]]),
    ),
    abstentionAuroc: auroc(
      judged.flatMap(({ relevance, bestCosine, answerable }) => {
        const signal = relevance ?? bestCosine;
        return signal === null ? [] : [{ score: 1 - signal, positive: answerable === false }];
      }),
    ),
    searchMilliseconds: { p50: percentile(times, 0.5), p95: percentile(times, 0.95) },
    'bm25 ndcg@10': estimateMean(results.flatMap(({ baseline }) => baseline ?? []))?.mean ?? null,
    kinds: summarizeKinds(results),
    cases: results,
  };
}

/** Questions of a kind, their nDCG@10, and that of BM25 alone; kinds with few questions are left out. */
function summarizeKinds(results: readonly CaseResult[]): Record<string, object> {
  const judged = results.filter(({ baseline }) => baseline !== null);
  const byKind = new Map<string, CaseResult[]>();
  for (const result of judged) for (const kind of result.kinds) byKind.set(kind, [...(byKind.get(kind) ?? []), result]);
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  return Object.fromEntries(
    [...byKind]
      .filter(([, cases]) => cases.length >= fewestOfKind)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([kind, cases]) => [
        kind,
        {
          questions: cases.length,
          'ndcg@10': mean(cases.map(({ metrics: values }) => values['ndcg@10'] ?? 0)),
          bm25: mean(cases.map(({ baseline }) => baseline ?? 0)),
        },
      ]),
  );
}
