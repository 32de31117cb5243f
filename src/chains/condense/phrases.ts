/** Words that end a noun phrase: prepositions, auxiliaries, conjunctions, question words, pronouns. */
const boundary =
  /^(?:about|above|after|against|among|around|as|at|before|behind|below|between|beyond|by|during|except|for|from|in|into|like|near|of|off|on|onto|out|over|past|per|since|than|through|to|toward|towards|under|until|up|upon|via|with|within|without|and|or|but|nor|if|when|while|because|unless|that|which|who|whom|whose|what|where|why|how|am|is|are|was|were|be|been|being|do|does|did|done|has|have|had|having|can|could|may|might|must|shall|should|will|would|i|me|we|us|you|he|him|she|it|they|them|there|here|not|get|gets|got|too|also|then|so)$/i;
const determiner = /^(?:a|an|the|my|our|your|his|her|its|their)$/i;
/** `of` and `for` go on with a phrase: the size of a folder, a refund for a plan. */
const joins = /^(?:of|for)$/i;
const mostWords = 8;

interface Word {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

export function wordsOf(text: string): Word[] {
  return [...text.matchAll(/[\p{L}\p{N}][\p{L}\p{M}\p{N}'’._@-]*[\p{L}\p{M}\p{N}]|[\p{L}\p{N}]/gu)].map((match) => ({
    text: match[0],
    start: match.index,
    end: match.index + match[0].length,
  }));
}

/**
 * The last phrase that begins with an article or a possessive, such as `a refund for a yearly plan`: what `it` mostly stands for.
 * Null when the text has none, or a long one, which is no phrase.
 */
export function singularPhraseOf(text: string): string | null {
  const words = wordsOf(text);
  for (let first = words.length - 1; first >= 0; first -= 1) {
    if (!determiner.test(words[first]?.text ?? '')) continue;
    if (joins.test(words[first - 1]?.text ?? '') && first > 1) continue;
    const end = endOfPhrase(words, first + 1);
    const last = words[end - 1];
    if (end <= first + 1 || end - first > mostWords || !last) continue;
    return text.slice(words[first]?.start, last.end);
  }
  return null;
}

function endOfPhrase(words: readonly Word[], from: number): number {
  let at = from;
  while (at < words.length) {
    const text = words[at]?.text ?? '';
    if (joins.test(text) && at > from && at + 1 < words.length) at += 1;
    else if (determiner.test(text) && joins.test(words[at - 1]?.text ?? '')) at += 1;
    else if (boundary.test(text) || determiner.test(text)) break;
    else at += 1;
  }
  return at;
}

/** The first phrase that ends with a plural, such as `deleted files`: what `they` mostly stands for. */
export function pluralPhraseOf(text: string): string | null {
  const words = wordsOf(text);
  for (const [last, { text: word, end }] of words.entries()) {
    if (!/^\p{Ll}{2,}[^s\P{L}]s$/u.test(word) || /(?:ous|us|is)$/.test(word) || boundary.test(word)) continue;
    if (/^(?:does|has|was|always|sometimes|means|takes|costs|happens|works|needs)$/i.test(word)) continue;
    let first = last;
    while (first > 0 && last - first < 3 && !boundary.test(words[first - 1]?.text ?? '')) first -= 1;
    while (first < last && /^(?:many|much|any|some|all|more)$/i.test(words[first]?.text ?? '')) first += 1;
    return text.slice(words[first]?.start, end);
  }
  return null;
}

/** A preposition with what follows it up to the next boundary. */
export interface PrepositionalPhrase {
  readonly preposition: string;
  readonly start: number;
  readonly end: number;
}

const prepositions = /^(?:about|at|by|for|from|in|into|on|per|to|under|via|with|within|without)$/i;

export function prepositionalPhrasesOf(text: string): PrepositionalPhrase[] {
  const words = wordsOf(text);
  return words.flatMap((word, index) => {
    if (!prepositions.test(word.text)) return [];
    const start = index + 1 + Number(determiner.test(words[index + 1]?.text ?? ''));
    const last = words[endOfPhrase(words, start) - 1];
    return last && last.start > word.start
      ? [{ preposition: word.text.toLowerCase(), start: word.start, end: last.end }]
      : [];
  });
}
