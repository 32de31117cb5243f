import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { fakePort } from '../../test/fake-port.ts';
import { sha256 } from '../../test/sample-documents.ts';
import { AppError } from '../domain/errors.ts';
import type { Job } from '../domain/job.ts';
import type { Client } from './client.ts';
import { type IngestOptions, ingest } from './ingest.ts';
import { createOutput } from './output.ts';
import type { ProgressState } from './progress.ts';

const files = 100;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'footnote-ingest-'));
  for (let place = 0; place < files; place += 1) await writeFile(join(folder, `${place}.md`), `# Page ${place}\n`);
});
afterAll(async () => await rm(folder, { recursive: true, force: true }));

const options: IngestOptions = {
  ...{ acl: [], tags: {}, metadata: {}, wait: 'lexical', dryRun: false, prune: false, source: 'pages' },
};

function run(client: Client, shown: ProgressState[] = [], targets = [folder], printed: string[] = []): Promise<number> {
  const output = createOutput(true, { write: (text) => printed.push(text) });
  const progress = { show: (state: ProgressState) => void shown.push(state), note: () => {}, end: () => {} };
  const { signal } = new AbortController();
  return ingest({ client, output, progress, signal, maxFileBytes: 1000 }, targets, options);
}

const job = { id: 'job_1', state: 'running', stage: 'lexical', done: 3, failed: 0, total: 40, failures: [] };

it('sends nothing more once its job is cancelled', async () => {
  let sent = 0;
  const client = fakePort<Client>('client', {
    get: async <T>(path: string) =>
      (path.startsWith('/v1/jobs/') ? { ...job, state: 'cancelled' } : { items: [], nextCursor: null }) as T,
    post: async <T>() => {
      sent += 1;
      if (sent > 5) throw new AppError('CONFLICT', 'The job job_1 was cancelled.');
      return { documentId: `doc_${sent}`, jobId: 'job_1', outcome: 'added' } as T;
    },
  });
  await expect(run(client)).rejects.toMatchObject({ detail: 'The job job_1 was cancelled.' });
  // The calls that were under way when the first was refused.
  expect(sent).toBeLessThan(files / 2);
});

it('asks for what is known in few pages, and sends nothing of it again', async () => {
  const asked: string[] = [];
  const known = Array.from({ length: files }, (_, place) => ({
    ...{ externalId: `${place}.md`, contentHash: sha256(`# Page ${place}\n`), state: 'ready' },
    ...{ acl: [], tags: {}, metadata: {} },
  }));
  const client = fakePort<Client>('client', {
    get: async <T>(path: string) => {
      asked.push(path);
      return { items: known, nextCursor: null } as T;
    },
  });
  const printed: string[] = [];
  expect(await run(client, [], [folder], printed)).toBe(0);
  expect(JSON.parse(printed.join(''))).toMatchObject({ unchanged: files, added: [], changed: [] });
  expect(asked).toEqual(['/v1/documents?limit=1000&source=pages']);
});

it('says why documents wait, and not how long', async () => {
  const waitingFor = { code: 'STORAGE_FULL', detail: 'The disk is full.', since: '2026-01-01T00:00:00.000Z' };
  const states: Partial<Job>[] = [
    { queuePosition: 1045, waitingFor: null },
    { queuePosition: 0, waitingFor, done: 30 },
    { state: 'paused', done: 30, queuePosition: 0, waitingFor: null },
    { state: 'finished', stage: 'done' },
  ];
  const client = fakePort<Client>('client', {
    get: async <T>(path: string) =>
      (path.startsWith('/v1/jobs/') ? { ...job, ...states.shift() } : { items: [], nextCursor: null }) as T,
    post: async <T>() => ({ documentId: 'doc_1', jobId: 'job_1', outcome: 'added' }) as T,
  });
  const shown: ProgressState[] = [];
  expect(await run(client, shown)).toBe(0);
  const lines = shown.filter(({ label }) => label === 'searchable');
  expect(lines.map(({ note, etaSeconds }) => [note, etaSeconds])).toEqual([
    ['1045 documents before it', null],
    ['waits: STORAGE_FULL: The disk is full.', null],
    ['paused: footnote jobs resume job_1', null],
  ]);
});

it('lists a page that cannot be fetched, and takes in the others', async () => {
  const client = fakePort<Client>('client', {
    get: async <T>() => ({ ...job, state: 'finished', stage: 'done' }) as T,
    post: async <T>(_path: string, body: object) => {
      if ('url' in body && body.url === 'https://example.com/none')
        throw new AppError('URL_UNREACHABLE', 'It answers 404 Not Found');
      return { documentId: 'doc_1', jobId: 'job_1', outcome: 'added' } as T;
    },
  });
  const printed: string[] = [];
  expect(await run(client, [], ['https://example.com/none', 'https://example.com/one'], printed)).toBe(1);
  expect(JSON.parse(printed.join(''))).toMatchObject({
    added: ['https://example.com/one'],
    failed: [{ name: 'https://example.com/none', code: 'URL_UNREACHABLE' }],
  });
});
