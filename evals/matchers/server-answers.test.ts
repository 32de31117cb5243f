import 'footnote/vitest';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { localKeyOf, type ServerProcess, startServer } from '../../test/server-process.ts';

let home = '';
let server: ServerProcess;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'footnote-matchers-'));
  server = await startServer({ PATH: process.env.PATH, DATA_DIR: home, PORT: '0', LOG_LEVEL: 'error' });
});
afterAll(async () => {
  await server.end('SIGTERM');
  await rm(home, { recursive: true });
});

async function request(path: string, body?: object): Promise<unknown> {
  const response = await fetch(`${server.url}${path}`, {
    method: body ? 'POST' : 'GET',
    headers: { authorization: `Bearer ${await localKeyOf(home)}`, 'content-type': 'application/json' },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  return await response.json();
}

const ask = async (question: string) => await request('/v1/answers', { question });

test('the matchers read what POST /v1/answers gives', async () => {
  // A first start goes on after some seconds on a busy machine; the sample is read in the background then.
  await expect.poll(() => request('/v1/jobs?state=running'), { timeout: 50_000 }).toMatchObject({ items: [] });
  const answer = await ask('How many times do you retry a failed charge?');
  expect(answer).toBeGrounded();
  expect(answer).toCiteSource(/failed|payment/i);
  expect(answer).not.toRefuse();
  const source = await readFile('datasets/handbook/documents/billing/failed-payments.md', 'utf8');
  expect(answer).toQuoteVerbatim(source);
  expect(answer).not.toQuoteVerbatim(source.replaceAll('three times', 'four times'));

  expect(await ask('Who won the football world cup in 1954?')).toRefuse();
});
