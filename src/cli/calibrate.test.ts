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
/** Passages that still wait for their vector, from the last entry on. */
let waiting: number[];

const refuse = scriptedAnswer(() => []);
/** Questions are named by their probability of having no answer, in per cent. */
const answerQuestion: AnswerQuestion = async function* (input, signal) {
  if (input.onlyKeptOf !== undefined) return;
  asked.push(input);
  const probability = Number(/\d+/.exec(input.question)?.[0]) / 100;
  const refusal = { probability, threshold: 0.5, contributions: {} };
  yield* refuse({ ...input, onRecord: (record) => input.onRecord({ ...record, refusal }) }, signal);
};

beforeAll(async () => {
  driver = await openTestDatabase();
  app = await openApp(driver, { answerQuestion, passagesWaiting: async () => waiting.pop() ?? 0 });
  client = clientWith(await app.createKey());
  folder = await mkdtemp(join(tmpdir(), 'calibrate-'));
  const line = (percent: number, answerable: boolean) =>
    JSON.stringify({ id: `${percent} ${answerable}`, text: `What is ${percent}?`, answerable, category: 'all' });
  const answerable = Array.from({ length: 30 }, (_, index) => line(index, true));
  const others = Array.from({ length: 10 }, (_, index) => line(20 + 5 * index, false));
  await writeFile(join(folder, 'queries.jsonl'), [...answerable, ...others].join('\n'));
});
function clientWith(key: string): Client {
  return createClient(
    async (path, init) => await app.application.app.request(path, init),
    key,
    async () => {},
  );
}

beforeEach(() => {
  asked = [];
  waiting = [];
});
afterAll(async () => {
  await rm(folder, { recursive: true });
  await app.application.stop();
  await driver.close();
});

interface Run {
  readonly apply?: boolean;
  readonly overRefusal?: number;
  readonly as?: Client;
}

async function run({ apply = false, overRefusal = 0.1, as = client }: Run) {
  let text = '';
  const write = (part: string) => {
    text += part;
  };
  const labels: string[] = [];
  const progress = { show: ({ label }: { label: string }) => void labels.push(label), note: () => {}, end: () => {} };
  const output = createOutput(true, { write }, { write });
  const { signal } = new AbortController();
  const context = { client: as, output, progress, signal, config: loadConfig({}) };
  await calibrate(context, folder, { overRefusal, apply });
  return { ...JSON.parse(text), labels: new Set(labels) };
}

it('asks the tenant’s own index, and leaves neither a conversation nor a setting behind', async () => {
  const report = await run({});
  // The 28th of 30 probabilities: 90 % of 31.
  expect(report).toMatchObject({ threshold: 0.27, answerable: 30, unanswerable: 10, errors: 0, applied: false });
  expect(report.heldOut.overRefusal.mean).toBeCloseTo(0.1, 1);
  expect(report.heldOut.categories.all.refused.mean).toBeGreaterThan(0.7);
  expect(asked).toHaveLength(40);
  expect(await client.get('/v1/conversations')).toMatchObject({ items: [] });
  expect(await client.get('/v1/settings')).toMatchObject({ refusalThreshold: null });
});

it('applies the threshold to the tenant’s next answers', async () => {
  await run({ apply: true });
  expect(await client.get('/v1/settings')).toMatchObject({ refusalThreshold: 0.27 });
  await client.post('/v1/answers', { question: 'What is 50?' });
  expect(asked.at(-1)?.refusalThreshold).toBe(0.27);
});

it('asks nothing before the vectors of the documents are there', async () => {
  waiting = [0, 3, 12];
  expect((await run({})).labels).toEqual(new Set(['vectors', 'asking']));
  expect(waiting).toEqual([]);
});

it('asks nothing where it would fail in the end', async () => {
  await expect(run({ overRefusal: 0.01 })).rejects.toMatchObject({ code: 'INVALID_REQUEST' });
  const reader = clientWith(await app.createKey({ role: 'reader', scopes: ['read'] }));
  await expect(run({ apply: true, as: reader })).rejects.toMatchObject({ code: 'FORBIDDEN' });
  expect(asked).toEqual([]);
});
