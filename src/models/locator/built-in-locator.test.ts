import { afterAll, expect, test } from 'vitest';
import { createBuiltInLocator } from './built-in-locator.ts';

const signal = new AbortController().signal;
const locator = createBuiltInLocator({ threads: 2 });
afterAll(() => locator.close());

const passage = {
  title: 'Lockers',
  units: [
    'The lockers stand beside the north entrance.',
    'Each guest may rent one for up to six hours.',
    'A lost key costs 40 euros, which are kept from the deposit.',
    'Bicycles are parked on the east side.',
  ],
};

test('the sentence that holds the answer has the best odds, and what no sentence says has odds below 0', async () => {
  const request = { question: 'How much do I pay when I lose my key?', passages: [passage] };
  const [odds = new Float32Array()] = await locator.locate(request, signal);
  expect(odds).toHaveLength(4);
  expect(odds.indexOf(Math.max(...odds))).toBe(2);
  expect(odds[2]).toBeGreaterThan(0);
  const other = { question: 'Who designed the north entrance?', passages: [passage] };
  const [nowhere = new Float32Array()] = await locator.locate(other, signal);
  expect(Math.max(...nowhere)).toBeLessThan(0);
});

test('passages are answered in their order, whatever they are read beside', async () => {
  const question = 'For how long can a locker be rented?';
  const others = [passage, { title: '', units: ['Bicycles are parked on the east side.'] }, passage];
  const together = await locator.locate({ question, passages: others }, signal);
  const [alone] = await locator.locate({ question, passages: [passage] }, signal);
  expect(together.map(({ length }) => length)).toEqual([4, 1, 4]);
  expect([together[0], together[2]]).toEqual([alone, alone]);
});

test('units that the model has no room for are nowhere, and none are no error', async () => {
  const units = Array.from(
    { length: 60 },
    (_, place) => `${place} lockers stand beside the north entrance of the hall.`,
  );
  const [odds = new Float32Array()] = await locator.locate(
    { question: 'Where?', passages: [{ title: '', units }] },
    signal,
  );
  expect(odds).toHaveLength(60);
  expect(odds[0]).toBeGreaterThan(Number.NEGATIVE_INFINITY);
  expect(odds[59]).toBe(Number.NEGATIVE_INFINITY);
  const long = 'word '.repeat(100_000);
  const empty = { question: long, passages: [{ title: long, units: [] }] };
  expect((await locator.locate(empty, signal)).map(({ length }) => length)).toEqual([0]);
});

test('a question that is given up or comes after the end is told so', async () => {
  const request = { question: 'Where?', passages: [passage] };
  const reason = new Error('Nobody waits.');
  await expect(locator.locate(request, AbortSignal.abort(reason))).rejects.toBe(reason);
  const other = createBuiltInLocator({ threads: 1 });
  other.prepare();
  await other.close();
  other.prepare();
  await expect(other.locate(request, signal)).rejects.toMatchObject({ code: 'MODEL_UNAVAILABLE' });
});
