import type { PassageId, TenantId } from '../domain/ids.ts';
import type { Span } from '../domain/sentences.ts';
import { visitTerms } from '../models/sparse/analyze.ts';
import { encodeDocument } from '../models/sparse/encode.ts';
import { guessLanguage } from '../models/sparse/languages.ts';
import type { VectorIndex } from '../store/vector-index.ts';
import { questionTermsOf } from './rank/question-terms.ts';
import type { ScoredPassage } from './retrieve.ts';

/** A term of the question that the passage holds, in its text, its title or its headings. */
export interface MatchedTerm {
  /** As the question writes it; search compares its stem. */
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
  /** Terms of the question that the passage lacks, rarest first, without words that any question has. */
  readonly missing: readonly { readonly term: string; readonly idf: number }[];
  /**
   * The window of sentences that spoke most for the passage when it was ranked, and the idf-weighted share of the question's terms that it
   * holds; UTF-16 offsets into the document's content. Null below the passages that were looked at so closely.
   */
  readonly window: (Span & { readonly text: string; readonly coverage: number }) | null;
}

export type LookUpFrequencies = VectorIndex['inverseDocumentFrequencies'];

interface QuestionTerm {
  readonly id: number;
  /** As it is written. */
  readonly term: string;
  readonly idf: number;
  /** False for a word that any question has ("when"): a passage without it lacks nothing. */
  readonly isContent: boolean;
}

/** What the question's terms gave to each passage. Throws what the index throws. */
export async function explainPassages(
  lookUp: LookUpFrequencies,
  { query, tenant }: { query: string; tenant: TenantId },
  passages: readonly ScoredPassage[],
): Promise<Map<PassageId, PassageExplanation>> {
  // Terms are compared as the document's language stems them.
  const byLanguage = new Map<string, readonly QuestionTerm[]>();
  const explained = new Map<PassageId, PassageExplanation>();
  for (const passage of passages) {
    const language = passage.language ?? guessLanguage(passage.text).code;
    let terms = byLanguage.get(language);
    if (!terms) {
      terms = await weighTerms(lookUp, tenant, { query, language });
      byLanguage.set(language, terms);
    }
    explained.set(passage.id, explainPassage(terms, passage, language));
  }
  return explained;
}

async function weighTerms(
  lookUp: LookUpFrequencies,
  tenant: TenantId,
  { query, language }: { query: string; language: string },
): Promise<QuestionTerm[]> {
  const written = new Map<number, string>();
  visitTerms(query, language, ({ id, start, end }, offset) => {
    if (!written.has(id)) written.set(id, query.slice(offset + start, offset + end));
  });
  const frequencies = await lookUp(tenant, Int32Array.from(written.keys()));
  const { places: content } = questionTermsOf(query, language);
  return [...written].map(([id, term], place) => ({
    ...{ id, term },
    idf: frequencies[place] ?? 0,
    isContent: content.has(id),
  }));
}

function explainPassage(terms: readonly QuestionTerm[], passage: ScoredPassage, language: string): PassageExplanation {
  const { indices, values } = encodeDocument({ ...passage, language });
  const weights = new Map([...indices].map((index, place) => [index, values[place] ?? 0]));
  const matched = terms.flatMap(({ id, term, idf }) => {
    const weight = weights.get(id) ?? 0;
    return weight > 0 ? [{ term, idf, weight }] : [];
  });
  const total = matched.reduce((sum, { idf, weight }) => sum + idf * weight, 0);
  return {
    terms: matched
      .map((match) => ({ ...match, share: total > 0 ? (match.idf * match.weight) / total : 0 }))
      .sort((one, other) => other.share - one.share),
    missing: terms
      .filter(({ id, isContent }) => isContent && !weights.has(id))
      .map(({ term, idf }) => ({ term, idf }))
      .sort((one, other) => other.idf - one.idf),
    window: rankedWindow(terms, passage, language),
  };
}

function rankedWindow(
  terms: readonly QuestionTerm[],
  { text, start: offset, steps }: ScoredPassage,
  language: string,
): PassageExplanation['window'] {
  const window = steps.findLast((step) => step.window)?.window;
  if (!window) return null;
  const shown = text.slice(window.start, window.end);
  const held = new Set<number>();
  visitTerms(shown, language, ({ id }) => held.add(id));
  const content = terms.filter(({ isContent }) => isContent);
  const total = sumOfFrequencies(content);
  const covered = sumOfFrequencies(content.filter(({ id }) => held.has(id)));
  return {
    start: offset + window.start,
    end: offset + window.end,
    text: shown,
    coverage: total > 0 ? covered / total : 0,
  };
}

function sumOfFrequencies(terms: readonly QuestionTerm[]): number {
  return terms.reduce((sum, { idf }) => sum + idf, 0);
}
