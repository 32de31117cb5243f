import type { PassageId, TenantId } from '../domain/ids.ts';
import { type Span, splitSentences } from '../domain/sentences.ts';
import { analyze } from '../models/sparse/analyze.ts';
import { encodeDocument } from '../models/sparse/encode.ts';
import { guessLanguage } from '../models/sparse/languages.ts';
import { termId } from '../models/sparse/murmur3.ts';
import type { VectorIndex } from '../store/vector-index.ts';
import type { ScoredPassage } from './retrieve.ts';

/** A term of the question that the passage holds, in its text, its title or its headings. */
export interface MatchedTerm {
  /** As search compares it: lower case, stemmed. */
  readonly term: string;
  /** Inverse document frequency in the tenant's passages, >= 0. */
  readonly idf: number;
  /** BM25 weight in the passage, in (0, 2.2]. */
  readonly weight: number;
  /** Part of the passage's BM25 score, in [0, 1]; the shares of a passage add up to 1. */
  readonly share: number;
}

/** Why a passage was found. */
export interface PassageExplanation {
  /** Largest share first. */
  readonly terms: readonly MatchedTerm[];
  /** Terms of the question that the passage lacks, rarest first. */
  readonly missing: readonly { readonly term: string; readonly idf: number }[];
  /** The sentence that holds most of the question's terms by idf; UTF-16 offsets into the document's content. Null when none holds any. */
  readonly window: (Span & { readonly text: string; readonly coverage: number }) | null;
}

export type LookUpFrequencies = VectorIndex['inverseDocumentFrequencies'];

interface QuestionTerms {
  readonly terms: readonly string[];
  /** By term. */
  readonly frequencies: ReadonlyMap<string, number>;
}

/** What the question's terms gave to each passage. Throws what the index throws. */
export async function explainPassages(
  lookUp: LookUpFrequencies,
  { query, tenant }: { query: string; tenant: TenantId },
  passages: readonly ScoredPassage[],
): Promise<Map<PassageId, PassageExplanation>> {
  // Terms are compared as the document's language stems them.
  const byLanguage = new Map<string, QuestionTerms>();
  const explained = new Map<PassageId, PassageExplanation>();
  for (const passage of passages) {
    const language = passage.language ?? guessLanguage(passage.text).code;
    let question = byLanguage.get(language);
    if (!question) {
      question = await weighTerms(lookUp, tenant, distinctTerms(query, language));
      byLanguage.set(language, question);
    }
    explained.set(passage.id, explainPassage(question, passage, language));
  }
  return explained;
}

export async function weighTerms(
  lookUp: LookUpFrequencies,
  tenant: TenantId,
  terms: readonly string[],
): Promise<QuestionTerms> {
  const found = await lookUp(tenant, Int32Array.from(terms, termId));
  return { terms, frequencies: new Map(terms.map((term, index) => [term, found[index] ?? 0])) };
}

export function distinctTerms(text: string, language: string): string[] {
  return [...new Set(analyze(text, language).map((term) => term.text))];
}

function explainPassage(
  { terms, frequencies }: QuestionTerms,
  passage: ScoredPassage,
  language: string,
): PassageExplanation {
  const { indices, values } = encodeDocument({ ...passage, language });
  const weights = new Map([...indices].map((index, place) => [index, values[place] ?? 0]));
  const idfOf = (term: string) => frequencies.get(term) ?? 0;
  const matched = terms.flatMap((term) => {
    const weight = weights.get(termId(term)) ?? 0;
    return weight > 0 ? [{ term, idf: idfOf(term), weight }] : [];
  });
  const total = matched.reduce((sum, { idf, weight }) => sum + idf * weight, 0);
  return {
    terms: matched
      .map((match) => ({ ...match, share: total > 0 ? (match.idf * match.weight) / total : 0 }))
      .sort((one, other) => other.share - one.share),
    missing: terms
      .filter((term) => !weights.has(termId(term)))
      .map((term) => ({ term, idf: idfOf(term) }))
      .sort((one, other) => other.idf - one.idf),
    window: bestSentence(passage, language, frequencies),
  };
}

/** The first sentence with the largest idf-weighted share of the question's terms. */
function bestSentence(
  { text, start }: Pick<ScoredPassage, 'text' | 'start'>,
  language: string,
  frequencies: ReadonlyMap<string, number>,
): PassageExplanation['window'] {
  const whole = [...frequencies.values()].reduce((sum, idf) => sum + idf, 0);
  let best: PassageExplanation['window'] = null;
  for (const span of splitSentences(text)) {
    const sentence = text.slice(span.start, span.end);
    const covered = distinctTerms(sentence, language).reduce((sum, term) => sum + (frequencies.get(term) ?? 0), 0);
    const coverage = whole > 0 ? covered / whole : 0;
    if (coverage > (best?.coverage ?? 0))
      best = { start: start + span.start, end: start + span.end, text: sentence, coverage };
  }
  return best;
}
