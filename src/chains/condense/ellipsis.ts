import { namesOf } from './names.ts';
import { prepositionalPhrasesOf, wordsOf } from './phrases.ts';

const leadIn = /^\W*(?:(?:and|but|or|so|ok(?:ay)?|then)[\s,]+)*(?:(?:what|how)\s+(?:about|if)\s+)?/i;
const bareQuestion = /^\W*(?:and\s+|but\s+)?(why|when|where|how|how long|how often|how fast|by when|since when)\W*$/i;
const yesNo = /^\W*(?:is|are|was|were|do|does|did|has|have|had|can|could|may|might|must|shall|should|will|would)\b/i;
/** A verb makes a sentence of its own, which is no ellipsis. */
const auxiliary =
  /\b(?:is|are|was|were|be|do|does|did|has|have|had|can|could|may|might|must|shall|should|will|would|what|when|where|who|whom|which|why|how)\b/i;
const mostWords = 8;

/**
 * Completes a question that leaves out what the last one said: `And on the Team plan?` takes the place of the phrase with the same
 * preposition, or of the name that it replaces; `Why?` asks for the reason of a yes-or-no question. `previous` must stand on its own.
 * Null when the question is no such ellipsis, or nothing shows what it replaces.
 */
export function completeEllipsis(question: string, previous: string): string | null {
  const bare = bareQuestion.exec(question)?.[1];
  if (bare !== undefined) return yesNo.test(previous) ? `${capitalise(bare)} ${lowerFirst(previous.trim())}` : null;
  const lead = leadIn.exec(question)?.[0] ?? '';
  const rest = question.slice(lead.length).replace(/[\s?!.]+$/, '');
  const words = wordsOf(rest);
  if (!/\p{L}/u.test(lead) || words.length === 0 || words.length > mostWords || auxiliary.test(rest)) return null;
  return replacePhrase(previous, rest) ?? replaceName(previous, rest);
}

/** By a phrase with the same preposition; appended when the previous question has none, and no name that it might replace. */
function replacePhrase(previous: string, rest: string): string | null {
  const [phrase] = prepositionalPhrasesOf(rest);
  if (phrase?.start !== 0) return null;
  const same = prepositionalPhrasesOf(previous).filter(({ preposition }) => preposition === phrase.preposition);
  const replaced = same.at(-1);
  if (replaced) return `${previous.slice(0, replaced.start)}${rest}${previous.slice(replaced.end)}`;
  const end = /[\s?!.]*$/.exec(previous)?.index ?? previous.length;
  return `${previous.slice(0, end)} ${rest}${previous.slice(end) || '?'}`;
}

/** One name by another. The first word of a question is no name here. */
function replaceName(previous: string, rest: string): string | null {
  if (namesOf(`x ${rest}`).length === 0) return null;
  const replaced = namesOf(previous).at(-1);
  if (!replaced) return null;
  const article = /\b(?:the|a|an)\s+$/i.exec(previous.slice(0, replaced.start))?.[0] ?? '';
  const start = replaced.start - (/^(?:the|a|an)\s/i.test(rest) ? article.length : 0);
  const following = /^\s+([\p{L}\p{N}]+)/u.exec(previous.slice(replaced.end));
  const isDoubled = wordsOf(rest).some(({ text }) => text.toLowerCase() === following?.[1]?.toLowerCase());
  return `${previous.slice(0, start)}${rest}${previous.slice(replaced.end + (isDoubled ? (following?.[0].length ?? 0) : 0))}`;
}

function capitalise(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1).toLowerCase()}`;
}

function lowerFirst(text: string): string {
  return `${text.charAt(0).toLowerCase()}${text.slice(1)}`;
}
