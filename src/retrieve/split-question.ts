import { analyze } from '../models/sparse/analyze.ts';

/** What asks more than this is searched as a whole. */
const mostParts = 4;
/** A part that says less cannot be searched by itself. */
const fewestTerms = 2;
/** An item of a list or a comparison with more words is a clause. */
const longestItem = 6;

const questionWord = 'how|what|when|where|who|whom|whose|which|why';
const auxiliary = 'do|does|did|is|are|was|were|am|can|could|may|should|would|must|will|has|have|had';
const asks = new RegExp(
  String.raw`(?:^|[.!;:,]\s)\W*(?:(?:in|on|at|for|from|to|by|with|under)\s+)?(?:${questionWord}|${auxiliary}|compare|explain|describe|list|show|tell)\b|[?？؟]\s*$`,
  'iu',
);
/** "and" before a second question. */
const secondQuestion = new RegExp(
  String.raw`\s*[,;]?\s+(?:and(?:\s+also|\s+then)?|or|but|as well as|plus)\s+(?=(?:(?:in|on|at|for|from|to|by|with|under)\s+)?(?:${questionWord})\b|(?:${auxiliary})\s+(?:i|we|you|it|they|he|she|there|the|a|an|my|our|this|that|these|those)\b)`,
  'giu',
);
/** Two events whose order is asked for. */
const eventBorder =
  /\s*,?\s+(?:before|after|while|until)\s+(?=(?:\p{Lu}|(?:the|a|an|my|our|he|she|they|it|his|her|their)\s)\S*(?:\s+\S+){3})/gu;
const asksForOrder = /^\W*(?:did|has|have|had|was|were)\b/iu;
const choices = /^(.*\p{L}.*?)[,:]\s+([^,:?]+?)\s+or\s+([^,:?]+?)\s*\?*$/isu;
const itemEnd = String.raw`(?=\s+(?:in|on|for|of|when|with|regarding|by|at|under|that|who|which|do|does|is|are)\s|[,;?]|\s*$)`;
const difference = new RegExp(
  String.raw`\b(?:difference\w*|distinction|comparison|choose|decide)\s+between\s+(.+?)\s+and\s+(.+?)${itemEnd}`,
  'iu',
);
const comparison = new RegExp(String.raw`\bcompare\s+(.+?)\s+(?:and|with|to|against)\s+(.+?)${itemEnd}`, 'iu');
const item = String.raw`(?:[^\s,;:?]+\s+){0,2}?[^\s,;:?]+`;
const versus = new RegExp(String.raw`(?:^|\s)(${item})\s+(?:vs\.?|versus)\s+(${item})${itemEnd}`, 'iu');
const list = new RegExp(
  String.raw`\b(?:of|for|about|on|with|in)\s+(?:the\s+)?(${item}(?:,\s+${item})+,?\s+(?:and|or)\s+${item})${itemEnd}`,
  'iu',
);
const name = String.raw`(?:\p{Lu}[\p{L}\p{N}.'’-]*|"[^"]+"|“[^”]+”)(?:\s+(?:(?:of|the|de|van|von|du|in|for|to|&)\s+)*(?:\p{Lu}[\p{L}\p{N}.'’-]*|\d+|\([^)]*\)|"[^"]+"))*`;
const namePair = new RegExp(String.raw`(${name})\s+and\s+(?:the\s+)?(${name})`, 'u');
const comparesNames =
  /\b(?:both|same|share|common|differ\w*|either|older|younger|earlier|later|first|more|fewer|larger|smaller|longer|shorter|higher|lower|better|cheaper|faster)\b/iu;

type Rule = (question: string) => readonly string[];

/** The first that finds parts decides. */
const rules: readonly Rule[] = [
  splitAtQuestionMarks,
  splitAtSecondQuestion,
  (question) => replaceItems(question, choices.exec(question), (match) => [match[2], match[3]]),
  (question) => replaceItems(question, difference.exec(question), (match) => [match[1], match[2]]),
  (question) => replaceItems(question, comparison.exec(question), (match) => [match[1], match[2]]),
  (question) => replaceItems(question, versus.exec(question), (match) => [match[1], match[2]]),
  (question) => replaceItems(question, list.exec(question), (match) => itemsOfList(match[1] ?? '')),
  splitNames,
  (question) => (asksForOrder.test(question) ? question.split(eventBorder) : []),
];

/**
 * The questions that one question asks, by rules over its wording: several question marks, a second question after "and", alternatives,
 * comparisons, lists, and two events. A part that points back takes the part before with it; together they hold every content word.
 * Empty for a question that asks one thing. The rules know English; other languages are split at question marks.
 */
export function splitQuestion(question: string): string[] {
  const text = question.replace(/\s+/g, ' ').trim();
  if (!asks.test(text)) return [];
  for (const rule of rules) {
    const parts = rule(text).map(trim);
    if (parts.length < 2 || parts.length > mostParts || parts.some(saysTooLittle)) continue;
    const standing = [...new Set(parts.map((part, index) => standAlone(part, parts[index - 1])))];
    if (standing.length > 1 && holdsEveryWord(text, standing)) return standing;
  }
  return [];
}

/** Statements around the questions belong to each of them. */
function splitAtQuestionMarks(text: string): string[] {
  const sentences = text.match(/[^?？؟]+?(?:[?？؟]+|[.!。](?=\s)|$)\s*/gu) ?? [];
  const isQuestion = (sentence: string) => /[?？؟]\s*$/u.test(sentence);
  const said = sentences.filter((sentence) => !isQuestion(sentence)).join('');
  return sentences.filter(isQuestion).map((sentence) => `${said}${sentence}`);
}

function splitAtSecondQuestion(text: string): string[] {
  const parts = text.split(secondQuestion);
  // "A is the capital and what else?" asks one thing.
  return parts.every((part, index) => index > 0 || asks.test(part)) ? parts : [];
}

/** The question once for each item, where the items stood together before. */
function replaceItems(
  question: string,
  match: RegExpExecArray | null,
  itemsOf: (match: RegExpExecArray) => readonly (string | undefined)[] | undefined,
): string[] {
  if (!match) return [];
  const items = (itemsOf(match) ?? []).filter((entry) => entry !== undefined && entry !== '') as string[];
  const [first = ''] = items;
  const last = items.at(-1) ?? '';
  if (items.length < 2 || items.some((entry) => entry.split(' ').length > longestItem)) return [];
  const start = question.indexOf(first, match.index);
  const end = question.lastIndexOf(last, match.index + match[0].length) + last.length;
  return start < 0 || end < start
    ? []
    : items.map((entry) => `${question.slice(0, start)}${entry}${question.slice(end)}`);
}

/** "Free, Team and Business plans" are plans all of them. */
function itemsOfList(text: string): string[] {
  const items = text.split(/,\s+(?:and|or)\s+|,\s+|\s+(?:and|or)\s+/iu);
  const [last = '', ...words] = (items.at(-1) ?? '').split(' ');
  const shareTheirNoun = words.length > 0 && items.slice(0, -1).every((entry) => !entry.includes(' '));
  return shareTheirNoun ? [...items.slice(0, -1), last] : items;
}

/** What is asked of two names together, no half of the question asks. */
const isRelation = /\bbetween\s+(?:the\s+)?$/iu;

/** Two names that are compared; "Marks and Spencer" alone is one. */
function splitNames(question: string): string[] {
  const isAsked = new RegExp(String.raw`^\W*(?:${auxiliary})\b`, 'iu').test(question);
  if (!isAsked && !comparesNames.test(question)) return [];
  const opening = /^\p{Lu}\p{Ll}+\s+/u.exec(question)?.[0] ?? '';
  const rest = isAsked ? question.slice(opening.length) : question;
  const pair = namePair.exec(rest);
  if (pair && isRelation.test(rest.slice(0, pair.index))) return [];
  return replaceItems(rest, pair, (match) => [match[1], match[2]]).map((part) =>
    isAsked ? `${opening}${part}` : part,
  );
}

const pointsBack = /\b(?:it|its|they|them|their|this|that|these|those|he|she|him|her|his|one|ones|there)\b/iu;

function standAlone(part: string, before: string | undefined): string {
  return before !== undefined && pointsBack.test(part) ? `${before} ${part}` : part;
}

function saysTooLittle(part: string, index: number): boolean {
  return termsOf(part).size < (index > 0 && pointsBack.test(part) ? 1 : fewestTerms);
}

const connectors = new Set(['befor', 'after', 'while', 'until', 'also', 'versus', 'vs', 'plus', 'well']);

function holdsEveryWord(question: string, parts: readonly string[]): boolean {
  const held = new Set(parts.flatMap((part) => [...termsOf(part)]));
  return [...termsOf(question)].every((term) => held.has(term) || connectors.has(term));
}

const wordsOfQuestions = new RegExp(`^(?:${questionWord}|${auxiliary}|much|many|kind|else|other|also)$`, 'iu');

function termsOf(text: string): Set<string> {
  const terms = analyze(text, 'en').filter(({ start, end }) => !wordsOfQuestions.test(text.slice(start, end)));
  return new Set(terms.map((term) => term.text));
}

function trim(text: string): string {
  return text.replace(/^[\s,;]+|[\s,;]+$/gu, '');
}
