import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { openApp, scriptedAnswer, type TestApp } from '../../test/open-app.ts';
import { openTestDatabase } from '../../test/open-database.ts';
import type { AnswerInput, AnswerQuestion } from '../chains/answer-question.ts';
import { loadConfig } from '../config.ts';
import type { SqlDriver } from '../store/sql.ts';
import { calibrate } from './calibrate.ts';
import { type Client, createClient } from './client.ts';
import { createOutput } from './output.ts';

let driver: SqlDriver;
let app: TestApp;
let client: Client;
let folder: string;
let asked: AnswerInput[];

const refuse = scriptedAnswer(() => []);
/** Questions are named by their probability of having no answer, in per cent. */
const answerQuestion: AnswerQuestion = (input, signal) => {
  asked.push(input);
  const probability = Number(/\d+/.exec(input.question)?.[0]) / 100;
  const refusal = { probability, threshold: 0.5, contributions: {} };
  return refuse({ ...input, onRecord: (record) => input.onRecord({ ...record, refusal }) }, signal);
};

beforeAll(async () => {
  driver = await openTestDatabase();
  app = await openApp(driver, { answerQuestion });
  client = createClient(
    async (path, init) => await app.application.app.request(path, init),
    await app.createKey(),
    async () => {},
  );
  folder = await mkdtemp(join(tmpdir(), 'calibrate-'));
  const line = (percent: number, answerable: boolean) =>
    JSON.stringify({ id: `${percent} ${answerable}`, text: `What is ${percent}?`, answerable, category: 'all' });
  const answerable = Array.from({ length: 30 }, (_, index) => line(index, true));
  const others = Array.from({ length: 10 }, (_, index) => line(20 + 5 * index, false));
  await writeFile(join(folder, 'queries.jsonl'), [...answerable, ...others].join('\n'));
});
beforeEach(() => {
  asked = [];
});
afterAll(async () => {
  await rm(folder, { recursive: true });
  await app.application.stop();
  await driver.close();
});

async function run(apply: boolean) {
  let text = '';
  const write = (part: string) => {
    text += part;
  };
  const progress = { show: () => {}, note: () => {}, end: () => {} };
  const output = createOutput(true, { write }, { write });
  const { signal } = new AbortController();
  await calibrate({ client, output, progress, signal, config: loadConfig({}) }, folder, { overRefusal: 0.1, apply });
  return JSON.parse(text);
}

it('asks the tenant’s own index, and leaves neither a conversation nor a setting behind', async () => {
  const report = await run(false);
  // The 28th of 30 probabilities: 90 % of 31.
  expect(report).toMatchObject({ threshold: 0.27, answerable: 30, unanswerable: 10, errors: 0, applied: false });
  expect(report.heldOut.overRefusal.mean).toBeCloseTo(0.1, 1);
  expect(report.heldOut.categories.all.refused.mean).toBeGreaterThan(0.7);
  expect(asked).toHaveLength(40);
  expect(await client.get('/v1/conversations')).toMatchObject({ items: [] });
  expect(await client.get('/v1/settings')).toMatchObject({ refusalThreshold: null });
});

it('applies the threshold to the tenant’s next answers', async () => {
  await run(true);
  expect(await client.get('/v1/settings')).toMatchObject({ refusalThreshold: 0.27 });
  await client.post('/v1/answers', { question: 'What is 50?' });
  expect(asked.at(-1)?.refusalThreshold).toBe(0.27);
});
