import type { WordChange } from '../domain/answer.ts';
import type { TenantId } from '../domain/ids.ts';
import { encodeQuestion } from '../models/sparse/encode.ts';
import { guessLanguage } from '../models/sparse/languages.ts';
import type { GlossaryStore } from '../store/glossary.ts';
import type { VectorIndex } from '../store/vector-index.ts';
import { replaceEquivalents } from './expand/equivalents.ts';
import type { Vocabularies } from './expand/learn-vocabularies.ts';
import { plainWord, toVocabularyWord, type Vocabulary } from './expand/vocabulary.ts';
import { readTermStatistics, type TermStatistics } from './search-index.ts';

export interface ExpandDeps {
  readonly vocabularies: Vocabularies;
  readonly glossary: Pick<GlossaryStore, 'list'>;
  readonly index: Pick<VectorIndex, 'inverseDocumentFrequencies'>;
  /** Whether a word, in lower case, is spelt right as it stands, whatever the tenant's documents say. */
  readonly isWord: (word: string) => boolean;
}

/** What the search for the question as it was asked found. */
export interface FirstLook {
  readonly terms: TermStatistics;
  /** The best BM25 score of a passage as a share of the largest possible, in [0, 1]. */
  readonly coverage: number;
  /** The best cosine; null without vectors. */
  readonly bestCosine: number | null;
}

export interface ExpandedQuestion {
  readonly searched: string;
  readonly changes: readonly WordChange[];
}

/** Below both, a question is hardly about what was found. */
const weakCoverage = 0.3;
const weakCosine = 0.4;

/** Another wording of a question whose first look is weak; null when the look is not weak, or nothing is known that would help. */
export type ExpandQuestion = (tenant: TenantId, question: string, look: FirstLook) => Promise<ExpandedQuestion | null>;

/**
 * Corrects words that no passage has and that are none, by the tenant's own vocabulary, then puts what its glossary and its documents' acronyms say is the
 * same in the place of words. Looks at nothing while the first look is good.
 */
export function createExpandQuestion({ vocabularies, glossary, index, isWord }: ExpandDeps): ExpandQuestion {
  return async (tenant, question, look) => {
    vocabularies.prepare(tenant);
    const unknown = unknownWords(question, look.terms);
    if (unknown.length === 0 && !isWeak(look)) return null;
    const [vocabulary, terms] = await Promise.all([vocabularies.of(tenant), glossary.list(tenant)]);
    const isKnown = async (text: string) => {
      const encoded = encodeQuestion(text, guessLanguage(question).code);
      const statistics = await readTermStatistics(index, tenant, encoded);
      return encoded.indices.length > 0 && statistics.unknown.size === 0;
    };
    const corrected = vocabulary
      ? await correct(question, { unknown, vocabulary, isKnown, isWord })
      : { searched: question, changes: [] };
    const groups = [
      ...terms.map(({ term, synonyms }) => ({ reason: 'glossary' as const, forms: [term, ...synonyms] })),
      ...(vocabulary?.acronyms ?? []).map(({ short, long }) => ({ reason: 'acronym' as const, forms: [short, long] })),
    ];
    const replaced = await replaceEquivalents(corrected.searched, groups, { isKnown, onlyUnknown: !isWeak(look) });
    const changes = [...corrected.changes, ...replaced.changes];
    return changes.length === 0 ? null : { searched: replaced.searched, changes };
  };
}

function isWeak({ coverage, bestCosine }: FirstLook): boolean {
  return coverage < weakCoverage && (bestCosine ?? 0) < weakCosine;
}

interface FoundWord {
  readonly text: string;
  readonly start: number;
}

/** Words of letters of which no passage has a single term. */
function unknownWords(question: string, { unknown }: TermStatistics): FoundWord[] {
  if (unknown.size === 0) return [];
  const language = guessLanguage(question).code;
  return [...question.matchAll(plainWord)].flatMap(({ 0: text, index: start }) => {
    const { indices } = encodeQuestion(text, language);
    return indices.length > 0 && indices.every((term) => unknown.has(term)) ? [{ text, start }] : [];
  });
}

interface Correction {
  readonly unknown: readonly FoundWord[];
  readonly vocabulary: Vocabulary;
  /** Whether passages have all of the words; the vocabulary may be older than the index. */
  readonly isKnown: (text: string) => Promise<boolean>;
  readonly isWord: ExpandDeps['isWord'];
}

async function correct(
  question: string,
  { unknown, vocabulary, isKnown, isWord }: Correction,
): Promise<ExpandedQuestion> {
  const changes: WordChange[] = [];
  let searched = question;
  for (const { text, start } of unknown.toReversed()) {
    const word = toVocabularyWord(text);
    const nearest = word === null || isWord(word) ? null : vocabulary.nearest(word);
    if (nearest === null || !(await isKnown(nearest))) continue;
    const to = /^\p{Lu}/u.test(text) ? `${nearest.charAt(0).toUpperCase()}${nearest.slice(1)}` : nearest;
    searched = `${searched.slice(0, start)}${to}${searched.slice(start + text.length)}`;
    changes.unshift({ from: text, to, reason: 'spelling' });
  }
  return { searched, changes };
}
