import type { ContentTerm } from '../evidence/term-weights.ts';
import { contradictedTerm, polarityOf } from '../ground/polarity.ts';
import { exactPartsOf, lacksOne, toSearched } from '../refuse/exact-parts.ts';
import { measuresOf, numberedNames } from './measures.ts';

/** What a document says, with what decides whether another says the contrary. */
export interface Statement {
  /** As it reads, without Markdown marks. */
  readonly text: string;
  /** What it stands under: title and headings. */
  readonly context: string;
  readonly documentId: string;
  readonly version: number;
}

/** Two statements that cannot both hold of the same thing. */
export interface Contradiction {
  readonly kind: 'number' | 'polarity';
  /** What each side states, in its words: `60 days`; null where one says that it is and the other that it is not. */
  readonly stated: readonly [string, string] | null;
}

export type ReadTerms = (text: string) => readonly ContentTerm[];

interface Likeness {
  /** Terms that both must have. */
  readonly terms: number;
  /** Of the terms of the shorter statement, and of the longer one. */
  readonly ofShorter: number;
  readonly ofLonger: number;
}

/** How alike statements of the same thing are. A negation takes few words, so that more of the others must agree. */
const likeness: Readonly<Record<Contradiction['kind'], Likeness>> = {
  number: { terms: 2, ofShorter: 0.6, ofLonger: 0.35 },
  polarity: { terms: 3, ofShorter: 0.75, ofLonger: 0.6 },
};

/** Stand beside numbers of any kind and say nothing of what is measured. */
const relationWords =
  /^(?:within|after|before|during|until|than|longer|more|less|least|most|up|every|each|per|over|about|only|last|first|next|can|may|must|should)$/i;

/** A statement with what is compared of it. */
export interface ReadStatement extends Statement {
  readonly terms: readonly ContentTerm[];
  /** What is left without numbers and what they measure. */
  readonly words: ReadonlySet<string>;
  readonly measures: ReturnType<typeof measuresOf>;
}

export function readStatement(statement: Statement, readTerms: ReadTerms): ReadStatement {
  const { text } = statement;
  const terms = readTerms(text);
  const measures = measuresOf(text, terms);
  const spans = [...measures.values()].flat();
  const speaking = terms.filter(
    ({ start, end }) =>
      !spans.some((span) => start < span.end && end > span.start) && !relationWords.test(text.slice(start, end)),
  );
  return { ...statement, terms, words: new Set(speaking.map((term) => term.text)), measures };
}

/**
 * The contradiction of two statements of different documents or versions; null when their words show none. They must speak of the
 * same thing: share most terms, and name nobody and nothing that the other lacks, because a plan or a product may well differ from
 * others. Then either states one number with the same unit and another value, or one denies what the other says.
 */
export function findContradiction(one: ReadStatement, other: ReadStatement): Contradiction | null {
  if (one.documentId === other.documentId && one.version === other.version) return null;
  if (isAlike(one, other, likeness.number)) {
    const stated = otherNumbers(one, other);
    if (stated) return namesSame(one, other) ? { kind: 'number', stated } : null;
  }
  if (!isAlike(one, other, likeness.polarity)) return null;
  const denied = contradictedTerm(polarityOf(one.text, one.terms), polarityOf(other.text, other.terms));
  return denied !== null && namesSame(one, other) ? { kind: 'polarity', stated: null } : null;
}

/** Only a measure of which each side states one number can be compared. */
function otherNumbers(one: ReadStatement, other: ReadStatement): Contradiction['stated'] {
  for (const [name, [mine, ...more]] of one.measures) {
    const [theirs, ...others] = other.measures.get(name) ?? [];
    if (!mine || !theirs || more.length + others.length > 0 || mine.value === theirs.value) continue;
    return [mine.stated, theirs.stated];
  }
  return null;
}

/** What is measured and how much is compared elsewhere; the other words tell of what. */
function isAlike(left: ReadStatement, right: ReadStatement, { terms, ofShorter, ofLonger }: Likeness): boolean {
  const shared = left.words.intersection(right.words).size;
  const [shorter = 0, longer = 0] = [left.words.size, right.words.size].sort((a, b) => a - b);
  return shared >= terms && shared >= ofShorter * shorter && shared >= ofLonger * longer;
}

function namesSame(one: ReadStatement, other: ReadStatement): boolean {
  return !lacksNames(one, other) && !lacksNames(other, one);
}

/** Whether one names what the other does not; units in capitals, such as GB, are no names. */
function lacksNames(one: ReadStatement, { text, context }: ReadStatement): boolean {
  const { names, acronyms, identifiers, versions } = exactPartsOf(one.text);
  const measured = [...one.measures.values()].flat().map(({ stated }) => stated);
  const parts = [...names, ...acronyms, ...identifiers, ...versions, ...numberedNames(one.text)].filter(
    (part) => !measured.some((stated) => stated.includes(part)),
  );
  return lacksOne(parts, toSearched(`${context}\n${text}`));
}
