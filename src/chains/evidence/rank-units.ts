import type { ScoredPassage } from '../../retrieve/retrieve.ts';
import { plainText } from '../quotes/plain-text.ts';
import type { EmbedUnits } from './embed-units.ts';
import { splitUnits, type Unit } from './split-units.ts';
import { coverage, type TermWeights } from './term-weights.ts';

/** A unit of a passage with what speaks for it. */
export interface RankedUnit extends Unit {
  /** Index into the passages. */
  readonly passage: number;
  /** As it reads: without Markdown marks. */
  readonly text: string;
  /** Terms of the unit and of its lead. */
  readonly terms: ReadonlySet<string>;
  /** Weighted share of the question's terms in the unit and its lead, and half as much for those of its headings; in [0, 1]. */
  readonly coverage: number;
  /** Cosine of question and `title: unit` in [-1, 1]; null when it was not embedded. */
  readonly cosine: number | null;
  readonly score: number;
}

export interface RankUnitsInput {
  readonly question: string;
  readonly questionVector: Float32Array | null;
  readonly passages: readonly ScoredPassage[];
  readonly weights: TermWeights;
}

export interface RankedUnits {
  /** Best first; those that were not embedded come last. */
  readonly units: readonly RankedUnit[];
  /** Why no unit was embedded; null when they were, or when there is no question vector to compare with. */
  readonly embeddingError: unknown;
}

/** Units of passages further behind seldom hold the answer. */
const passagesRead = 6;
/** Units worth the time of an embedding, about 1.5 ms each. */
const unitsEmbedded = 12;
const coverageWeight = 0.4;
const headingShare = 0.5;
const passageWeight = 0.1;

/**
 * Ranks the units of the best passages: .4 x weighted coverage of the question + cosine(question, title: unit) + .1 x score
 * of the passage, for the dozen with the best coverage. Without vectors the other two decide.
 */
export async function rankUnits(input: RankUnitsInput, embed: EmbedUnits, signal: AbortSignal): Promise<RankedUnits> {
  const read = input.passages.slice(0, passagesRead);
  const headings = read.map(headingText);
  await input.weights.prepare([input.question, ...headings, ...read.map((passage) => passage.text)]);
  const candidates = read
    .flatMap((passage, index) => candidatesOf(passage, index, input))
    .sort((one, other) => other.score - one.score);
  const { questionVector } = input;
  if (!questionVector) return { units: candidates, embeddingError: null };
  const head = candidates.slice(0, unitsEmbedded);
  try {
    const vectors = await embed(
      head.map((unit) => `${read[unit.passage]?.title ?? ''}: ${unit.text}`),
      signal,
    );
    const embedded = head.map((unit, index) => {
      const cosine = dot(questionVector, vectors[index] ?? questionVector);
      return { ...unit, cosine, score: unit.score + cosine };
    });
    embedded.sort((one, other) => other.score - one.score);
    return { units: [...embedded, ...candidates.slice(unitsEmbedded)], embeddingError: null };
  } catch (error) {
    signal.throwIfAborted();
    return { units: candidates, embeddingError: error };
  }
}

function candidatesOf(passage: ScoredPassage, index: number, { question, weights }: RankUnitsInput): RankedUnit[] {
  const wanted = weights.weighted(question);
  const context = new Set(weights.weighted(headingText(passage)).keys());
  return splitUnits(passage.text, passage.headingPath).map((unit) => {
    const lead = unit.lead ? passage.text.slice(unit.lead.start, unit.lead.end) : '';
    const source = passage.text.slice(unit.start, unit.end);
    const terms = new Set([...weights.weighted(source).keys(), ...weights.weighted(lead).keys()]);
    const near = unit.heading ? new Set([...context, ...weights.weighted(unit.heading).keys()]) : context;
    const own = coverage(wanted, terms);
    const withHeadings = coverage(wanted, { has: (term) => terms.has(term) || near.has(term) });
    const share = own + headingShare * (withHeadings - own);
    const score = coverageWeight * share + passageWeight * passage.score;
    return { ...unit, passage: index, text: plainText(source), terms, coverage: share, cosine: null, score };
  });
}

function headingText({ title, headingPath }: ScoredPassage): string {
  return [title, ...headingPath].join('\n');
}

function dot(one: Float32Array, other: Float32Array): number {
  let sum = 0;
  for (let index = 0; index < one.length; index += 1) sum += (one[index] ?? 0) * (other[index] ?? 0);
  return sum;
}
