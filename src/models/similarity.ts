import type { Embed, Embedder } from './embedder.ts';
import pairs from './similarity-pairs.json' with { type: 'json' };

/** What a cosine of two vectors of an embedder says, as a cosine of the built-in embedder, which all weights were fitted on. */
export type SimilarityOf = (cosine: number) => number;

/** Of the built-in embedder itself, and of one that cannot be measured. */
export const asItIs: SimilarityOf = (cosine) => cosine;

/** How an embedder's cosines are spread, over 64 questions and the sentences that answer them. */
export interface CosineSpread {
  /** Mean of a question and its own answer. */
  readonly related: number;
  /** Of a question and the answer of another one, what one in a hundred reaches. */
  readonly strangers: number;
}

/** That of all-MiniLM-L6-v2 in int8; a test measures it. */
export const builtInSpread: CosineSpread = { related: 0.6, strangers: 0.273 };
/** An embedder that tells answers and strangers apart by less than this is no measure of anything, as one made for a test. */
const leastDistance = 0.02;
const shareOfStrangers = 0.99;
/** Some servers take no more than 32 in a call. */
const textsAtOnce = 16;

/**
 * Brings the cosines of an embedder to the spread of the built-in one's by a line through both values. Some embedders give no two texts less
 * than .4, and weights that were fitted on others would take every passage for an answer.
 */
export function similarityFrom({ related, strangers }: CosineSpread): SimilarityOf {
  const distance = related - strangers;
  if (!(distance >= leastDistance) || !Number.isFinite(distance)) return asItIs;
  const slope = (builtInSpread.related - builtInSpread.strangers) / distance;
  return (cosine) => Math.min(1, builtInSpread.strangers + slope * (cosine - strangers));
}

/** What it takes to measure one. */
type SpreadEmbedder = Pick<Embedder, 'embedQuestions' | 'embedSentences'>;

/** Throws what the embedder throws. */
export async function measureSpread(
  { embedQuestions, embedSentences }: SpreadEmbedder,
  signal: AbortSignal,
): Promise<CosineSpread> {
  const inParts = async (embed: Embed, texts: readonly string[]) => {
    const starts = Array.from({ length: Math.ceil(texts.length / textsAtOnce) }, (_, part) => part * textsAtOnce);
    const parts = starts.map((start) => embed(texts.slice(start, start + textsAtOnce), signal));
    return (await Promise.all(parts)).flat();
  };
  const [questions, answers] = await Promise.all([
    inParts(
      embedQuestions,
      pairs.map(([question = '']) => question),
    ),
    inParts(
      embedSentences,
      pairs.map(([, answer = '']) => answer),
    ),
  ]);
  const [own, others]: [number[], number[]] = [[], []];
  for (const [asked, question] of questions.entries())
    for (const [answered, answer] of answers.entries()) (asked === answered ? own : others).push(dot(question, answer));
  others.sort((one, other) => one - other);
  return {
    related: own.reduce((sum, cosine) => sum + cosine, 0) / own.length,
    strangers: others[Math.floor(shareOfStrangers * others.length)] ?? 0,
  };
}

/** Measures once; a failure is thrown to those who wait, and the next one measures again. */
export function createSimilarity(embedder: SpreadEmbedder): () => Promise<SimilarityOf> {
  let measuring: Promise<SimilarityOf> | null = null;
  // No question's own signal: those that come after it want the result too.
  const measure = async () => similarityFrom(await measureSpread(embedder, new AbortController().signal));
  return () => {
    measuring ??= measure().catch((error) => {
      measuring = null;
      throw error;
    });
    return measuring;
  };
}

/** How the cosines of an embedder are to be read; measures it where that has to be done. Throws what the embedder throws. */
export async function readSimilarity({ similarity }: Pick<Embedder, 'similarity'>): Promise<SimilarityOf> {
  return (await similarity?.()) ?? asItIs;
}

/** Of unit vectors the cosine. */
export function dot(one: Float32Array, other: Float32Array): number {
  let sum = 0;
  for (let index = 0; index < one.length; index += 1) sum += (one[index] ?? 0) * (other[index] ?? 0);
  return sum;
}
