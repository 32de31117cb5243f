import type { ContentTerm } from '../evidence/term-weights.ts';

const negation =
  /\b(?:not|never|no|nor|neither|none|nobody|nothing|without|cannot|unable|nicht|kein\w*|ohne|nie|pas|jamais|sans|sin|nunca)\b|n['’]t\b/gi;
/** A negation says something about the next content word, at most this many characters away. */
const reach = 40;

/** Terms of a text that a negation stands before, and those that stand somewhere without one. */
export interface Polarity {
  readonly negated: ReadonlySet<string>;
  readonly affirmed: ReadonlySet<string>;
}

/** What is looked at of a text that others are compared with. */
export interface StatedPolarity {
  readonly negated: ReadonlySet<string>;
  readonly affirmed: Pick<ReadonlySet<string>, 'has'>;
}

export function hasNegation(text: string): boolean {
  return text.search(negation) >= 0;
}

export function polarityOf(text: string, terms: readonly ContentTerm[]): Polarity {
  if (!hasNegation(text)) return { negated: new Set(), affirmed: new Set(terms.map((term) => term.text)) };
  const negatedPlaces = new Set<ContentTerm>();
  for (const match of text.matchAll(negation)) {
    const end = match.index + match[0].length;
    const next = terms.find((term) => term.start >= end);
    const between = next ? text.slice(end, next.start) : '';
    if (next && between.length <= reach && !/[.;:!?]/.test(between)) negatedPlaces.add(next);
  }
  return {
    negated: new Set([...negatedPlaces].map((term) => term.text)),
    affirmed: new Set(terms.filter((term) => !negatedPlaces.has(term)).map((term) => term.text)),
  };
}

/** The term about which a sentence says the opposite of its evidence; null when there is none. */
export function contradictedTerm(sentence: Polarity, evidence: StatedPolarity): string | null {
  for (const term of sentence.negated)
    if (evidence.affirmed.has(term) && !evidence.negated.has(term) && !sentence.affirmed.has(term)) return term;
  for (const term of evidence.negated)
    if (sentence.affirmed.has(term) && !sentence.negated.has(term) && !evidence.affirmed.has(term)) return term;
  return null;
}
