import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { createTestTenant, openTestDatabase } from '../../test/open-database.ts';
import { sampleQuality } from '../../test/sample-documents.ts';
import { AppError } from '../domain/errors.ts';
import { newId, type TenantId } from '../domain/ids.ts';
import type { Principal } from '../domain/principal.ts';
import type { Embedder } from '../models/embedder.ts';
import { encodeDocument } from '../models/sparse/encode.ts';
import { createFileObjects } from '../store/objects/files/file-objects.ts';
import type { ObjectStore } from '../store/objects.ts';
import { createStores, type Stores } from '../store/postgres/stores.ts';
import type { SqlDriver } from '../store/sql.ts';
import { allWork } from '../store/workers.ts';
import { createEmbedQueue, type EmbedQueue } from './embed-queue.ts';
import { createIngestWorker, type IngestWorker } from './ingest-worker.ts';
import type { DocumentReader } from './prepare-versions.ts';
import { createSubmitDocuments, type SubmitDocuments } from './submit-document.ts';

let driver: SqlDriver;
let folder: string;
let stores: Stores;
let tenantId: TenantId;
let principal: Principal;
let submit: SubmitDocuments;
let worker: IngestWorker;
let queue: EmbedQueue;
/** Texts that the embedder was given; it fails as long as `embedderError` is set. */
let embedded: string[];
let embedderError: AppError | null;
let faults: unknown[];
/** The embedder answers for the text `hanging` when it has. */
let hanging = Promise.withResolvers<void>();
/** Calls of the embedder, those that failed too. */
let calls: number;
/** Publishing fails as long as it is set. */
let publishError: AppError | null;
/** Numbers of passages, by transaction that published them. */
let published: number[][];

const log = { warn: () => {} };

/** Every line is a passage; the word BROKEN makes a file unreadable. */
const reader: DocumentReader = {
  async read({ bytes, title }, signal) {
    const content = new TextDecoder().decode(bytes);
    if (content.includes('BROKEN')) throw new AppError('FILE_CORRUPT', 'It is cut off.');
    if (content.includes('ENDLESS')) await endless(signal);
    let start = 0;
    const passages = content.split('\n').map((text, ordinal) => {
      const passage = {
        ordinal,
        text,
        start,
        end: start + text.length,
        headingPath: [],
        page: null,
        cells: null,
        sparse: encodeDocument({ title: '', headingPath: [], text, language: 'en' }),
        embeddingText: text,
        embeddingHash: `hash of ${text}`,
      };
      start += text.length + 1;
      return passage;
    });
    return { title: title ?? 'untitled', language: 'en', content, quality: sampleQuality, properties: {}, passages };
  },
};

/** Signals of the files that are being read for ever. */
let reading: AbortSignal[] = [];

async function endless(signal: AbortSignal): Promise<never> {
  reading.push(signal);
  await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  throw signal.reason;
}

const embedder: Embedder = {
  id: 'test',
  dimensions: 2,
  maxTokens: 100,
  languages: null,
  embedQuestions: () => Promise.reject(new Error('no question is asked here')),
  embedSentences: () => Promise.reject(new Error('no answer is written here')),
  async embedDocuments(texts) {
    calls += 1;
    if (embedderError) throw embedderError;
    if (texts.includes('hanging')) await hanging.promise;
    if (texts.includes('refused')) throw new AppError('MODEL_BAD_RESPONSE', 'It refuses the request.');
    embedded.push(...texts);
    return texts.map(() => Float32Array.of(1, 0));
  },
  close: async () => {},
};

beforeAll(async () => {
  driver = await openTestDatabase();
  folder = await mkdtemp(join(tmpdir(), 'footnote-queues-'));
});
afterAll(async () => {
  await driver.close();
  await rm(folder, { recursive: true, force: true });
});

beforeEach(async () => {
  embedded = [];
  embedderError = null;
  calls = 0;
  published = [];
  publishError = null;
  faults = [];
  reading = [];
  stores = createStores(driver);
  tenantId = await createTestTenant(driver);
  principal = {
    tenantId,
    credential: newId('key'),
    userId: null,
    role: 'admin',
    scopes: ['read', 'write'],
    grants: [],
  };
});
afterEach(async () => {
  await Promise.all([worker.stop(), queue.stop()]);
});

async function start({
  waitsForVectors = false,
  objects: given,
}: {
  waitsForVectors?: boolean;
  objects?: ObjectStore;
} = {}): Promise<void> {
  const objects = given ?? (await createFileObjects(folder));
  queue = createEmbedQueue({
    embeddings: stores.embeddings,
    embedder,
    readingIsBusy: () => worker.busy(),
    onEmbedded: () => {},
    share: () => allWork,
    onFault: (fault) => faults.push(fault),
    log,
  });
  worker = createIngestWorker({
    documents: {
      ...stores.documents,
      publish: async (versions) => {
        if (publishError) throw publishError;
        published.push(versions.map(({ passages }) => passages.length));
        await stores.documents.publish(versions);
      },
    },
    objects,
    reader,
    beforePublish: waitsForVectors ? queue.embedVersion : async () => {},
    onPublished: () => {},
    onIdle: queue.wake,
    onFault: (fault) => faults.push(fault),
    log,
  });
  const fetchUrl = () => Promise.reject(new Error('nothing is fetched here'));
  submit = createSubmitDocuments({
    documents: stores.documents,
    objects,
    fetchUrl,
    maxFileBytes: 1_000,
    onQueued: worker.wake,
  });
  worker.start();
  queue.start();
}

async function add(externalId: string, text: string) {
  const details = {
    source: 's',
    externalId,
    uri: null,
    title: null,
    acl: [],
    tags: {},
    metadata: {},
    language: null,
    jobId: null,
  };
  return await submit.submit(principal, details, { bytes: Buffer.from(text), fileName: externalId, mediaType: null });
}

async function statesOf(): Promise<Record<string, string>> {
  const { items } = await stores.documents.list(principal, { limit: 100, cursor: null });
  return Object.fromEntries(items.map(({ externalId, state }) => [externalId, state]));
}

it('publishes many passages by several transactions, so that questions have their turn between', async () => {
  await start();
  const text = (lines: number) => Array.from({ length: lines }, () => 'x').join('\n');
  for (const name of ['a', 'b', 'c', 'd']) await add(name, text(60));
  await add('e', text(200));
  await add('f', text(1));
  const ready = Object.fromEntries(['a', 'b', 'c', 'd', 'e', 'f'].map((name) => [name, 'ready']));
  await vi.waitFor(async () => expect(await statesOf()).toEqual(ready), 10_000);
  const sums = published.map((passages) => passages.reduce((sum, count) => sum + count, 0));
  expect(published.flat().toSorted((one, other) => one - other)).toEqual([1, 60, 60, 60, 60, 200]);
  for (const [at, sum] of sums.entries()) expect(sum <= 150 || published[at]?.length === 1).toBe(true);
});

it('publishes what can be read; a broken file fails alone, with its reason', async () => {
  await start();
  await add('a', 'one\ntwo');
  const broken = await add('b', 'BROKEN');
  await add('c', 'three');
  await vi.waitFor(async () => expect(await statesOf()).toEqual({ a: 'ready', b: 'failed', c: 'ready' }), 10_000);
  expect((await stores.documents.get(principal, broken.documentId))?.error).toEqual({
    code: 'FILE_CORRUPT',
    detail: 'It is cut off.',
  });
  expect(broken.jobId && (await stores.jobs.get(tenantId, broken.jobId))?.state).toBe('failed');
});

it('embeds each text once, also when two documents share it', async () => {
  await start();
  await add('a', 'shared\nown');
  await add('b', 'shared');
  await vi.waitFor(async () => {
    expect(Object.values(await statesOf())).toEqual(['ready', 'ready']);
    expect(await stores.embeddings.waiting('test', tenantId)).toBe(0);
  }, 15_000);
  expect(embedded.filter((text) => text === 'shared')).toHaveLength(1);
});

it('embeds the windows of long passages after all passages', async () => {
  await start();
  const long = `${'One word after the other. '.repeat(12)}${'Two words again and again. '.repeat(12)}`.trim();
  await add('a', long);
  await add('b', 'short');
  await vi.waitFor(async () => {
    expect(Object.values(await statesOf())).toEqual(['ready', 'ready']);
    expect(await stores.embeddings.waiting('test', tenantId)).toBe(0);
    expect(await stores.embeddings.windowsWaiting('test', tenantId)).toBe(0);
  }, 15_000);
  const windows = embedded.filter((text) => text !== long && text !== 'short');
  expect(windows.join(' ')).toBe(long);
  expect(embedded.indexOf('short')).toBeLessThan(embedded.indexOf(windows[0] ?? ''));
});

it('waits for an embedder that is away, and documents answer by words meanwhile', async () => {
  embedderError = new AppError('MODEL_UNAVAILABLE', 'away');
  await start();
  await add('a', 'one');
  await vi.waitFor(async () => expect(await statesOf()).toEqual({ a: 'ready' }), 10_000);
  expect(await stores.embeddings.waiting('test', tenantId)).toBe(1);
  embedderError = null;
  await vi.waitFor(async () => expect(await stores.embeddings.waiting('test', tenantId)).toBe(0), 15_000);
});

it('says that it is over as soon as vectors are made again, while others are still waited for', async () => {
  embedderError = new AppError('MODEL_UNAVAILABLE', 'away');
  hanging = Promise.withResolvers();
  await start();
  // More than one request to the embedder holds: the last line goes alone.
  await add('a', [...Array.from({ length: 64 }, (_, place) => `line ${place}`), 'hanging'].join('\n'));
  await vi.waitFor(() => expect(faults.at(-1)).toBe(embedderError), 10_000);
  embedderError = null;
  await vi.waitFor(() => expect(faults.at(-1)).toBeNull(), 10_000);
  expect(await stores.embeddings.waiting('test', tenantId)).toBe(1);
  hanging.resolve();
  await vi.waitFor(async () => expect(await stores.embeddings.waiting('test', tenantId)).toBe(0), 15_000);
});

it('gives up a text that the embedder refuses, says so at its document, and embeds all others', async () => {
  await start();
  const { documentId, jobId } = await add('a', 'one\nrefused\nthree');
  await add('b', 'other');
  await vi.waitFor(async () => {
    expect(await statesOf()).toEqual({ a: 'ready', b: 'ready' });
    expect(await stores.embeddings.waiting('test', tenantId)).toBe(0);
  }, 15_000);
  expect([...new Set(embedded)].sort()).toEqual(['Is anybody there?', 'one', 'other', 'three']);
  expect(await stores.documents.get(principal, documentId)).toMatchObject({
    ...{ state: 'ready', passages: 3, passagesWithoutVector: 0 },
    error: { code: 'MODEL_BAD_RESPONSE', detail: expect.stringContaining('Passage 1 ') },
  });
  expect(jobId && (await stores.jobs.get(tenantId, jobId))?.state).toBe('finished');
});

it('leaves a server alone for as long as it asks, whatever is queued meanwhile', async () => {
  embedderError = new AppError('MODEL_RATE_LIMITED', 'Wait five minutes.', { retryAfter: 300 });
  await start();
  await add('a', 'one');
  await vi.waitFor(() => expect(faults).toContain(embedderError), 10_000);
  const before = calls;
  await add('b', 'two');
  queue.wake();
  await vi.waitFor(async () => expect(await statesOf()).toEqual({ a: 'ready', b: 'ready' }), 10_000);
  queue.wake();
  await new Promise((resolve) => setImmediate(resolve));
  expect(calls).toBe(before);
});

it('with PUBLISH_WAITS_FOR=dense a refused text does not hold its document', async () => {
  await start({ waitsForVectors: true });
  const { documentId } = await add('a', 'one\nrefused');
  await vi.waitFor(async () => {
    expect(await statesOf()).toEqual({ a: 'ready' });
    expect((await stores.documents.get(principal, documentId))?.error?.code).toBe('MODEL_BAD_RESPONSE');
  }, 15_000);
});

it('with PUBLISH_WAITS_FOR=dense a document becomes visible with its vectors', async () => {
  embedderError = new AppError('MODEL_UNAVAILABLE', 'away');
  await start({ waitsForVectors: true });
  await add('a', 'one');
  await vi.waitFor(() => expect(worker.busy()).toBe(true));
  expect(await stores.documents.hasDocuments(principal)).toBe(false);
  embedderError = null;
  await vi.waitFor(async () => expect(await statesOf()).toEqual({ a: 'ready' }), 15_000);
  expect(embedded).toEqual(['one']);
});

it('refuses a file that is too large before anything is written', async () => {
  await start();
  await expect(add('big', 'x'.repeat(1_001))).rejects.toMatchObject({ code: 'FILE_TOO_LARGE' });
  expect(await statesOf()).toEqual({});
});

it('stops reading what is cancelled meanwhile, and goes on with the rest', async () => {
  await start();
  const { jobId } = await add('a', 'ENDLESS');
  await vi.waitFor(() => expect(reading).toHaveLength(1), 10_000);
  if (!jobId) throw new Error('no job');
  await stores.jobs.cancel(tenantId, jobId);
  await vi.waitFor(() => expect(reading[0]?.aborted).toBe(true), 10_000);
  await add('b', 'two');
  await vi.waitFor(async () => expect(await statesOf()).toEqual({ b: 'ready' }), 10_000);
});

it('gives what it was reading to others when it stops, as if it had not begun', async () => {
  await start();
  await add('a', 'ENDLESS');
  await vi.waitFor(() => expect(reading).toHaveLength(1), 10_000);
  await worker.stop();
  const other = createStores(driver, { processName: 'another' }).documents;
  const claimed = await other.claim(9, 60);
  expect(claimed).toMatchObject([{ tenantId, attempts: 1 }]);
  if (claimed[0]) await other.fail(claimed[0], { code: 'FILE_CORRUPT', detail: 'It never ends.' });
});

it('blames no file for a process that is killed again and again, only one that it was reading alone', async () => {
  await start();
  await Promise.all([worker.stop(), queue.stop()]);
  for (const name of ['innocent', 'guilty']) await add(name, name);
  let claimed: Awaited<ReturnType<typeof stores.documents.claim>> = [];
  for (let kills = 0; kills < 20; kills += 1) {
    claimed = await stores.documents.claim(9, 60);
    await stores.documents.releaseClaims();
  }
  claimed = await stores.documents.claim(9, 60);
  const guilty = claimed.find(({ document }) => document.externalId === 'guilty');
  if (!guilty) throw new Error('not claimed');
  for (let kills = 0; kills < 17; kills += 1) await stores.documents.markReading(guilty, true);
  await start();
  await vi.waitFor(async () => expect(await statesOf()).toEqual({ innocent: 'ready', guilty: 'failed' }), 10_000);
});

it('says what stands in the way of all documents, and that it is over', async () => {
  const objects = await createFileObjects(folder);
  let isAway = true;
  vi.spyOn(objects, 'get').mockImplementation(async () => {
    if (isAway) throw new AppError('STORAGE_UNAVAILABLE', 'It does not answer.');
    return Buffer.from('one');
  });
  await start({ objects });
  await add('a', 'one');
  await vi.waitFor(() => expect(faults.at(-1)).toMatchObject({ code: 'STORAGE_UNAVAILABLE' }), 10_000);
  await vi.waitFor(async () => expect(await statesOf()).toEqual({ a: 'queued' }), 10_000);
  isAway = false;
  await vi.waitFor(async () => expect(await statesOf()).toEqual({ a: 'ready' }), 15_000);
  expect(faults.at(-1)).toBeNull();
});

it.each(['STORAGE_FULL', 'DATABASE_UNAVAILABLE'] as const)(
  'goes on once it can publish again after %s',
  async (code) => {
    publishError = new AppError(code, 'There is no room left on the disk of the database.');
    await start();
    await add('a', 'one');
    await vi.waitFor(() => expect(faults.at(-1)).toMatchObject({ code }), 10_000);
    publishError = null;
    await add('b', 'two');
    await vi.waitFor(async () => expect(await statesOf()).toEqual({ a: 'ready', b: 'ready' }), 15_000);
    expect(faults.at(-1)).toBeNull();
  },
);
