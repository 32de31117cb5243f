import { expect, test } from 'vitest';
import { byWords } from '../../../test/by-words.ts';
import { scoredPassage } from '../../../test/scored-passage.ts';
import { stubLocator } from '../../../test/stub-locator.ts';
import type { AnswerLocator } from '../../models/answer-locator.ts';
import type { ScoredPassage } from '../../retrieve/retrieve.ts';
import { createLocateAnswer } from './locate-answer.ts';
import { rankUnits } from './rank-units.ts';
import { createTermWeights } from './term-weights.ts';

const signal = new AbortController().signal;
const question = 'Who winds the clock of the tower?';

/** Says of each unit how long it is. */
const createRecorder = () => stubLocator((unit) => unit.length);

async function located(passages: readonly ScoredPassage[], by = question, { locator, asked } = createRecorder()) {
  const sample = passages.map(({ text }) => text).join('\n');
  const weights = createTermWeights({ lookUp: null, tenant: 'ten_1', sample });
  const input = { question: by, questionVector: null, passages, weights };
  const { units } = await rankUnits(input, byWords, signal);
  const odds = await createLocateAnswer(locator)(by, units, passages, signal);
  return { asked, units, odds };
}

test('the most promising units of two passages are read, each passage in its order under its title', async () => {
  const texts = ['A', 'B', 'C', 'D'].map(
    (name) => `The tower ${name} is old. The keeper ${name} winds the clock. It strikes each hour in ${name}.`,
  );
  const passages = texts.map((text, index) =>
    scoredPassage({ text, id: `psg_${index}`, title: `Tower ${index}`, headingPath: ['Clock'] }),
  );
  const { asked, units, odds } = await located(passages);
  const read = asked.flatMap((request) => request.passages);
  expect(read).toHaveLength(2);
  for (const { title, units: sentences } of read) {
    expect(title).toMatch(/^Tower \d: Clock$/);
    expect(sentences[0]).toMatch(/^The tower/);
    expect(sentences[1]).toMatch(/winds the clock/);
  }
  expect(odds?.size).toBe(6);
  for (const [unit, value] of odds ?? []) {
    expect(units).toContain(unit);
    expect(value).toBe(unit.shown.length);
  }
});

test('16 units are read, and up to twice as many more where the answer is in none of them', async () => {
  const text = Array.from({ length: 60 }, (_, place) => `Keeper number ${place} winds the clock of the tower.`).join(
    ' ',
  );
  const passages = [scoredPassage({ text })];
  expect((await located(passages)).odds?.size).toBe(16);
  const nowhere = await located(
    passages,
    question,
    stubLocator(() => -1),
  );
  expect(nowhere.odds?.size).toBe(48);
  expect(nowhere.asked).toHaveLength(3);
  const read = nowhere.asked.flatMap((request) => request.passages.flatMap(({ units }) => units));
  expect(new Set(read).size).toBe(48);
});

test('the passages that come next are read where the answer is in none of the first two', async () => {
  const passages = ['A', 'B', 'C', 'D', 'E'].map((name, index) =>
    scoredPassage({ text: `The keeper ${name} winds the clock.`, id: `psg_${index}`, score: 1 - index / 10 }),
  );
  const { asked, odds } = await located(
    passages,
    question,
    stubLocator((unit) => (unit.includes('D') ? 3 : -3)),
  );
  expect(asked.map((request) => request.passages.length)).toEqual([2, 2]);
  expect(odds?.size).toBe(4);
});

test('a question or passages in a language that the locator does not know are not read', async () => {
  const text = 'Der Wärter zieht die Uhr des Turms auf.';
  const german = scoredPassage({ text, language: 'de' });
  expect((await located([german])).odds).toBeNull();
  const english = scoredPassage({ text: 'The keeper winds the clock.', id: 'psg_2', language: 'en' });
  const mixed = await located([german, english]);
  expect(mixed.asked.flatMap(({ passages }) => passages.flatMap(({ units }) => units))).toEqual([
    'The keeper winds the clock.',
  ]);
  const { asked, odds } = await located([english], 'Wer zieht die Uhr des Turms auf und wann?');
  expect([asked, odds]).toEqual([[], null]);
});

test('a locator that is late is not waited for', async () => {
  const { locator } = createRecorder();
  const late: AnswerLocator = {
    ...locator,
    locate: (_, given) =>
      new Promise((_resolve, reject) => given.addEventListener('abort', () => reject(given.reason))),
  };
  const passages = [scoredPassage({ text: 'The keeper winds the clock.' })];
  const weights = createTermWeights({ lookUp: null, tenant: 'ten_1', sample: passages[0]?.text ?? '' });
  const locate = createLocateAnswer(late, 1);
  const ranked = await rankUnits({ question, questionVector: null, passages, weights }, { ...byWords, locate }, signal);
  expect(ranked.units).toHaveLength(1);
  expect(ranked).toMatchObject({ isLocated: false, locatingError: { name: 'TimeoutError' } });
});
