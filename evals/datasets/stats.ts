import { percentile } from '../metrics/percentile.ts';
import { type DatasetOptions, openDataset } from './dataset.ts';

interface Lengths {
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
}

export interface DatasetStats {
  readonly format: string;
  readonly because: string;
  readonly cases: number;
  readonly hash: string;
  readonly answerable: { readonly yes: number; readonly no: number; readonly unknown: number };
  /** Cases that have each of these. */
  readonly having: Readonly<Record<string, number>>;
  readonly tags: Readonly<Record<string, number>>;
  readonly splits: Readonly<Record<string, number>>;
  /** `effective`: cases without a cluster count as one each. */
  readonly clusters: { readonly named: number; readonly largest: number; readonly effective: number };
  /** In words; null where no case has any. */
  readonly words: Readonly<Record<'question' | 'answer' | 'goldQuote', Lengths | null>>;
}

/** Counts over all cases of a dataset. Throws what `openDataset` throws. */
export async function statsOf(path: string, options: DatasetOptions): Promise<DatasetStats> {
  const { format, because, count, hash, cases } = await openDataset(path, options);
  const answerable = { yes: 0, no: 0, unknown: 0 };
  const having = { answers: 0, nuggets: 0, checks: 0, gold_docs: 0, gold_quotes: 0, contexts: 0, history: 0 };
  const [tags, splits, clusters] = [new Map<string, number>(), new Map<string, number>(), new Map<string, number>()];
  const words = { question: [] as number[], answer: [] as number[], goldQuote: [] as number[] };
  let alone = 0;
  for await (const { case: given } of cases()) {
    answerable[given.answerable === undefined ? 'unknown' : given.answerable ? 'yes' : 'no'] += 1;
    for (const name of Object.keys(having) as (keyof typeof having)[]) having[name] += Number(given[name].length > 0);
    for (const tag of given.tags) add(tags, tag);
    if (given.split !== undefined) add(splits, given.split);
    if (given.cluster === undefined) alone += 1;
    else add(clusters, given.cluster);
    words.question.push(countWords(given.question));
    words.answer.push(...given.answers.map(countWords));
    words.goldQuote.push(...given.gold_quotes.map(({ quote }) => countWords(quote)));
  }
  return {
    format,
    because,
    cases: count,
    hash,
    answerable,
    having,
    tags: byCount(tags),
    splits: byCount(splits),
    clusters: {
      named: clusters.size,
      largest: [...clusters.values()].reduce((most, one) => Math.max(most, one), 0),
      effective: clusters.size + alone,
    },
    words: {
      question: lengthsOf(words.question),
      answer: lengthsOf(words.answer),
      goldQuote: lengthsOf(words.goldQuote),
    },
  };
}

function add(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function byCount(counts: ReadonlyMap<string, number>): Record<string, number> {
  return Object.fromEntries([...counts].sort(([one, a], [other, b]) => b - a || (one < other ? -1 : 1)));
}

/** Chinese and Japanese have no spaces: two characters count as a word. */
function countWords(text: string): number {
  const cjk = text.match(/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/gu)?.length ?? 0;
  const others = text.match(/[[\p{L}\p{N}]--[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]]+/gv)?.length ?? 0;
  return others + Math.ceil(cjk / 2);
}

function lengthsOf(values: readonly number[]): Lengths | null {
  const at = (share: number) => percentile(values, share) ?? 0;
  return values.length === 0 ? null : { p50: at(0.5), p90: at(0.9), p99: at(0.99), max: at(1) };
}
