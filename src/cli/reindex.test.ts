import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { fakePort } from '../../test/fake-port.ts';
import { openApp, type TestApp } from '../../test/open-app.ts';
import { openTestDatabase } from '../../test/open-database.ts';
import type { IndexAdministration, IndexComparison, IndexStatus, Reindex } from '../store/index-administration.ts';
import type { SqlDriver } from '../store/sql.ts';
import { type Client, createClient } from './client.ts';
import { createOutput } from './output.ts';
import type { Progress, ProgressState } from './progress.ts';
import { type ReindexOptions, reindex } from './reindex.ts';

const checksum = { passages: 7, embedded: 6, checksum: '00000000000000aa', embeddedChecksum: '00000000000000bb' };
const proof = { tenantId: 'ten_one' as const, rows: checksum, index: checksum, isComplete: true };
const running: Reindex = {
  state: 'running',
  embedder: 'three',
  collection: 'footnote_three_1',
  stage: 'writing',
  done: 3,
  total: 7,
  error: null,
  proofs: [],
};
const finished: Reindex = { ...running, state: 'finished', stage: 'checking', done: 1, total: 1, proofs: [proof] };
const comparison: IndexComparison = {
  live: 'footnote_three_1',
  next: 'footnote_four_1',
  questions: 2,
  overlapAt10: 0.75,
  most: [{ question: 'How long\ndo refunds take?', overlap: 0.5, onlyLive: ['psg_a'], onlyNext: ['psg_b', 'psg_c'] }],
};

let driver: SqlDriver;
let app: TestApp;
let client: Client;
let calls: string[];
let statuses: Reindex[];
let compared: IndexComparison;

const status = (): IndexStatus => ({
  driver: 'qdrant',
  collections: [
    { name: 'footnote_three_1', embedder: 'three', state: 'previous', createdAt: '2026-01-01T00:00:00.000Z' },
    { name: 'footnote_four_1', embedder: 'four', state: 'live', createdAt: '2026-01-02T00:00:00.000Z' },
  ],
  reindex: statuses.shift() ?? null,
});

beforeAll(async () => {
  driver = await openTestDatabase();
  const indexAdministration = fakePort<IndexAdministration>('indexAdministration', {
    status: async () => status(),
    async reindex(embedder) {
      calls.push(`reindex ${embedder}`);
      return status();
    },
    async compare(questions) {
      calls.push(`compare ${questions}`);
      return compared;
    },
    async switchTo(which) {
      calls.push(`switch ${which}`);
      return status();
    },
  });
  app = await openApp(driver, { indexAdministration });
  const key = await app.createKey({ tenant: (await app.stores.identities.defaultTenant()).id });
  client = createClient(
    async (path, init) => await app.application.app.request(path, init),
    key,
    async () => {},
  );
});
beforeEach(() => {
  calls = [];
  statuses = [running, running, finished];
  compared = comparison;
});
afterAll(async () => {
  await app.application.stop();
  await driver.close();
});

async function run(options: Partial<ReindexOptions>) {
  let text = '';
  const write = (part: string) => {
    text += part;
  };
  const shown: ProgressState[] = [];
  const progress: Progress = { show: (state) => void shown.push(state), note() {}, end() {} };
  const output = createOutput(false, { write }, { write });
  const context = { client, output, progress, signal: new AbortController().signal };
  const code = await reindex(context, { shadow: false, switch: false, back: false, ...options });
  return { code, text, shown };
}

it('builds the live index, shows how far it is, and prints what shows it complete', async () => {
  const { code, text, shown } = await run({});
  expect([code, calls]).toEqual([0, ['reindex null']]);
  expect(shown.map(({ label, done, total }) => `${label} ${done}/${total}`)).toEqual(['writing 3/7', 'writing 3/7']);
  expect(text).toMatch(/ten_one +7 +7 +6 +6 +00000000000000aa +complete/);
});

it.each([
  [{ checksum: '00000000000000ac' }, 'the ids differ'],
  [{ embeddedChecksum: '00000000000000bc' }, 'the ids with a vector differ'],
  [{ passages: 5 }, '2 passages are missing'],
  [{ passages: 8 }, '1 passage too many'],
  [{ embedded: 5 }, '1 vector is missing'],
])('ends with 1 and switches nothing when it is not complete: %j', async (part, expected) => {
  statuses = [{ ...finished, proofs: [proof, { ...proof, index: { ...checksum, ...part }, isComplete: false }] }];
  const { code, text } = await run({ embedder: 'four', switch: true });
  expect([code, calls]).toEqual([1, ['reindex four']]);
  expect(text).toContain(`DIFFERS: ${expected}`);
});

it('throws what the build failed with', async () => {
  const error = { code: 'DATABASE_UNAVAILABLE', detail: 'The database does not answer.' };
  statuses = [running, { ...running, state: 'failed', error }];
  await expect(run({ switch: true, embedder: 'four' })).rejects.toMatchObject(error);
  expect(calls).toEqual(['reindex four']);
});

it('says that the server was restarted while it built', async () => {
  statuses = [running];
  await expect(run({})).rejects.toMatchObject({ detail: expect.stringContaining('run the command again') });
});

it('builds, compares and switches in one run', async () => {
  const { code, text } = await run({ embedder: 'four', shadow: true, switch: true });
  expect([code, calls]).toEqual([0, ['reindex four', 'compare 200', 'switch next']]);
  expect(text).toContain('overlap@10 0.750 over 2 questions');
  expect(text).toMatch(/0\.50 +1 +2 +How long do refunds take\?/);
  expect(text).toMatch(/live +footnote_four_1 +four/);
});

it.each<[Partial<ReindexOptions>, string[]]>([
  [{ shadow: true }, ['compare 200']],
  [{ switch: true }, ['switch next']],
  [{ back: true }, ['switch previous']],
])('builds nothing for %j alone', async (options, expected) => {
  expect(await run(options)).toMatchObject({ code: 0, shown: [] });
  expect(calls).toEqual(expected);
});

it('says that there is nothing to compare before the first question', async () => {
  compared = { ...comparison, questions: 0, overlapAt10: null, most: [] };
  expect((await run({ shadow: true })).text).toContain('No question was asked yet');
});
