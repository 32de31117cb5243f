import { describe, expect, test } from 'vitest';
import { byWords } from '../../../test/by-words.ts';
import { scoredPassage } from '../../../test/scored-passage.ts';
import { asItIs } from '../../models/similarity.ts';
import type { QuestionVector, WindowShare } from '../../retrieve/retrieve.ts';
import type { LocateAnswer } from './locate-answer.ts';
import { rankUnits } from './rank-units.ts';
import { createTermWeights } from './term-weights.ts';

const signal = new AbortController().signal;
const questionVector: QuestionVector = { vector: Float32Array.of(1, 0), similarityOf: asItIs };
/** Twelve sentences that say as little about the question as each other, each of about 100 characters. */
const sentences = Array.from(
  { length: 12 },
  (_, index) =>
    `Harbour number ${index + 10} keeps a careful log of all ferries, barges and tugs that come in late at night.`,
);
const text = sentences.join(' ');

/** Two windows of six sentences, of which the second is as near as `cosine` says. */
const windows = (cosine: number | null): WindowShare[] =>
  [0, 6].map((first) => ({
    start: text.indexOf(sentences[first] ?? ''),
    end: text.indexOf(sentences[first + 5] ?? '') + (sentences[0]?.length ?? 0),
    share: 1,
    cosine: first === 0 ? 0.1 : cosine,
  }));

async function rank(secondWindow: number | null, asked = questionVector, locate: LocateAnswer | null = null) {
  const steps = [{ step: 'rank', score: 1, windows: windows(secondWindow) }];
  const passages = [scoredPassage({ text, dense: 0.1, steps })];
  const weights = createTermWeights({ lookUp: null, tenant: 'ten_1', sample: text });
  const embedded: string[] = [];
  const embed = async (texts: readonly string[]) => {
    embedded.push(...texts);
    return texts.map(() => Float32Array.of(0.2, 0));
  };
  const ranked = await rankUnits(
    { question: 'Who paints them?', questionVector: asked, passages, weights },
    { embed, locate },
    signal,
  );
  return { ...ranked, embedded };
}

const places = (texts: readonly string[]) =>
  texts.map((each) => sentences.findIndex((sentence) => each.includes(sentence)));

test('sentences of the nearest window are embedded before those of the others', async () => {
  const alike = places((await rank(0.1)).embedded);
  expect(Math.max(...alike)).toBeLessThan(9);
  const far = places((await rank(0.6)).embedded);
  expect(far).toEqual(expect.arrayContaining([6, 7, 8, 9, 10, 11]));
  expect(far).toHaveLength(alike.length);
});

test('what is not embedded comes behind what is, scored by the cosine of its window', async () => {
  const { embedded, units } = await rank(0.05);
  const [known, others] = [units.slice(0, embedded.length), units.slice(embedded.length)];
  expect(known.every(({ cosine }) => cosine === Math.fround(0.2))).toBe(true);
  expect(others.map(({ cosine }) => cosine)).toEqual(others.map(() => null));
  const last = units.find((unit) => unit.text === sentences[11]);
  const sameAtFar = (await rank(0.02)).units.find((unit) => unit.text === sentences[11]);
  expect((last?.score ?? 0) - (sameAtFar?.score ?? 0)).toBeCloseTo(0.03, 6);
});

test('without a vector of its window a sentence is taken to be as near as its passage', async () => {
  const scores = async (cosine: number | null) => (await rank(cosine)).units.map(({ score }) => score);
  expect(await scores(null)).toEqual(await scores(0.1));
});

test('the cosine of a sentence is read on the scale of the embedder', async () => {
  const { units } = await rank(0.1, { ...questionVector, similarityOf: (cosine) => cosine / 2 });
  expect(units[0]?.cosine).toBeCloseTo(0.1, 5);
});

describe('with an answer locator', () => {
  /** The last sentence of all holds the answer by as much, none of the others. */
  const sayLast =
    (odds: number): LocateAnswer =>
    async (_question, units) =>
      new Map(units.map((unit) => [unit, unit.text === sentences[11] ? odds : -6]));

  test('the sentence that the answer stands in comes first, also when it was not embedded', async () => {
    const { units, isLocated, embedded } = await rank(0.1, questionVector, sayLast(6));
    expect(embedded.join()).not.toContain(sentences[11]);
    expect(units[0]).toMatchObject({ text: sentences[11], cosine: null, answerOdds: 6 });
    expect(isLocated).toBe(true);
    expect(units.slice(1).every(({ answerOdds }) => answerOdds === -6)).toBe(true);
  });

  test('one that it is more likely not in stays where it was', async () => {
    const { units, embedded } = await rank(0.1, questionVector, sayLast(-0.1));
    expect(units.findIndex(({ text: each }) => each === sentences[11])).toBeGreaterThanOrEqual(embedded.length);
  });

  test('one that fails or knows none of the languages changes nothing', async () => {
    const alone = await rank(0.1);
    const broken = await rank(0.1, questionVector, () => Promise.reject(new Error('The model is gone.')));
    expect(broken.units).toEqual(alone.units);
    expect(broken).toMatchObject({ isLocated: false, locatingError: { message: 'The model is gone.' } });
    expect(await rank(0.1, questionVector, async () => null)).toEqual(alone);
    expect(alone).toMatchObject({ isLocated: false, locatingError: null, embeddingError: null });
  });

  test('a question that is given up ends with its reason', async () => {
    const reason = new Error('Nobody waits.');
    const passages = [scoredPassage({ text })];
    const weights = createTermWeights({ lookUp: null, tenant: 'ten_1', sample: text });
    const locate: LocateAnswer = () => Promise.reject(new Error('The model is gone.'));
    const ranking = rankUnits(
      { question: 'Who?', questionVector: null, passages, weights },
      { ...byWords, locate },
      AbortSignal.abort(reason),
    );
    await expect(ranking).rejects.toBe(reason);
  });
});
