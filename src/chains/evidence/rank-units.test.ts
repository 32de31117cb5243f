import { expect, test } from 'vitest';
import { scoredPassage } from '../../../test/scored-passage.ts';
import { asItIs } from '../../models/similarity.ts';
import type { QuestionVector, WindowShare } from '../../retrieve/retrieve.ts';
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

async function rank(secondWindow: number | null, asked = questionVector) {
  const steps = [{ step: 'rank', score: 1, windows: windows(secondWindow) }];
  const passages = [scoredPassage({ text, dense: 0.1, steps })];
  const weights = createTermWeights({ lookUp: null, tenant: 'ten_1', sample: text });
  const embedded: string[] = [];
  const embed = async (texts: readonly string[]) => {
    embedded.push(...texts);
    return texts.map(() => Float32Array.of(0.2, 0));
  };
  const { units } = await rankUnits(
    { question: 'Who paints them?', questionVector: asked, passages, weights },
    embed,
    signal,
  );
  return { embedded, units };
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
