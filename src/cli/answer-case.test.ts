import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openDataset } from '../../evals/datasets/dataset.ts';
import { openTestDatabase } from '../../test/open-database.ts';
import { openSearchingApp, type SearchingApp } from '../../test/searching-app.ts';
import { loadConfig } from '../config.ts';
import type { Answer } from '../domain/answer.ts';
import type { SqlDriver } from '../store/sql.ts';
import { addAnswerCase } from './answer-case.ts';
import { type Client, createClient } from './client.ts';
import { createOutput } from './output.ts';
import { synthesizeTenant } from './synthesize.ts';

const first = 'Annual plans are refunded within five working days.';
let driver: SqlDriver;
let app: SearchingApp;
let client: Client;
let folder: string;

beforeAll(async () => {
  driver = await openTestDatabase();
  app = await openSearchingApp(driver);
  client = clientWith(await app.createKey());
  folder = await mkdtemp(join(tmpdir(), 'footnote-answer-case-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
  await app.application.stop();
  await driver.close();
});

function clientWith(key: string): Client {
  const send = async (path: string, init: RequestInit) => await app.application.app.request(path, init);
  return createClient(send, key, async () => {});
}

async function publish(text: string): Promise<void> {
  const form = new FormData();
  form.set('file', new File([text], 'refunds.md'));
  form.set('externalId', 'refunds.md');
  await client.post('/v1/documents', form);
  await app.readQueued();
}

let printed = '';
const sink = { write: (part: string) => (printed += part) };
const context = () => ({
  client,
  output: createOutput(true, sink, sink),
  progress: { show: () => {}, note: () => {}, end: () => {} },
  signal: new AbortController().signal,
  config: loadConfig({}),
});

it('keeps the passages as the answer was read from them, and what a reader expected', async () => {
  await publish(`# Refunds\n\n${first}\n`);
  const { id } = await client.post<Answer>('/v1/answers', { question: 'When are annual plans refunded?' });
  for (const feedback of [
    { rating: 'up' },
    { rating: 'down', reasons: ['outdated'], comment: 'It takes ten.', expected: 'Within ten working days.' },
  ])
    await app.request(`/v1/answers/${id}/feedback`, await app.createKey(), {
      method: 'POST',
      body: JSON.stringify(feedback),
      headers: { 'content-type': 'application/json' },
    });
  await publish('# Refunds\n\nAnnual plans are refunded within ten working days.\n');
  const out = join(folder, 'cases.jsonl');
  await addAnswerCase(context(), id, { out });
  const [placed] = await Array.fromAsync((await openDataset(out)).cases());
  expect(placed?.case).toMatchObject({
    id,
    question: 'When are annual plans refunded?',
    answers: ['Within ten working days.'],
    contexts: [expect.stringContaining(first)],
    tags: ['feedback', 'complaint', 'outdated'],
    cluster: 'refunds.md',
    meta: { quotes: [{ text: first }], feedback: [{ rating: 'down', comment: 'It takes ten.' }, { rating: 'up' }] },
  });
});

it('adds to a file that is there, and nothing for an answer that is none', async () => {
  const { id } = await client.post<Answer>('/v1/answers', { question: 'Who repairs lanterns?' });
  const out = join(folder, 'cases.jsonl');
  const before = await readFile(out, 'utf8');
  await addAnswerCase(context(), id, { out });
  const after = await readFile(out, 'utf8');
  expect(after.startsWith(before)).toBe(true);
  expect(JSON.parse(after.trim().split('\n').at(-1) ?? '')).toMatchObject({ id, tags: ['feedback'] });
  await expect(addAnswerCase(context(), id, { out })).rejects.toMatchObject({ code: 'INVALID_REQUEST' });
  await expect(addAnswerCase(context(), id.replace(/.$/, 'z'), { out })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  expect(await readFile(out, 'utf8')).toBe(after);
});

it('makes cases of the documents that the key may read', async () => {
  const out = join(folder, 'synthetic.jsonl');
  await publish(
    '# Refunds\n\nA refund desk is a team that pays money back.\n\n## Opening hours\n\nThe desk is open from nine to five every day.\n',
  );
  const options = { out, count: 5, seed: 1, withModel: false, tenantDocuments: true };
  await synthesizeTenant(context(), undefined, options);
  const cases = await Array.fromAsync((await openDataset(out)).cases(), (placed) => placed.case);
  expect(cases.map(({ question }) => question)).toContain('What is a refund desk?');
  expect(cases[0]?.gold_docs).toEqual([{ id: 'refunds.md', grade: 1 }]);
  await expect(synthesizeTenant(context(), 'folder', options)).rejects.toMatchObject({ code: 'INVALID_REQUEST' });
});
