import { beforeEach, describe, expect, it } from 'vitest';
import { type DocumentBench, openDocumentBench } from '../../../../test/document-bench.ts';
import { createTestTenant, describeOnEachDatabase } from '../../../../test/open-database.ts';
import { sampleDocument, samplePrepared, samplePrincipal, sha256 } from '../../../../test/sample-documents.ts';
import { createDocumentStore } from './document-store.ts';
import { createIndexRows } from './index-rows.ts';

const start = Date.parse('2026-01-01T00:00:00Z');

describeOnEachDatabase('document store: from register to publish', (database) => {
  let clock = start;
  const now = () => new Date(clock);
  let store: DocumentBench['store'];
  let tenant: DocumentBench['tenant'];
  let admin: DocumentBench['admin'];
  let register: DocumentBench['register'];
  let claimOne: DocumentBench['claimOne'];
  let add: DocumentBench['add'];
  let idsOf: DocumentBench['idsOf'];
  beforeEach(async () => {
    clock = start;
    ({ store, tenant, admin, register, claimOne, add, idsOf } = await openDocumentBench(database(), now));
  });
  const generation = () => createIndexRows(database()).generation(tenant);

  describe('register', () => {
    it('queues a new document and says so', async () => {
      const registration = await register(
        sampleDocument('a', 'one', { title: 'Given', tags: { team: 'x' }, acl: ['group:b'] }),
      );
      expect(registration).toMatchObject({ version: 1, outcome: 'added', jobId: expect.stringMatching(/^job_/) });
      expect(await store.get(admin, registration.documentId)).toMatchObject({
        source: 'handbook',
        externalId: 'a',
        title: 'Given',
        tags: { team: 'x' },
        acl: ['group:b'],
        state: 'queued',
        version: null,
        contentHash: sha256('one'),
        size: 3,
        passages: 0,
        error: null,
        createdAt: '2026-01-01T00:00:00.000Z',
      });
      expect(await claimOne()).toMatchObject({
        tenantId: tenant,
        documentId: registration.documentId,
        version: 1,
        attempts: 1,
        document: sampleDocument('a', 'one', { title: 'Given', tags: { team: 'x' }, acl: ['group:b'] }),
      });
    });

    it('writes nothing for an unchanged document, queued or visible', async () => {
      const first = await register(sampleDocument('a', 'one'));
      expect(await register(sampleDocument('a', 'one'))).toEqual({ ...first, outcome: 'unchanged', jobId: null });
      await store.publish([samplePrepared(await claimOne(), 'one')]);
      const before = await generation();
      expect(await register(sampleDocument('a', 'one'))).toMatchObject({ outcome: 'unchanged', version: 1 });
      expect(await store.claim(10, 60)).toEqual([]);
      expect(await generation()).toBe(before);
    });

    it('reads a failed document again', async () => {
      await register(sampleDocument('a', 'one'));
      await store.fail(await claimOne(), { code: 'FILE_CORRUPT', detail: 'cut off' });
      expect(await register(sampleDocument('a', 'one'))).toMatchObject({ outcome: 'changed', version: 2 });
    });

    it.each([
      ['bytes', { contentHash: sha256('two') }],
      ['title', { title: 'New title' }],
      ['language', { language: 'de' }],
      ['type', { mediaType: 'text/html' }],
    ])('reads a document again when its %s changed, and shows the old one meanwhile', async (_what, changes) => {
      const id = await add('a', 'one');
      expect(await register(sampleDocument('a', 'one', changes))).toMatchObject({
        documentId: id,
        version: 2,
        outcome: 'changed',
      });
      expect(await store.get(admin, id)).toMatchObject({ version: 1, state: 'queued', title: 'Parsed title' });
      expect(await store.content(admin, id, null)).toEqual({ version: 1, text: 'one' });
    });

    it('applies a changed access list, tags and address at once, without reading', async () => {
      const id = await add('a', 'one');
      const [before, passages] = [await generation(), await idsOf(id)];
      const changed = sampleDocument('a', 'one', { acl: ['group:b'], tags: { k: 'v' }, uri: 'https://x.example/' });
      expect(await register(changed)).toEqual({ documentId: id, version: 1, outcome: 'changed', jobId: null });
      expect(await store.get(admin, id)).toMatchObject({
        acl: ['group:b'],
        tags: { k: 'v' },
        uri: 'https://x.example/',
        state: 'ready',
      });
      expect(await generation()).toBeGreaterThan(before);
      expect(await store.readPassages(samplePrincipal(tenant, { role: 'reader' }), passages, null)).toEqual([]);
      expect(await store.claim(10, 60)).toEqual([]);
    });

    it('replaces a version that still waits', async () => {
      const first = await register(sampleDocument('a', 'one'));
      const claimed = await claimOne();
      const second = await register(sampleDocument('a', 'two'));
      expect(second).toMatchObject({ documentId: first.documentId, version: 2 });
      await store.publish([samplePrepared(claimed, 'one')]);
      expect(await store.get(admin, first.documentId)).toMatchObject({ version: null, state: 'queued' });
      expect(await claimOne()).toMatchObject({ version: 2 });
    });

    it('keeps equal names of different sources and tenants apart', async () => {
      const one = await register(sampleDocument('a', 'one'));
      const two = await register(sampleDocument('a', 'one', { source: 'wiki' }));
      const other = await createTestTenant(database());
      const [three] = await store.register(other, null, [sampleDocument('a', 'one')]);
      expect(new Set([one.documentId, two.documentId, three?.documentId]).size).toBe(3);
    });

    it('takes the later of two forms in one call, and many documents at once', async () => {
      const many = Array.from({ length: 50 }, (_, index) => sampleDocument(`d${index}`, `text ${index}`));
      const registrations = await store.register(tenant, null, [...many, sampleDocument('d0', 'later')]);
      expect(registrations).toHaveLength(51);
      expect(registrations[50]).toEqual(registrations[0]);
      const claimed = await store.claim(100, 60);
      expect(claimed.map(({ document }) => document.externalId)).toEqual(many.map(({ externalId }) => externalId));
      expect(claimed[0]?.document.contentHash).toBe(sha256('later'));
      expect(new Set(claimed.map(({ jobId }) => jobId)).size).toBe(1);
    });

    it('registers the same new document from many callers once', async () => {
      const results = await Promise.all(Array.from({ length: 8 }, () => register(sampleDocument('a', 'one'))));
      expect(new Set(results.map(({ documentId }) => documentId)).size).toBe(1);
      expect(results.filter(({ outcome }) => outcome === 'added')).toHaveLength(1);
    });

    it('throws NOT_FOUND for a job of nobody and of another tenant', async () => {
      const other = await createTestTenant(database());
      const [foreign] = await store.register(other, null, [sampleDocument('a', 'one')]);
      for (const jobId of ['job_00000000-0000-7000-8000-000000000000', foreign?.jobId ?? null] as const)
        await expect(store.register(tenant, jobId, [sampleDocument('b', 'x')])).rejects.toMatchObject({
          code: 'NOT_FOUND',
        });
      expect((await store.list(admin, { limit: 10, cursor: null })).items).toEqual([]);
    });

    it('survives characters that Postgres cannot hold', async () => {
      const id = await add('a\0\ud800', 'text \0 with \ud800', {
        title: '\0',
        tags: { 'k\0': '\udfff' },
        acl: ['"{\\,\0'],
      });
      expect(await store.get(admin, id)).toMatchObject({
        externalId: 'a\ufffd\ufffd',
        tags: { 'k\ufffd': '\ufffd' },
        acl: ['"{\\,\ufffd'],
      });
      const content = await store.content(admin, id, null);
      const [passage] = (await store.passages(admin, id, 10, null))?.items ?? [];
      expect(content?.text.slice(passage?.start, passage?.end)).toBe(passage?.text);
    });
  });

  describe('claim', () => {
    it('gives each version to one worker, oldest first, until its lease ends', async () => {
      for (const name of ['a', 'b', 'c']) await register(sampleDocument(name, name));
      const [first, second] = [await store.claim(2, 60), await store.claim(2, 60)];
      expect(first.map(({ document }) => document.externalId)).toEqual(['a', 'b']);
      expect(second.map(({ document }) => document.externalId)).toEqual(['c']);
      expect(await store.claim(2, 60)).toEqual([]);
      clock += 61_000;
      expect(await store.claim(9, 60)).toMatchObject([{ attempts: 2 }, { attempts: 2 }, { attempts: 2 }]);
    });

    it('shows what is being read, and what waits again when its reader died', async () => {
      const { documentId } = await register(sampleDocument('a', 'one'));
      await store.claim(1, 60);
      expect(await store.get(admin, documentId)).toMatchObject({ state: 'processing' });
      clock += 61_000;
      expect(await store.get(admin, documentId)).toMatchObject({ state: 'queued' });
    });

    it('releases the claims of this process only', async () => {
      await register(sampleDocument('a', 'one'));
      await store.claim(1, 60);
      await createDocumentStore(database(), { now, processName: 'elsewhere' }).releaseClaims();
      expect(await store.claim(1, 60)).toEqual([]);
      await store.releaseClaims();
      expect(await store.claim(1, 60)).toHaveLength(1);
    });
  });

  describe('publish', () => {
    it('makes a version visible whole', async () => {
      const text = 'First line\nSecond "line"\nThird \\line {x}';
      const id = await add('a', text);
      expect(await store.get(admin, id)).toMatchObject({
        state: 'ready',
        version: 1,
        title: 'Parsed title',
        language: 'en',
        passages: 3,
        passagesWithoutVector: 3,
      });
      const page = await store.passages(admin, id, 2, null);
      expect(page?.items.map(({ text: line }) => line)).toEqual(['First line', 'Second "line"']);
      const rest = await store.passages(admin, id, 2, page?.nextCursor ?? null);
      expect(rest).toMatchObject({ nextCursor: null, items: [{ ordinal: 2, text: 'Third \\line {x}', page: 2 }] });
      const [first] = page?.items ?? [];
      expect(first).toEqual({
        id: expect.stringMatching(/^psg_/),
        documentId: id,
        version: 1,
        ordinal: 0,
        text: 'First line',
        start: 0,
        end: 10,
        headingPath: ['Top', 'Below "it", {here}'],
        page: null,
        cells: `'It''s'!A1`,
        title: 'Parsed title',
        uri: null,
        externalId: 'a',
        tags: {},
        language: 'en',
        updatedAt: '2026-01-01T00:00:00.000Z',
      });
    });

    it('replaces the visible version in one step', async () => {
      const id = await add('a', 'one\ntwo\nthree');
      const old = await idsOf(id);
      await register(sampleDocument('a', 'four\nfive'));
      await store.publish([samplePrepared(await claimOne(), 'four\nfive')]);
      expect(await store.readPassages(admin, old, null)).toEqual([]);
      expect((await store.readPassages(admin, await idsOf(id), null)).map(({ text }) => text)).toEqual([
        'four',
        'five',
      ]);
      expect(await store.content(admin, id, null)).toEqual({ version: 2, text: 'four\nfive' });
      expect(await store.content(admin, id, 1)).toEqual({ version: 1, text: 'one\ntwo\nthree' });
    });

    it('does nothing the second time', async () => {
      await register(sampleDocument('a', 'one\ntwo'));
      const prepared = samplePrepared(await claimOne(), 'one\ntwo');
      await store.publish([prepared]);
      await store.publish([prepared]);
      expect(await store.get(admin, prepared.documentId)).toMatchObject({ passages: 2, passagesWithoutVector: 2 });
    });

    it('drops a version whose document was removed meanwhile', async () => {
      const { documentId } = await register(sampleDocument('a', 'one'));
      const claimed = await claimOne();
      await store.remove(tenant, [documentId]);
      await store.publish([samplePrepared(claimed, 'one')]);
      await store.fail(claimed, { code: 'FILE_EMPTY', detail: '' });
      expect(await store.get(admin, documentId)).toBeNull();
      expect(await store.hasDocuments(admin)).toBe(false);
    });

    it('writes all versions of a call or none', async () => {
      for (const name of ['a', 'b']) await register(sampleDocument(name, name));
      const [one, two] = (await store.claim(2, 60)).map((queued) => samplePrepared(queued, 'text'));
      if (!one || !two) throw new Error('not claimed');
      const broken = { ...two, passages: [...two.passages, ...two.passages] };
      await expect(store.publish([one, broken])).rejects.toThrow();
      expect(await store.hasDocuments(admin)).toBe(false);
      await store.publish([one, two]);
      expect((await store.list(admin, { limit: 10, cursor: null, state: 'ready' })).items).toHaveLength(2);
    });

    it('takes a document without passages, and one with more than a statement holds', async () => {
      const empty = await register(sampleDocument('empty', ''));
      await store.publish([{ ...samplePrepared(await claimOne(), ''), passages: [] }]);
      expect(await store.get(admin, empty.documentId)).toMatchObject({ state: 'ready', passages: 0 });
      const long = Array.from({ length: 2_345 }, (_, index) => `line ${index}`).join('\n');
      expect(await store.get(admin, await add('long', long))).toMatchObject({
        passages: 2_345,
        passagesWithoutVector: 2_345,
      });
    });
  });

  it('keeps the visible version when a newer one fails', async () => {
    const id = await add('a', 'one');
    await register(sampleDocument('a', 'two'));
    await store.fail(await claimOne(), { code: 'FILE_CORRUPT', detail: 'cut off' });
    expect(await store.get(admin, id)).toMatchObject({
      state: 'failed',
      version: 1,
      error: { code: 'FILE_CORRUPT', detail: 'cut off' },
      contentHash: sha256('two'),
    });
    expect((await store.readPassages(admin, await idsOf(id), null)).map(({ text }) => text)).toEqual(['one']);
  });
});
