import { guessLanguage } from '../../models/sparse/languages.ts';
import { functionWords } from './depends-on-history.ts';
import type { Turn } from './focus.ts';

const mostBorrowed = 10;
/** A last question that gives fewer words than this said little; its answer tells the rest. */
const fewestBorrowed = 2;
const continues = /^\W*(?:and|or|but|also|what about|how about|same|then|so|ok(?:ay)?|und|et|y)\b/i;

/**
 * Appends what the last turn was about, in any language: the content words of its question, without the names that the follow-up
 * replaces by its own, and, where that question said little, those of its answer.
 */
export function appendWords(question: string, last: Turn): string {
  const own = contentWordsOf(question);
  // German writes every noun with a capital.
  const replacesNames = continues.test(question) && own.some(isName) && guessLanguage(last.question).code !== 'de';
  const isNew = (word: string) => !own.some((other) => sameWord(other, word));
  const asked = contentWordsOf(last.question);
  const replaced = replacesNames ? asked.filter(isName) : [];
  const isKept = (word: string) => isNew(word) && !replaced.some((name) => sameWord(name, word));
  const fromQuestion = asked.filter(isKept);
  const fromAnswer = fromQuestion.length < fewestBorrowed ? contentWordsOf(last.answer).filter(isKept) : [];
  const borrowed = unique([...fromQuestion, ...fromAnswer]).slice(0, mostBorrowed);
  return borrowed.length === 0 ? question : `${question.trim()} (${borrowed.join(' ')})`;
}

/** Content words as they stand, names with their capitals; the first word of a sentence counts as lower case. */
function contentWordsOf(text: string): string[] {
  return [...text.matchAll(/[\p{L}\p{N}][\p{L}\p{N}'’._-]*[\p{L}\p{N}]|[\p{L}\p{N}]/gu)]
    .map((match) => {
      const isFirst = /(?:^|[.!?]\s+)\W*$/.test(text.slice(Math.max(0, match.index - 6), match.index));
      return isFirst && /^\p{Lu}\p{Ll}+$/u.test(match[0]) ? match[0].toLowerCase() : match[0];
    })
    .filter((word) => !functionWords.test(word));
}

function isName(word: string): boolean {
  return /^\p{Lu}/u.test(word);
}

function sameWord(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

function unique(words: readonly string[]): string[] {
  return words.filter((word, index) => words.findIndex((other) => sameWord(other, word)) === index);
}
