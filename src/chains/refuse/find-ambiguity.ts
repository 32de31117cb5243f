import type { ScoredPassage } from '../../retrieve/retrieve.ts';

/** Sections this much below the best one, as a share of its score, are about as good. */
const closeShare = 0.1;
const mostOptions = 4;

type Section = Pick<ScoredPassage, 'documentId' | 'headingPath' | 'title' | 'tags' | 'score'>;

/**
 * What a question leaves open: the words in which the best sections differ, best first, when these score about alike, their titles
 * and headings or their tags differ in exactly one place, and the question names none of them; empty when it leaves nothing open.
 */
export function findAmbiguity(question: string, passages: readonly Section[]): readonly string[] {
  const best = passages.reduce((highest, { score }) => Math.max(highest, score), 0);
  const close = passages.filter(({ score }) => score >= best * (1 - closeShare));
  const [first, ...others] = distinctSections(close);
  if (!first || others.length === 0 || others.length >= mostOptions) return [];
  for (const differ of [labelDifference, tagDifference]) {
    const pairs = others.map((other) => differ(first, other));
    const [pair] = pairs;
    // All must differ from the first in the same place.
    if (!pair || !pairs.every((each) => each?.[0] === pair[0])) continue;
    const options = [...new Set([pair[0], ...pairs.flatMap((each) => each?.[1] ?? [])])];
    const named = new Set(wordsOf(question).map(folded));
    const isNamed = options.some((option) => wordsOf(option).every((word) => named.has(folded(word))));
    return options.length < 2 || isNamed ? [] : options;
  }
  return [];
}

function distinctSections(passages: readonly Section[]): Section[] {
  const sections = new Map<string, Section>();
  for (const passage of passages) {
    const key = JSON.stringify([passage.documentId, passage.headingPath]);
    if (!sections.has(key)) sections.set(key, passage);
  }
  return [...sections.values()];
}

type Difference = readonly [string, string] | null;

/** The one word of title and headings in which two sections differ. */
function labelDifference(one: Section, other: Section): Difference {
  const [mine, theirs] = [labelOf(one), labelOf(other)];
  if (mine.length !== theirs.length) return null;
  const places = mine.flatMap((word, place) => (folded(word) === folded(theirs[place] ?? '') ? [] : [place]));
  // A title is often its first heading too: the same two words may differ in both.
  const pairs = places.map((place) => [mine[place] ?? '', theirs[place] ?? ''] as const);
  const [pair] = pairs;
  return pair && pairs.every(([left, right]) => left === pair[0] && right === pair[1]) ? pair : null;
}

/** The values of the one tag in which two sections of the same name differ. */
function tagDifference(one: Section, other: Section): Difference {
  if (labelOf(one).join(' ') !== labelOf(other).join(' ')) return null;
  const names = [...new Set([...Object.keys(one.tags), ...Object.keys(other.tags)])];
  const different = names.filter((name) => one.tags[name] !== other.tags[name]);
  const [name = ''] = different;
  const [left, right] = [one.tags[name], other.tags[name]];
  return different.length === 1 && left && right ? [left, right] : null;
}

function labelOf({ title, headingPath }: Section): string[] {
  return wordsOf([title, ...headingPath].join(' '));
}

function wordsOf(text: string): string[] {
  return text.match(/[\p{L}\p{N}][\p{L}\p{N}.]*[\p{L}\p{N}]|[\p{L}\p{N}]/gu) ?? [];
}

function folded(word: string): string {
  return word.normalize('NFKC').toLowerCase();
}
