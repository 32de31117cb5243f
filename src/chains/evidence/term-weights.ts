import type { TenantId } from '../../domain/ids.ts';
import { rememberReading } from '../../domain/text-memory.ts';
import { visitTerms } from '../../models/sparse/analyze.ts';
import { guessLanguage } from '../../models/sparse/languages.ts';
import { termId } from '../../models/sparse/murmur3.ts';
import type { VectorIndex } from '../../store/vector-index.ts';

/** How much words say: their inverse document frequency in the tenant's documents. */
export interface TermWeights {
  /** Looks up the terms of these texts that are not known yet. */
  prepare(texts: readonly string[]): Promise<void>;
  /** Distinct terms of a text with their weights; words that every question has, such as `how`, are left out. */
  weighted(text: string): ReadonlyMap<string, number>;
  /** Terms in order, with repetitions and their UTF-16 offsets, without the words that every question has. */
  terms(text: string): readonly ContentTerm[];
  /** BCP 47 tag by which all texts are stemmed. */
  readonly language: string;
}

export interface ContentTerm {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

export type LookUpFrequencies = VectorIndex['inverseDocumentFrequencies'];

export interface TermWeightOptions {
  /** Null gives every term the same weight. */
  readonly lookUp: LookUpFrequencies | null;
  readonly tenant: TenantId;
  /** A longer text in the language of the sources; all texts are stemmed alike, so that their terms can be compared. */
  readonly sample: string;
}

/** What a word weighs where no index is there to tell: one seen in about one of a hundred passages. */
const flatWeight = 4.6;

/** About 16 MB with the texts. What a text is made of depends on it and its language alone, and good passages come again. */
const mostTerms = 200_000;

/** What `TermWeights.terms` gives for texts that are stemmed by a language. */
export const readTerms = rememberReading<readonly ContentTerm[]>(
  { maxSize: mostTerms, sizeCalculation: (terms) => terms.length + 1 },
  (text, language) => {
    const terms: ContentTerm[] = [];
    visitTerms(text, language, (term, offset) => {
      if (term.isQuestionWord) return;
      terms.push({ text: term.text, start: offset + term.start, end: offset + term.end });
    });
    return terms;
  },
);

/** Weights of one tenant's terms for one question. */
export function createTermWeights({ lookUp, tenant, sample }: TermWeightOptions): TermWeights {
  const language = guessLanguage(sample).code;
  const weights = new Map<string, number>();
  const terms = (text: string) => readTerms(text, language);
  return {
    terms,
    language,
    weighted: (text) => new Map(terms(text).map((term) => [term.text, weights.get(term.text) ?? flatWeight])),
    async prepare(texts) {
      if (!lookUp) return;
      const all = new Set(texts.flatMap((text) => terms(text).map((term) => term.text)));
      const unknown = [...all].filter((term) => !weights.has(term));
      if (unknown.length === 0) return;
      const found = await lookUp(tenant, Int32Array.from(unknown, termId));
      for (const [index, term] of unknown.entries()) weights.set(term, found[index] ?? flatWeight);
    },
  };
}

/** Neighbouring terms, in order. */
export function neighboursIn(terms: readonly ContentTerm[]): (readonly [string, string])[] {
  return terms.slice(1).map((term, index) => [terms[index]?.text ?? '', term.text]);
}

/** Weighted share of `wanted` that stands in `present`, in [0, 1]; 0 when nothing is wanted. */
export function coverage(wanted: ReadonlyMap<string, number>, present: { has(term: string): boolean }): number {
  let total = 0;
  let covered = 0;
  for (const [term, weight] of wanted) {
    total += weight;
    if (present.has(term)) covered += weight;
  }
  return total > 0 ? covered / total : 0;
}
