import { beforeEach, describe, expect, it } from 'vitest';
import { type DocumentBench, openDocumentBench } from '../../../../test/document-bench.ts';
import { createTestTenant, describeOnEachDatabase } from '../../../../test/open-database.ts';
import {
  sampleDocument,
  samplePrepared,
  samplePrincipal,
  sampleQuality,
  sha256,
} from '../../../../test/sample-documents.ts';
import type { DocumentId } from '../../../domain/ids.ts';
import type { Principal } from '../../../domain/principal.ts';
import type { DocumentStore } from '../../documents.ts';
import { createMetadataFieldStore } from '../metadata-field-store.ts';
import { createEmbeddingStore } from './embedding-store.ts';
import { createIndexRows } from './index-rows.ts';

const start = Date.parse('2026-01-01T00:00:00Z');

describeOnEachDatabase('document store: removing and reading', (database) => {
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

  it('finds documents that have the same passages, and no others', async () => {
    const own = await add('7.4/a.md', 'one\ntwo\nthree\nfour');
    const older = await add('5.1/a.md', 'one\ntwo\nthree\nfive');
    const half = await add('half', 'one\ntwo\nsix\nseven');
    const twin = await add('twin', 'one\ntwo\nthree\nfour');
    const hidden = await add('hidden', 'one\ntwo\nthree\nfour\n8', { acl: ['group:x'] });
    await add('other', 'eight\nnine');
    const sharesFor = async (reader: Principal, share: number) =>
      (await store.duplicates(reader, own, share))?.map((found) => [found.documentId, found.share]);
    expect(await sharesFor(admin, 0.5)).toEqual([
      [own, 1],
      [twin, 1],
      [hidden, 0.8],
      [older, 0.75],
      [half, 0.5],
    ]);
    const reader = samplePrincipal(tenant, { role: 'reader', scopes: ['read'] });
    expect(await sharesFor(reader, 0.6)).toEqual([
      [own, 1],
      [twin, 1],
      [older, 0.75],
    ]);
    await store.remove(tenant, [twin]);
    expect(await sharesFor(reader, 0.6)).toEqual([
      [own, 1],
      [older, 0.75],
    ]);
    expect(await store.duplicates(reader, hidden, 0.5)).toBeNull();
  });

  describe('remove and sweep', () => {
    const countRows = async (table: string) =>
      (await database().queryAsTenant<{ count: number }>(tenant, `select count(*) from ${table}`))[0]?.count;

    it('hides at once and deletes later', async () => {
      const id = await add('secret', 'one\ntwo', { title: 'Secret title' });
      const ids = await idsOf(id);
      const before = await generation();
      expect(await store.remove(tenant, [id])).toBe(1);
      expect(await store.remove(tenant, [id])).toBe(0);
      expect(await generation()).toBeGreaterThan(before);
      expect(await store.get(admin, id)).toBeNull();
      expect(await store.content(admin, id, 1)).toBeNull();
      expect(await store.passages(admin, id, 10, null)).toBeNull();
      expect(await store.readPassages(admin, ids, null)).toEqual([]);
      expect((await store.list(admin, { limit: 10, cursor: null })).items).toEqual([]);
      expect(await store.hasDocuments(admin)).toBe(false);

      expect(await store.sweep(10)).toBe(1);
      expect(await store.sweep(10)).toBe(0);
      for (const table of ['passages', 'document_versions', 'embedding_queue', 'embeddings'])
        expect(await countRows(table), table).toBe(0);
      const rest = await database().queryAsTenant(tenant, 'select * from documents');
      expect(JSON.stringify(rest)).not.toMatch(/secret|Secret/);
    });

    it('sweeps a document that was never read', async () => {
      const { documentId } = await register(sampleDocument('secret', 'one'));
      await store.remove(tenant, [documentId]);
      await store.sweep(10);
      expect(JSON.stringify(await database().queryAsTenant(tenant, 'select * from documents'))).not.toContain('secret');
    });

    it('lets a removed document come back', async () => {
      const id = await add('a', 'one');
      await store.remove(tenant, [id]);
      const again = await add('a', 'one');
      expect(again).not.toBe(id);
      await store.sweep(10);
      expect((await store.readPassages(admin, await idsOf(again), null)).map(({ text }) => text)).toEqual(['one']);
    });

    it('keeps the text of an overtaken version for a day', async () => {
      const id = await add('a', 'one\nboth');
      await register(sampleDocument('a', 'two\nboth'));
      await store.publish([samplePrepared(await claimOne(), 'two\nboth')]);
      expect(await store.sweep(10)).toBe(0);
      clock += 86_400_001;
      expect(await store.sweep(10)).toBe(1);
      expect(await store.content(admin, id, 1)).toBeNull();
      expect((await store.readPassages(admin, await idsOf(id), null)).map(({ text }) => text)).toEqual(['two', 'both']);
    });

    it('deletes the vectors that nothing uses any more, and keeps shared ones', async () => {
      const embeddings = createEmbeddingStore(database(), { now });
      const id = await add('a', 'own\nshared');
      await add('b', 'shared');
      const waiting = (await embeddings.unembedded('sample', 100)).filter(({ tenantId }) => tenantId === tenant);
      await embeddings.save(
        'sample',
        1,
        waiting.map((passage) => ({ ...passage, vector: Float32Array.of(1) })),
      );
      await store.remove(tenant, [id]);
      await store.sweep(10);
      expect(await embeddings.missing('sample', tenant, [sha256('own'), sha256('shared')])).toEqual([sha256('own')]);
    });

    it('does not touch documents of another tenant', async () => {
      const id = await add('a', 'one');
      expect(await store.remove(await createTestTenant(database()), [id])).toBe(0);
      expect(await store.get(admin, id)).not.toBeNull();
    });
  });

  describe('reading', () => {
    it('shows a document to everybody, to those it lists, and to administrators', async () => {
      const open = await add('open', 'open');
      const closed = await add('closed', 'closed', { acl: ['user:ada', 'group:support'] });
      const ids = [...(await idsOf(open)), ...(await idsOf(closed))];
      const seenBy = async (principal: Principal) => ({
        listed: (await store.list(principal, { limit: 10, cursor: null })).items.length,
        read: (await store.readPassages(principal, ids, null)).map(({ text }) => text),
        opened: (await store.content(principal, closed, null)) !== null,
        found: (await store.get(principal, closed)) !== null,
        paged: (await store.passages(principal, closed, 10, null)) !== null,
      });
      const everything = { listed: 2, read: ['open', 'closed'], opened: true, found: true, paged: true };
      const reader = (grants: string[]) => samplePrincipal(tenant, { role: 'reader', grants });
      expect(await seenBy(admin)).toEqual(everything);
      expect(await seenBy(reader(['group:support', 'group:other']))).toEqual(everything);
      expect(await seenBy(reader(['group:other']))).toEqual({
        listed: 1,
        read: ['open'],
        opened: false,
        found: false,
        paged: false,
      });
      expect(await seenBy(reader([]))).toEqual({
        listed: 1,
        read: ['open'],
        opened: false,
        found: false,
        paged: false,
      });
      const stranger = samplePrincipal(await createTestTenant(database()));
      expect(await seenBy(stranger)).toEqual({ listed: 0, read: [], opened: false, found: false, paged: false });
    });

    it('knows whether a principal has documents', async () => {
      expect(await store.hasDocuments(admin)).toBe(false);
      await register(sampleDocument('a', 'one'));
      expect(await store.hasDocuments(admin)).toBe(false);
      await store.publish([samplePrepared(await claimOne(), 'one')]);
      await add('b', 'two', { acl: ['group:b'] });
      expect(await store.hasDocuments(samplePrincipal(tenant, { role: 'reader' }))).toBe(true);
      await store.remove(
        tenant,
        (await store.list(admin, { limit: 9, cursor: null })).items
          .filter(({ acl }) => acl.length === 0)
          .map(({ id }) => id),
      );
      expect(await store.hasDocuments(samplePrincipal(tenant, { role: 'reader' }))).toBe(false);
    });

    it('gives what reading a file told: quality, properties and the cells of each passage', async () => {
      const id = await add('a', 'one\ntwo');
      expect(await store.get(admin, id)).toMatchObject({ quality: sampleQuality, properties: { author: 'Ada' } });
      const listed = await store.passages(admin, id, 10, null);
      expect(listed?.items.map(({ cells }) => cells)).toEqual([`'It''s'!A1`, null]);
      expect((await store.readPassages(admin, await idsOf(id), null)).map(({ cells }) => cells)).toEqual([
        `'It''s'!A1`,
        null,
      ]);
      const { documentId } = await register(sampleDocument('unread', 'one'));
      expect(await store.get(admin, documentId)).toMatchObject({ quality: null, properties: {} });
    });

    it.each([
      [{ version: '2.1' }, '2.1'],
      [{ version: '7', product_version: '2.1' }, '2.1'],
      [{ author: 'Ada' }, undefined],
    ])('gives with a passage what its file says of its version: %j', async (properties, stated) => {
      const publish = async (name: string) => {
        const { documentId } = await register(sampleDocument(name, 'one'));
        await store.publish([{ ...samplePrepared(await claimOne(), 'one'), properties }]);
        return documentId;
      };
      const id = await publish('a');
      await publish('b');
      const [passage] = await store.readPassages(admin, await idsOf(id), null);
      expect(passage?.statedVersion).toBe(stated);
      expect(passage && 'statedVersion' in passage).toBe(stated !== undefined);
      expect((await store.duplicates(admin, id, 0.5))?.map(({ statedVersion }) => statedVersion)).toEqual([
        stated,
        stated,
      ]);
    });

    it('fills declared fields from the file where the sender gave nothing', async () => {
      const fields = createMetadataFieldStore(database(), { now });
      await fields.declare(tenant, { name: 'Author', type: 'string', description: '' });
      await fields.declare(tenant, { name: 'days', type: 'number', description: '' });
      const id = await add('a', 'one');
      const other = await add('b', 'two', { metadata: { Author: 'Ben' } });
      expect(await store.get(admin, id)).toMatchObject({ metadata: { Author: 'Ada' } });
      expect(await store.get(admin, other)).toMatchObject({ metadata: { Author: 'Ben' } });
      expect(await register(sampleDocument('a', 'one'))).toMatchObject({ outcome: 'unchanged' });
      await register(sampleDocument('a', 'one', { metadata: { days: 5 } }));
      expect(await store.get(admin, id)).toMatchObject({ metadata: { Author: 'Ada', days: 5 } });
      await fields.remove(tenant, 'Author');
      expect((await store.get(admin, other))?.metadata).toEqual({});
    });

    it('reads passages in the order asked for, each once', async () => {
      const ids = await idsOf(await add('a', 'one\ntwo\nthree'));
      const wanted = [ids[2], ids[0], 'psg_00000000-0000-5000-8000-000000000000'] as typeof ids;
      expect((await store.readPassages(admin, wanted, null)).map(({ text }) => text)).toEqual(['three', 'one']);
      expect(await store.readPassages(admin, [], null)).toEqual([]);
    });

    it('lists page by page, newest first, by source, state and tags', async () => {
      const ids: DocumentId[] = [];
      for (const index of [0, 1, 2, 3, 4]) {
        clock += 1;
        ids.unshift(
          await add(`d${index}`, `text ${index}`, { tags: { parity: index % 2 ? 'odd' : 'even', n: String(index) } }),
        );
      }
      clock += 1;
      await register(sampleDocument('queued', 'queued', { source: 'wiki' }));
      const seen: DocumentId[] = [];
      let cursor: string | null = null;
      do {
        const page: Awaited<ReturnType<DocumentStore['list']>> = await store.list(admin, {
          limit: 2,
          cursor,
          source: 'handbook',
        });
        seen.push(...page.items.map(({ id }) => id));
        cursor = page.nextCursor;
      } while (cursor);
      expect(seen).toEqual(ids);
      const names = async (options: object) =>
        (await store.list(admin, { limit: 10, cursor: null, ...options })).items.map(({ externalId }) => externalId);
      expect(await names({ state: 'queued' })).toEqual(['queued']);
      expect(await names({ source: 'wiki' })).toEqual(['queued']);
      expect(await names({ tags: { parity: 'odd' } })).toEqual(['d3', 'd1']);
      expect(await names({ tags: { parity: 'odd', n: '2' } })).toEqual([]);
    });

    it.each([
      'nonsense',
      Buffer.from('["x"]').toString('base64url'),
      Buffer.from('["doc_","y"]').toString('base64url'),
      '',
    ])('rejects the cursor %j', async (cursor) => {
      await expect(store.list(admin, { limit: 2, cursor })).rejects.toMatchObject({
        code: 'INVALID_REQUEST',
        errors: [{ field: 'cursor' }],
      });
    });
  });
});
