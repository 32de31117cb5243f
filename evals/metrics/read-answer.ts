import type { Groundedness } from '../../src/chains/ground/score-groundedness.ts';
import type { RecordedAnswer } from '../answer-record.ts';
import { createEntailment, type Entailment } from './entailment.ts';

/** A sentence of an answer that says something which sources can support. */
export interface Claim {
  readonly text: string;
  /** Numbers as cited, each once; they may name no quote. */
  readonly citations: readonly number[];
  /** Of those that name one, its text. */
  readonly quotes: readonly string[];
  /** Against the quotes that it cites; unsupported without any. */
  readonly byQuotes: Groundedness;
}

export interface ReadAnswer {
  readonly claims: readonly Claim[];
  readonly entailment: Entailment;
  /** Of a claim, against the texts of all retrieved passages; null where the target gives none. */
  byContext(claim: Claim): Groundedness | null;
}

const sampleCharacters = 2_000;

/** What several metrics look at is read once for each answer, and kept for as long as the answer is. */
const read = new WeakMap<RecordedAnswer, ReadAnswer>();

export function readAnswer(answer: RecordedAnswer): ReadAnswer {
  const known = read.get(answer) ?? readNew(answer);
  read.set(answer, known);
  return known;
}

function readNew(answer: RecordedAnswer): ReadAnswer {
  const sample = [answer.text, ...answer.quotes.map(({ text }) => text)].join('\n').slice(0, sampleCharacters);
  const entailment = createEntailment(sample);
  const textOf = new Map(answer.quotes.map(({ number, text }) => [number, text]));
  const claims = answer.sentences.flatMap(({ text, citations }): Claim[] => {
    const numbers = [...new Set(citations)];
    const quotes = numbers.flatMap((number) => textOf.get(number) ?? []);
    const byQuotes = entailment.judge(text, quotes);
    return isClaim(text, byQuotes) ? [{ text, citations: numbers, quotes, byQuotes }] : [];
  });
  return { claims, entailment, byContext: createContextJudge(answer, entailment) };
}

/** Passages are read when the first metric asks for them, and each claim is judged once. */
function createContextJudge({ retrieved }: RecordedAnswer, entailment: Entailment): ReadAnswer['byContext'] {
  const texts = retrieved.flatMap(({ text }) => text ?? []);
  const judged = new Map<Claim, Groundedness>();
  let judge: ((sentence: string) => Groundedness) | null = null;
  return (claim) => {
    if (texts.length === 0) return null;
    judge ??= entailment.against(texts);
    const verdict = judged.get(claim) ?? judge(claim.text);
    judged.set(claim, verdict);
    return verdict;
  };
}

/** Questions, headings and what has no content word, as "Sure!", claim nothing. */
function isClaim(text: string, { reasons }: Groundedness): boolean {
  return !reasons.includes('nothing-to-check') && !/^\s*#{1,6}\s/.test(text) && !/[?？]["'”’)\]\s]*$/.test(text);
}
