import type { Answer, Quote, RefusalReason } from '../../domain/answer.ts';
import type { AnswerRecord } from '../../store/answers.ts';

export interface ReplayedAnswer {
  readonly answer: Answer;
  readonly record: AnswerRecord;
}

export interface Change<T> {
  readonly before: T;
  readonly after: T;
}

interface PassagePlace {
  readonly id: string;
  readonly documentId: string;
  readonly version: number;
  /** From 1. */
  readonly rank: number;
  readonly score: number;
}

type QuotePlace = Pick<Quote, 'text' | 'documentId' | 'version' | 'start' | 'end' | 'title'>;

/** What a second run of an answer made different; empty lists and nulls where nothing is. */
export interface AnswerDifferences {
  readonly state: Change<Answer['state']> | null;
  readonly passages: {
    readonly gained: readonly PassagePlace[];
    readonly lost: readonly PassagePlace[];
    readonly moved: readonly (PassagePlace & { readonly from: number })[];
  };
  readonly sentences: {
    readonly gained: readonly string[];
    readonly lost: readonly string[];
    readonly reordered: boolean;
  };
  readonly quotes: { readonly gained: readonly QuotePlace[]; readonly lost: readonly QuotePlace[] };
  readonly refusal: Change<RefusalReason | null> | null;
  readonly confidence: Change<number | null> | null;
}

/** What may have made the difference, and times, which always differ. */
export interface AnswerConditions {
  readonly model: Change<string> | null;
  readonly embedder: Change<string> | null;
  readonly promptVersions: Change<Readonly<Record<string, string>>> | null;
  readonly rewrite: Change<string> | null;
  /** Estimated probability that the sources hold no answer. */
  readonly refusalProbability: Change<number | null> | null;
  /** Milliseconds of each step. */
  readonly timings: Readonly<Record<string, Change<number | null>>>;
}

/** Numbers closer than this are one: floating-point sums depend on their order. */
const tolerance = 0.0005;

/** Compares two runs of one question; neither is changed. */
export function compareAnswers(before: ReplayedAnswer, after: ReplayedAnswer): AnswerDifferences {
  const [old, now] = [before.answer, after.answer];
  return {
    state: changeOf(old.state, now.state),
    passages: comparePassages(placesOf(before.record), placesOf(after.record)),
    sentences: compareSentences(textsOf(old), textsOf(now)),
    quotes: compareQuotes(old.quotes, now.quotes),
    refusal: changeOf(old.refusal?.reason ?? null, now.refusal?.reason ?? null),
    confidence: numberChange(old.confidence, now.confidence),
  };
}

export function compareConditions(before: ReplayedAnswer, after: ReplayedAnswer): AnswerConditions {
  const [{ answer: old, record: oldRecord }, { answer: now, record }] = [before, after];
  const steps = [...new Set([...Object.keys(old.timings), ...Object.keys(now.timings)])].sort();
  return {
    model: changeOf(old.model, now.model),
    embedder: changeOf(oldRecord.embedder, record.embedder),
    promptVersions: isSameObject(oldRecord.promptVersions, record.promptVersions)
      ? null
      : { before: oldRecord.promptVersions, after: record.promptVersions },
    rewrite: changeOf(oldRecord.standalone, record.standalone),
    refusalProbability: numberChange(oldRecord.refusal?.probability ?? null, record.refusal?.probability ?? null),
    timings: Object.fromEntries(
      steps.map((step) => [step, { before: old.timings[step] ?? null, after: now.timings[step] ?? null }]),
    ),
  };
}

/** Whether the reader gets the same: sentences, quotes, sources in their order, refusal and confidence. */
export function isSameAnswer({ state, passages, sentences, quotes, refusal, confidence }: AnswerDifferences): boolean {
  const lists = [passages.gained, passages.lost, passages.moved, sentences.gained, sentences.lost];
  return (
    [...lists, quotes.gained, quotes.lost].every((list) => list.length === 0) &&
    !sentences.reordered &&
    [state, refusal, confidence].every((change) => change === null)
  );
}

function placesOf({ passages }: AnswerRecord): PassagePlace[] {
  return passages.map(({ id, documentId, version, score }, index) => ({
    ...{ id, documentId, version, score },
    rank: index + 1,
  }));
}

function comparePassages(
  before: readonly PassagePlace[],
  after: readonly PassagePlace[],
): AnswerDifferences['passages'] {
  const ranks = new Map(before.map(({ id, rank }) => [id, rank]));
  const kept = new Set(after.map(({ id }) => id));
  return {
    gained: after.filter(({ id }) => !ranks.has(id)),
    lost: before.filter(({ id }) => !kept.has(id)),
    moved: after.flatMap((place) => {
      const from = ranks.get(place.id);
      return from === undefined || from === place.rank ? [] : [{ ...place, from }];
    }),
  };
}

function compareSentences(before: readonly string[], after: readonly string[]): AnswerDifferences['sentences'] {
  const gained = without(after, before);
  const lost = without(before, after);
  const stayed = (all: readonly string[], changed: readonly string[]) => without(all, changed).join('\n');
  return { gained, lost, reordered: stayed(before, lost) !== stayed(after, gained) };
}

/** What is left of `all` when each of `taken` is taken out once. */
function without(all: readonly string[], taken: readonly string[]): string[] {
  const left = [...taken];
  return all.filter((text) => {
    const place = left.indexOf(text);
    if (place < 0) return true;
    left.splice(place, 1);
    return false;
  });
}

function compareQuotes(before: readonly Quote[], after: readonly Quote[]): AnswerDifferences['quotes'] {
  const keyOf = ({ documentId, version, start, end }: Quote) => `${documentId} ${version} ${start} ${end}`;
  const [old, now] = [new Set(before.map(keyOf)), new Set(after.map(keyOf))];
  const place = ({ text, documentId, version, start, end, title }: Quote) => ({
    ...{ text, documentId, version, start, end, title },
  });
  return {
    gained: after.filter((quote) => !old.has(keyOf(quote))).map(place),
    lost: before.filter((quote) => !now.has(keyOf(quote))).map(place),
  };
}

function textsOf({ sentences }: Answer): string[] {
  return sentences.map(({ text }) => text);
}

function changeOf<T>(before: T, after: T): Change<T> | null {
  return before === after ? null : { before, after };
}

function numberChange(before: number | null, after: number | null): Change<number | null> | null {
  return before !== null && after !== null && Math.abs(before - after) < tolerance ? null : changeOf(before, after);
}

function isSameObject(one: Readonly<Record<string, string>>, other: Readonly<Record<string, string>>): boolean {
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...names].every((name) => one[name] === other[name]);
}
