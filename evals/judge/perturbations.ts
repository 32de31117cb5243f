import { createRandom, type Random } from '../../src/domain/random.ts';
import { splitSentences } from '../../src/domain/sentences.ts';
import { alterations } from '../quotes/alterations.ts';
import type { GroundednessCase } from '../readers/groundedness.ts';
import { paraphrase } from './paraphrases.ts';

export const perturbationKinds = [
  'number',
  'entity',
  'negation',
  'superseded',
  'fabricated',
  'paraphrase',
  'verbatim',
] as const;
export type PerturbationKind = (typeof perturbationKinds)[number];

/** An answer of one sentence whose label is known because of how it was made. */
export interface Perturbation extends GroundednessCase {
  readonly kind: PerturbationKind;
  /** The sentence of the document that it was made of. */
  readonly original: string;
}

export interface PerturbationInput {
  /** Parsed texts of documents. */
  readonly contents: readonly string[];
  /** Of each kind at most; each sentence is used once a kind. */
  readonly count: number;
  readonly seed: number;
}

interface Place {
  readonly sentence: string;
  /** The sentence with those around it. */
  readonly context: string;
  readonly document: number;
}

interface Made {
  readonly response: string;
  readonly context: string;
}

type Make = (place: Place, random: Random, places: readonly Place[]) => Made | null;

/**
 * Answers to try a judge on without labels of people: sentences of documents with another number, name or polarity, with a value that their
 * document says is out of date, taken from another document, said in other words, and left as they are. Deterministic in `seed`.
 * A kind for which the documents have no place is left out; without any sentence the list is empty.
 */
export function makePerturbations({ contents, count, seed }: PerturbationInput): readonly Perturbation[] {
  const places = contents.flatMap(placesOf);
  return perturbationKinds.flatMap((kind, order) => {
    const random = createRandom(seed + order * 7919);
    const made: Perturbation[] = [];
    for (const place of shuffled(places, random)) {
      if (made.length === count) break;
      const found = makers[kind](place, random, places);
      if (!found) continue;
      const { response, context } = found;
      made.push({
        id: `${kind}-${made.length + 1}`,
        kind,
        original: place.sentence,
        question: '',
        context: [context],
        response,
        isUnsupported: kind !== 'paraphrase' && kind !== 'verbatim',
      });
    }
    return made;
  });
}

const makers: Readonly<Record<PerturbationKind, Make>> = {
  number: altered('digit', 'year', 'number-word', 'unit'),
  entity: altered('name'),
  negation: altered('negation-inserted', 'negation-removed', 'antonym'),
  superseded: makeSuperseded,
  fabricated: makeFabricated,
  paraphrase: ({ sentence, context }, random) => {
    const response = paraphrase(sentence, random);
    return response === null ? null : { response, context };
  },
  verbatim: ({ sentence, context }) => ({ response: sentence, context }),
};

/** Changes the sentence in one of these ways; what happens to stand in the context anyway is no change. */
function altered(...names: readonly string[]): Make {
  const ways = alterations.filter(({ name }) => names.includes(name));
  return ({ sentence, context }, random) => {
    for (const { alter } of shuffled(ways, random)) {
      const response = alter(sentence, random);
      if (response !== null && response !== sentence && !context.includes(response)) return { response, context };
    }
    return null;
  };
}

const changeValue = altered('digit', 'year', 'number-word');

/** The document states an earlier value and says that it no longer holds; the answer gives the earlier one. */
function makeSuperseded(place: Place, random: Random, places: readonly Place[]): Made | null {
  const former = changeValue(place, random, places);
  if (!former) return null;
  const note = `Until the end of last year the rule was: “${former.response}” This no longer holds.`;
  return { response: former.response, context: `${place.context}\n\n${note}` };
}

const furthestOverlap = 0.4;

/** A sentence of another document that shares few words with the context. */
function makeFabricated({ context, document }: Place, random: Random, places: readonly Place[]): Made | null {
  const known = new Set(wordsOf(context));
  for (let attempt = 0; attempt < 20; attempt += 1) {
    const other = random.pick(places);
    if (other.document === document) continue;
    const words = wordsOf(other.sentence);
    const shared = words.filter((word) => known.has(word)).length;
    if (shared <= furthestOverlap * words.length) return { response: other.sentence, context };
  }
  return null;
}

/** Prose only: headings, list items, rows and code are no sentences to answer with. */
const proseSentence = /^[\p{Lu}][^|#*`<>[\]{}\n]{30,260}[.]$/u;
/** Sentences before and behind. */
const around = 2;

function placesOf(content: string, document: number): Place[] {
  const spans = splitSentences(content);
  return spans.flatMap(({ start, end }, index) => {
    const sentence = content.slice(start, end);
    if (!proseSentence.test(sentence)) return [];
    const from = spans[Math.max(0, index - around)]?.start ?? start;
    const to = spans[Math.min(spans.length - 1, index + around)]?.end ?? end;
    return [{ sentence, context: content.slice(from, to), document }];
  });
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]{4,}/gu) ?? [];
}

/** Fisher and Yates. */
function shuffled<T>(items: readonly T[], random: Random): T[] {
  const order = [...items];
  for (let last = order.length - 1; last > 0; last -= 1) {
    const other = random.integer(0, last);
    const [one, two] = [order[last], order[other]];
    if (one === undefined || two === undefined) continue;
    [order[last], order[other]] = [two, one];
  }
  return order;
}
