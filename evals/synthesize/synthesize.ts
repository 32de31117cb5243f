import { alignPieces, foldQuote } from '../../src/chains/quotes/align-pieces.ts';
import { toQuoteText } from '../../src/chains/quotes/quote-text.ts';
import { createRandom } from '../../src/domain/random.ts';
import { EvalCase } from '../case.ts';
import { createSimilarQuestions } from '../datasets/similar-questions.ts';
import { createCaseIds } from '../readers/case-ids.ts';
import type { SourceDocument } from './documents.ts';
import { factsOf } from './facts.ts';
import { sharedFiveGrams } from './leakage.ts';
import { pairFacts, shuffle } from './pairs.ts';
import type { IndexedPassage, PassageIndex } from './passage-index.ts';
import { swap } from './swaps.ts';

/** A question with what is known of its answer, before it is looked at. */
export interface Draft {
  readonly kind: string;
  readonly question: string;
  /** Null: it has none. */
  readonly answer: string | null;
  readonly parts: readonly string[];
  readonly quotes: readonly { readonly passage: IndexedPassage; readonly quote: string }[];
  /** The document that it is about. */
  readonly about: SourceDocument;
  readonly meta: Readonly<Record<string, unknown>>;
}

/** Why drafts were thrown away. */
export interface Discarded {
  /** Question and gold quote share five words in a row. */
  leaked: number;
  /** A quote does not stand in its document. */
  unaligned: number;
  /** It asks what another case asks. */
  repeated: number;
}

export interface Synthesis {
  readonly cases: readonly EvalCase[];
  readonly kinds: Readonly<Record<string, number>>;
  readonly difficulty: Readonly<Record<Difficulty, number>>;
  readonly discarded: Readonly<Discarded>;
}

export interface SynthesisOptions {
  readonly count: number;
  readonly seed: number;
  /** Drafts from elsewhere, as from a model; taken before those of the templates. */
  readonly drafts?: readonly Draft[];
}

const unanswerableShare = 0.25;
const pairedShare = 0.1;

/**
 * Cases from documents: up to `count`, of which a quarter are unanswerable and a tenth need two documents, the others turn by turn of each kind.
 * The same documents, seed and drafts give the same cases.
 */
export function synthesize(index: PassageIndex, { count, seed, drafts = [] }: SynthesisOptions): Synthesis {
  const random = createRandom(seed);
  const facts = shuffle(index.passages.flatMap(factsOf), random);
  const accept = createAcceptance(index);
  const take = (list: Iterable<Draft>, most: number): EvalCase[] => {
    const taken: EvalCase[] = [];
    for (const draft of list) {
      if (taken.length >= most) break;
      const accepted = accept.look(draft);
      if (accepted) taken.push(accepted);
    }
    return taken;
  };
  function* swapped(): Generator<Draft> {
    for (const fact of facts) {
      const found = swap(fact, facts, index, random);
      if (!found) continue;
      const { kind, question, from, to } = found;
      const empty = { answer: null, parts: [], quotes: [], about: fact.passage.document };
      yield { kind: 'unanswerable', question, ...empty, meta: { swapped: { kind, from, to } } };
    }
  }
  const unanswerable = take(swapped(), Math.floor(count * unanswerableShare));
  const paired = take(
    pairFacts(facts, random).map(({ facts: [one, other], question }) => ({
      ...{
        kind: 'multi-document',
        question,
        answer: null,
        parts: [one.answer, other.answer],
        about: one.passage.document,
      },
      quotes: [one, other].flatMap(({ passage, quotes }) => quotes.map((quote) => ({ passage, quote }))),
      meta: {},
    })),
    Math.floor(count * pairedShare),
  );
  const single = facts.map(({ kind, passage, question, answer, parts, quotes }) => ({
    ...{ kind, question, answer, parts, about: passage.document, meta: {} },
    quotes: quotes.map((quote) => ({ passage, quote })),
  }));
  const rest = take([...drafts, ...byTurns(single)], count - unanswerable.length - paired.length);
  const cases = [...rest, ...paired, ...unanswerable];
  return {
    cases,
    kinds: countBy(cases, ({ tags }) => tags[1] ?? ''),
    difficulty: accept.difficulty,
    discarded: accept.discarded,
  };
}

/** One of each kind after the other, and within a kind one of each document, so that few of them fill no set. */
function* byTurns(drafts: readonly Draft[]): Generator<Draft> {
  const queues = [...Map.groupBy(drafts, ({ kind }) => kind)].sort(([one], [other]) => (one < other ? -1 : 1));
  const turns = queues.map(([, list]) => byDocument(list));
  while (turns.length > 0)
    for (const turn of [...turns]) {
      const next = turn.next();
      if (next.done) turns.splice(turns.indexOf(turn), 1);
      else yield next.value;
    }
}

function* byDocument(drafts: readonly Draft[]): Generator<Draft> {
  const lists = [...Map.groupBy(drafts, ({ about }) => about.id).values()];
  const longest = lists.reduce((most, list) => Math.max(most, list.length), 0);
  for (let at = 0; at < longest; at += 1) for (const list of lists) if (list[at]) yield list[at] as Draft;
}

const difficulties = ['easy', 'medium', 'hard'] as const;
type Difficulty = (typeof difficulties)[number];

/** By the BM25 rank of the gold passage that ranks lowest: the first, up to the tenth, below or not at all. */
function difficultyOf(ranks: readonly (number | null)[]): Difficulty {
  if (ranks.every((rank) => rank === 1)) return 'easy';
  return ranks.every((rank) => rank !== null && rank <= 10) ? 'medium' : 'hard';
}

/** Looks at drafts one after the other: what leaks, does not stand in its document or comes again is thrown away and counted. */
function createAcceptance(index: PassageIndex) {
  const findSimilar = createSimilarQuestions();
  const idOf = createCaseIds();
  const discarded: Discarded = { leaked: 0, unaligned: 0, repeated: 0 };
  const difficulty: Record<Difficulty, number> = { easy: 0, medium: 0, hard: 0 };
  const sources = new Map<SourceDocument, ReturnType<typeof toQuoteText>>();
  const sourceOf = (document: SourceDocument) => {
    const known = sources.get(document) ?? toQuoteText(document.content);
    sources.set(document, known);
    return known;
  };
  const look = (draft: Draft): EvalCase | null => {
    const { question, quotes } = draft;
    if (quotes.some(({ quote }) => sharedFiveGrams(question, quote).length > 0)) return count('leaked');
    if (quotes.some(({ passage, quote }) => !alignPieces(foldQuote(quote), sourceOf(passage.document))))
      return count('unaligned');
    const ranks = [...new Set(quotes.map(({ passage }) => passage.number))].map((number) =>
      index.rankOf(question, number),
    );
    const given = toCase(draft, { id: `syn-${idOf(question)}`, ranks });
    if (findSimilar(given, 0)) return count('repeated');
    if (ranks.length > 0) difficulty[difficultyOf(ranks)] += 1;
    return given;
  };
  function count(why: keyof Discarded): null {
    discarded[why] += 1;
    return null;
  }
  return { look, discarded, difficulty };
}

function toCase(draft: Draft, { id, ranks }: { id: string; ranks: readonly (number | null)[] }): EvalCase {
  const { kind, question, answer, parts, quotes, about, meta } = draft;
  const documents = [...new Set(quotes.map(({ passage }) => passage.document.id))];
  const isAnswerable = quotes.length > 0;
  return EvalCase.parse({
    id,
    question,
    answers: answer === null ? [] : [answer],
    nuggets: parts.map((text) => ({ text })),
    answerable: isAnswerable,
    gold_docs: documents.map((doc) => ({ id: doc })),
    gold_quotes: quotes.map(({ passage, quote }) => ({ doc: passage.document.id, quote })),
    tags: ['synthetic', kind, ...(isAnswerable ? [difficultyOf(ranks)] : [])],
    cluster: about.id,
    meta: { ...meta, ...(isAnswerable ? { bm25_rank: ranks } : {}) },
  });
}

function countBy<T>(list: readonly T[], keyOf: (item: T) => string): Record<string, number> {
  return Object.fromEntries([...Map.groupBy(list, keyOf)].map(([key, group]) => [key, group.length]));
}
