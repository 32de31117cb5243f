import { beforeEach, expect, it } from 'vitest';
import { createTestTenant, describeOnEachDatabase } from '../../../test/open-database.ts';
import { sampleDocument, samplePrepared, samplePrincipal } from '../../../test/sample-documents.ts';
import type { JobId, TenantId } from '../../domain/ids.ts';
import type { QueuedVersion } from '../documents.ts';
import { createStores, type Stores } from './stores.ts';

describeOnEachDatabase('job store', (database) => {
  let clock = 0;
  let stores: Stores;
  let tenant: TenantId;
  beforeEach(async () => {
    clock = Date.parse('2026-01-01T00:00:00Z');
    await database().asOperator((sql) => sql.query('delete from tenants'));
    stores = createStores(database(), { now: () => new Date(clock) });
    tenant = await createTestTenant(database());
  });

  async function startJob(names: readonly string[], owner = tenant): Promise<JobId> {
    const [first] = await stores.documents.register(
      owner,
      null,
      names.map((name) => sampleDocument(name, name)),
    );
    if (!first?.jobId) throw new Error('no job');
    return first.jobId;
  }

  const publish = (queued: readonly QueuedVersion[]) =>
    stores.documents.publish(queued.map((version) => samplePrepared(version, `one ${version.documentId}\ntwo`)));
  const fail = (version: QueuedVersion) => stores.documents.fail(version, { code: 'FILE_CORRUPT', detail: 'cut off' });
  const job = (id: JobId) => stores.jobs.get(tenant, id);

  async function embedAll(): Promise<void> {
    const waiting = await stores.embeddings.unembedded('e1', 100);
    await stores.embeddings.save(
      'e1',
      1,
      waiting.map((passage) => ({ ...passage, vector: Float32Array.of(1) })),
    );
  }

  it('follows a job from the queue to its last vector', async () => {
    const id = await startJob(['a', 'b', 'c']);
    expect(await job(id)).toEqual({
      id,
      state: 'running',
      stage: 'lexical',
      done: 0,
      failed: 0,
      total: 3,
      passages: 0,
      passagesEmbedded: 0,
      tokensEmbedded: 0,
      embeddingCost: null,
      queuePosition: 0,
      etaSeconds: null,
      documentsPerSecond: null,
      passagesPerSecond: null,
      waitingFor: null,
      failures: [],
      createdAt: '2026-01-01T00:00:00.000Z',
      updatedAt: '2026-01-01T00:00:00.000Z',
    });
    clock += 5_000;
    const [a, b, c] = await stores.documents.claim(9, 60);
    if (!a || !b || !c) throw new Error('not claimed');
    await publish([a]);
    await fail(b);
    expect(await job(id)).toMatchObject({
      state: 'running',
      stage: 'lexical',
      done: 1,
      failed: 1,
      passages: 2,
      failures: [
        { documentId: b.documentId, externalId: 'b', title: 'b.txt', code: 'FILE_CORRUPT', detail: 'cut off' },
      ],
      updatedAt: '2026-01-01T00:00:05.000Z',
    });
    await publish([c]);
    expect(await job(id)).toMatchObject({
      state: 'running',
      stage: 'dense',
      done: 2,
      passages: 4,
      passagesEmbedded: 0,
    });
    await embedAll();
    expect(await job(id)).toMatchObject({
      state: 'finished',
      stage: 'done',
      done: 2,
      failed: 1,
      passagesEmbedded: 4,
      etaSeconds: null,
    });
  });

  it('has failed when nothing could be read', async () => {
    const id = await startJob(['a']);
    for (const version of await stores.documents.claim(9, 60)) await fail(version);
    expect(await job(id)).toMatchObject({ state: 'failed', stage: 'done', done: 0, failed: 1 });
  });

  it('tells how many documents of other jobs come first, and when it will be done', async () => {
    const other = await createTestTenant(database());
    await startJob(['x', 'y'], other);
    const first = await startJob(['a', 'b', 'c', 'd']);
    const second = await startJob(['e']);
    expect(await job(first)).toMatchObject({ queuePosition: 1 });
    expect(await job(second)).toMatchObject({ queuePosition: 6 });
    const claimed = await stores.documents.claim(5, 60);
    for (const version of claimed) {
      clock += 2_000;
      await publish([version]);
    }
    expect(await job(second)).toMatchObject({ queuePosition: 1 });
    // Three of this tenant in the last 6 seconds; two are left.
    expect(await job(second)).toMatchObject({ documentsPerSecond: 0.5, etaSeconds: 4 });
    // What waits takes as long as it waits.
    const fault = { code: 'STORAGE_FULL', detail: 'Full.', since: new Date(clock).toISOString() };
    await stores.workers.beat({ reading: fault, embedding: null });
    expect(await job(second)).toMatchObject({ waitingFor: fault, etaSeconds: null });
    await stores.workers.beat({ reading: null, embedding: null });
  });

  it('counts a document that was submitted again in the job that reads it', async () => {
    const first = await startJob(['a']);
    const [again] = await stores.documents.register(tenant, null, [sampleDocument('a', 'changed')]);
    expect(await job(first)).toMatchObject({ state: 'finished', done: 1, total: 1 });
    expect(await job(again?.jobId ?? first)).toMatchObject({ state: 'running', total: 1 });
  });

  it('joins documents to a running job', async () => {
    const id = await startJob(['a']);
    const [joined] = await stores.documents.register(tenant, id, [sampleDocument('b', 'b')]);
    expect(joined?.jobId).toBe(id);
    expect(await job(id)).toMatchObject({ total: 2 });
  });

  it('drops what is queued when it is cancelled, and keeps what is published', async () => {
    const id = await startJob(['a', 'b', 'c']);
    const [a, b] = await stores.documents.claim(2, 60);
    if (!a || !b) throw new Error('not claimed');
    await publish([a]);
    expect(await stores.jobs.cancel(tenant, id)).toBe(true);
    expect(await stores.jobs.cancel(tenant, id)).toBe(false);
    await publish([b]);
    expect(await job(id)).toMatchObject({ state: 'cancelled', stage: 'done', done: 1, failed: 0, total: 3 });
    const left = await stores.documents.list(samplePrincipal(tenant), { limit: 9, cursor: null });
    expect(left.items.map(({ externalId }) => externalId)).toEqual(['a']);
    expect(await stores.documents.claim(9, 60)).toEqual([]);
    await expect(stores.documents.register(tenant, id, [sampleDocument('d', 'd')])).rejects.toMatchObject({
      code: 'CONFLICT',
    });
  });

  it('leaves a visible document as it was when its new version is cancelled', async () => {
    await startJob(['a']);
    await publish(await stores.documents.claim(9, 60));
    const [changed] = await stores.documents.register(tenant, null, [sampleDocument('a', 'changed')]);
    await stores.jobs.cancel(tenant, changed?.jobId ?? 'job_');
    const [document] = (await stores.documents.list(samplePrincipal(tenant), { limit: 9, cursor: null })).items;
    expect(document).toMatchObject({ state: 'ready', version: 1 });
    const [again] = await stores.documents.register(tenant, null, [sampleDocument('a', 'changed')]);
    expect(again).toMatchObject({ outcome: 'changed', version: 3 });
  });

  it('queues failed documents again, except those that were replaced', async () => {
    const id = await startJob(['a', 'b']);
    for (const version of await stores.documents.claim(9, 60)) await fail(version);
    await stores.documents.register(tenant, null, [sampleDocument('b', 'changed')]);
    expect(await stores.jobs.retry(tenant, id, null)).toBe(1);
    expect(await stores.jobs.retry(tenant, id, null)).toBe(0);
    expect(await job(id)).toMatchObject({ state: 'running', failed: 1, total: 2 });
    const claimed = await stores.documents.claim(9, 60);
    expect(claimed.map(({ document, attempts }) => [document.externalId, attempts])).toEqual([
      ['a', 1],
      ['b', 1],
    ]);
    await publish(claimed);
    expect(await job(id)).toMatchObject({ done: 1, failed: 1, failures: [{ externalId: 'b' }] });
  });

  it('queues one failed document again', async () => {
    const id = await startJob(['a', 'b']);
    const [a, b] = await stores.documents.claim(9, 60);
    if (!a || !b) throw new Error('not claimed');
    await fail(a);
    await fail(b);
    expect(await stores.jobs.retry(tenant, id, b.documentId)).toBe(1);
    expect(await job(id)).toMatchObject({ state: 'running', failed: 1, failures: [{ externalId: 'a' }] });
    expect((await stores.documents.claim(9, 60)).map(({ documentId }) => documentId)).toEqual([b.documentId]);
  });

  it('reads nothing of a paused job, what joins it included, until it goes on', async () => {
    const id = await startJob(['a', 'b']);
    const [a] = await stores.documents.claim(1, 60);
    if (!a) throw new Error('not claimed');
    expect(await stores.jobs.pause(tenant, id)).toBe(true);
    expect(await stores.documents.renew([a], 60)).toEqual([]);
    await stores.documents.register(tenant, id, [sampleDocument('c', 'c')]);
    expect(await stores.documents.claim(9, 60)).toEqual([]);
    expect(await job(id)).toMatchObject({ state: 'paused', stage: 'lexical', total: 3, etaSeconds: null });
    expect((await stores.jobs.list(tenant, { limit: 9, cursor: null, state: 'paused' })).items).toHaveLength(1);
    await startJob(['d']);
    expect((await stores.documents.claim(9, 60)).map(({ document }) => document.externalId)).toEqual(['d']);
    clock += 60_000;
    expect(await stores.jobs.resume(tenant, id)).toBe(true);
    expect(await stores.jobs.resume(tenant, id)).toBe(false);
    expect(await job(id)).toMatchObject({ state: 'running' });
    const claimed = await stores.documents.claim(9, 60);
    expect(claimed.map(({ document }) => document.externalId)).toEqual(['d', 'a', 'b', 'c']);
    await publish(claimed);
    expect(await stores.jobs.pause(tenant, id)).toBe(false);
  });

  it('cancels a paused job', async () => {
    const id = await startJob(['a']);
    await stores.jobs.pause(tenant, id);
    expect(await stores.jobs.cancel(tenant, id)).toBe(true);
    expect(await job(id)).toMatchObject({ state: 'cancelled' });
  });

  it('says what stands in its way, as long as a worker says so', async () => {
    const id = await startJob(['a']);
    const since = '2026-01-01T00:00:00.000Z';
    const full = { code: 'STORAGE_FULL', detail: 'No room is left.', since };
    const away = { code: 'MODEL_UNAVAILABLE', detail: 'It does not answer.', since };
    await stores.workers.beat({ reading: full, embedding: away });
    expect(await job(id)).toMatchObject({ stage: 'lexical', waitingFor: full });
    await publish(await stores.documents.claim(9, 60));
    expect(await job(id)).toMatchObject({ stage: 'dense', waitingFor: away });
    await stores.workers.beat({ reading: null, embedding: null });
    expect(await job(id)).toMatchObject({ waitingFor: null });
  });

  it('counts the tokens that were embedded for a job, and what they cost', async () => {
    const priced = createStores(database(), { now: () => new Date(clock), embeddingPriceOf: () => 2 });
    const first = await startJob(['a', 'b']);
    const [a, b] = await stores.documents.claim(9, 60);
    await publish([a, b].filter((version) => version !== undefined));
    await embedAll();
    // Two lines of the documents' own and one that they share, at four characters a token.
    const own = `one ${a?.documentId}`.length;
    const tokens = Math.ceil((2 * own + 'two'.length) / 4);
    expect(await priced.jobs.get(tenant, first)).toMatchObject({
      ...{ tokensEmbedded: tokens, embeddingCost: (tokens * 2) / 1_000_000 },
    });
    clock += 1_000;
    const second = await startJob(['c']);
    await publish(await stores.documents.claim(9, 60));
    await embedAll();
    expect(await priced.jobs.get(tenant, second)).toMatchObject({ tokensEmbedded: Math.ceil(own / 4) });
    expect((await priced.jobs.list(tenant, { limit: 1, cursor: null })).items[0]).toMatchObject({
      ...{ id: second, tokensEmbedded: null, embeddingCost: null },
    });
  });

  it('lists page by page, newest first, and by state', async () => {
    const ids: JobId[] = [];
    for (const name of ['a', 'b', 'c']) {
      clock += 1;
      ids.unshift(await startJob([name]));
    }
    const page = await stores.jobs.list(tenant, { limit: 2, cursor: null });
    const rest = await stores.jobs.list(tenant, { limit: 2, cursor: page.nextCursor });
    expect([...page.items, ...rest.items].map(({ id }) => id)).toEqual(ids);
    expect(rest.nextCursor).toBeNull();
    for (const version of await stores.documents.claim(1, 60)) await fail(version);
    expect(
      (await stores.jobs.list(tenant, { limit: 9, cursor: null, state: 'failed' })).items.map(({ id }) => id),
    ).toEqual([ids[2]]);
    expect((await stores.jobs.list(tenant, { limit: 9, cursor: null, state: 'finished' })).items).toEqual([]);
  });

  it('shows and changes nothing of another tenant', async () => {
    const id = await startJob(['a']);
    const other = await createTestTenant(database());
    expect(await stores.jobs.get(other, id)).toBeNull();
    expect((await stores.jobs.list(other, { limit: 9, cursor: null })).items).toEqual([]);
    expect(await stores.jobs.cancel(other, id)).toBe(false);
    expect(await stores.jobs.retry(other, id, null)).toBe(0);
    expect(await job(id)).toMatchObject({ state: 'running' });
  });
});
