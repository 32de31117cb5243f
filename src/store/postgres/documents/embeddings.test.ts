import fc from 'fast-check';
import { beforeEach, expect, it } from 'vitest';
import { createTestTenant, describeOnEachDatabase } from '../../../../test/open-database.ts';
import { sampleDocument, samplePrepared, samplePrincipal, sha256 } from '../../../../test/sample-documents.ts';
import type { DocumentId, PassageId, TenantId } from '../../../domain/ids.ts';
import {
  type DocumentStore,
  type EmbeddingStore,
  type IncomingDocument,
  passagesWithWindows,
} from '../../documents.ts';
import type { IndexChange, IndexPoint, IndexRows } from '../../vector-index.ts';
import { createDocumentStore } from './document-store.ts';
import { createEmbeddingStore } from './embedding-store.ts';
import { createIndexRows } from './index-rows.ts';

const dimensions = 3;
const vectorOf = (text: string) => Float32Array.of(text.length, text.charCodeAt(0) || 0, 0.1);

describeOnEachDatabase('embeddings and index rows', (database) => {
  let store: DocumentStore;
  let embeddings: EmbeddingStore;
  let rows: IndexRows;
  let tenant: TenantId;
  beforeEach(async () => {
    await database().asOperator(async (sql) => {
      await sql.query('delete from tenants');
      await sql.query('delete from active_embedder');
    });
    store = createDocumentStore(database());
    embeddings = createEmbeddingStore(database());
    rows = createIndexRows(database());
    tenant = await createTestTenant(database());
  });

  async function add(externalId: string, text: string, changes: Partial<IncomingDocument> = {}): Promise<DocumentId> {
    const [registration] = await store.register(tenant, null, [sampleDocument(externalId, text, changes)]);
    const claimed = await store.claim(100, 60);
    await store.publish(claimed.map((queued) => samplePrepared(queued, text)));
    if (!registration) throw new Error('not registered');
    return registration.documentId;
  }

  async function embed(embedder: string, limit = 1_000): Promise<number> {
    const waiting = await embeddings.unembedded(embedder, limit);
    await embeddings.save(
      embedder,
      dimensions,
      waiting.map(({ text, ...passage }) => ({ ...passage, vector: vectorOf(text) })),
    );
    return waiting.length;
  }

  async function changesOf(documents: readonly DocumentId[]): Promise<IndexChange[]> {
    const { changes } = await rows.changesSince(tenant, 0);
    return changes.filter(({ documentId }) => documents.includes(documentId));
  }

  async function pointsOf(embedder: string, documents: readonly DocumentId[]): Promise<IndexPoint[]> {
    const points: IndexPoint[] = [];
    for await (const batch of rows.points(tenant, embedder, await changesOf(documents))) points.push(...batch);
    return points;
  }

  it('knows which embedder is in use', async () => {
    expect(await embeddings.inUse()).toBeNull();
    await embed('one');
    await embed('two');
    expect(await createEmbeddingStore(database()).inUse()).toBe('two');
  });

  const summary = async (id: DocumentId) => await store.get(samplePrincipal(tenant), id);

  it('hands out each text once, oldest document first, until it has a vector', async () => {
    const first = await add('a', 'one\nshared');
    await add('b', 'shared\ntwo');
    expect((await embeddings.unembedded('e1', 2)).map(({ text }) => text)).toEqual(['one', 'shared']);
    expect((await embeddings.unembedded('e1', 9)).map(({ text }) => text)).toEqual(['one', 'shared', 'two']);
    expect(await embeddings.waiting('e1', tenant)).toBe(4);
    expect(await embed('e1', 2)).toBe(2);
    expect(await embeddings.waiting('e1', tenant)).toBe(1);
    expect(await embeddings.waiting('e1', null)).toBe(1);
    expect(await summary(first)).toMatchObject({ passages: 2, passagesWithoutVector: 0 });
    expect(await embed('e1')).toBe(1);
    expect(await embed('e1')).toBe(0);
    expect(await embeddings.waiting('e1', tenant)).toBe(0);
  });

  it('never embeds a text twice', async () => {
    await add('a', 'one\ntwo');
    await embed('e1');
    const id = await add('b', 'two\nthree');
    expect(await summary(id)).toMatchObject({ passages: 2, passagesWithoutVector: 1 });
    expect((await embeddings.unembedded('e1', 9)).map(({ text }) => text)).toEqual(['three']);
    expect(await embeddings.missing('e1', tenant, [sha256('one'), sha256('three'), sha256('three')])).toEqual([
      sha256('three'),
    ]);
  });

  it('publishes with vectors that were made ahead', async () => {
    await embeddings.save('e1', dimensions, [
      { tenantId: tenant, embeddingHash: sha256('one'), vector: vectorOf('one') },
    ]);
    const id = await add('a', 'one');
    expect(await summary(id)).toMatchObject({ passagesWithoutVector: 0 });
    expect(await embeddings.unembedded('e1', 9)).toEqual([]);
  });

  it('does not hand out what was replaced or removed', async () => {
    const id = await add('a', 'one\nboth');
    await add('a', 'two\nboth');
    expect((await embeddings.unembedded('e1', 9)).map(({ text }) => text)).toEqual(['two', 'both']);
    await store.remove(tenant, [id]);
    expect(await embeddings.unembedded('e1', 9)).toEqual([]);
    expect(await embeddings.waiting('e1', tenant)).toBe(0);
  });

  it('keeps the texts of tenants apart', async () => {
    await add('a', 'one');
    await embed('e1');
    const other = await createTestTenant(database());
    await store.register(other, null, [sampleDocument('a', 'one')]);
    await store.publish((await store.claim(9, 60)).map((queued) => samplePrepared(queued, 'one')));
    expect(await embeddings.unembedded('e1', 9)).toMatchObject([{ tenantId: other, text: 'one' }]);
    expect(await embeddings.missing('e1', other, [sha256('one')])).toEqual([sha256('one')]);
  });

  it('starts anew with another embedder, and finds the old vectors when the first one returns', async () => {
    const id = await add('a', 'one\ntwo');
    await embed('e1');
    embeddings = createEmbeddingStore(database());
    expect(await embeddings.waiting('e2', tenant)).toBe(2);
    expect(await summary(id)).toMatchObject({ passagesWithoutVector: 2 });
    await embed('e2', 1);
    expect((await pointsOf('e2', [id])).map(({ dense }) => dense !== null)).toEqual([true, false]);
    embeddings = createEmbeddingStore(database());
    expect(await embeddings.unembedded('e1', 9)).toEqual([]);
    expect(await summary(id)).toMatchObject({ passagesWithoutVector: 0 });
  });

  it('keeps windows with the vector that they belong to, and hands out what lacks them', async () => {
    const id = await add('a', 'one\ntwo');
    expect(await embeddings.withoutWindows('e1', 9)).toEqual([]);
    await embed('e1');
    expect(await embeddings.windowsWaiting('e1', tenant)).toBe(2);
    const waiting = await embeddings.withoutWindows('e1', 9);
    expect(waiting).toMatchObject([
      { text: 'one', title: 'Parsed title', headingPath: ['Top', 'Below "it", {here}'] },
      { text: 'two' },
    ]);
    const window = { startFromEnd: 3, endFromEnd: 1, vector: Float32Array.of(0, -1, 0) };
    const texts = waiting.map((text, index) => ({ ...text, windows: index === 0 ? [window] : [] }));
    await embeddings.saveWindows('e1', dimensions, texts);
    expect(await embeddings.windowsWaiting('e1', null)).toBe(0);
    const principal = samplePrincipal(tenant);
    const ids = (await store.passages(principal, id, 9, null))?.items.map((passage) => passage.id) ?? [];
    const read = await store.readPassages(principal, ids, null);
    expect(read.map(({ windows }) => windows.map(({ start, end, vector }) => [start, end, [...vector]]))).toEqual([
      [[0, 2, [0, -127, 0]]],
      [],
    ]);
    const others = Array.from({ length: passagesWithWindows }, (_, place): PassageId => `psg_other${place}`);
    const later = await store.readPassages(principal, [...others, ...ids], null);
    expect(later.map(({ text, windows }) => [text, windows])).toEqual([
      ['one', []],
      ['two', []],
    ]);
    await store.remove(tenant, [id]);
    expect(await embeddings.withoutWindows('e1', 9)).toEqual([]);
  });

  it('gives what was read before again, as long as the database says that it is that', async () => {
    const id = await add('a', 'one');
    const principal = samplePrincipal(tenant);
    const ids = (await store.passages(principal, id, 9, null))?.items.map((passage) => passage.id) ?? [];
    const read = async (reader = principal) => (await store.readPassages(reader, ids, null))[0];
    const saveWindows = async (embedder: string, endFromEnd: number) => {
      const waiting = await embeddings.withoutWindows(embedder, 9);
      const windows = [{ startFromEnd: 3, endFromEnd, vector: Float32Array.of(0, -1, 0) }];
      await embeddings.saveWindows(
        embedder,
        dimensions,
        waiting.map((text) => ({ ...text, windows })),
      );
    };
    await embed('e1');
    expect(await read()).toMatchObject({ text: 'one', windows: [] });
    await saveWindows('e1', 1);
    const first = await read();
    expect(first).toMatchObject({ text: 'one', headingPath: ['Top', 'Below "it", {here}'], windows: [{ end: 2 }] });
    const second = await read();
    expect(second).toEqual(first);
    expect(second?.windows).toBe(first?.windows);
    embeddings = createEmbeddingStore(database());
    await embed('e2');
    expect(await read()).toMatchObject({ text: 'one', windows: [] });
    await saveWindows('e2', 0);
    expect(await read()).toMatchObject({ windows: [{ end: 3 }] });
    await add('a', 'one', { tags: { team: 'b' }, uri: 'https://docs.test/a' });
    expect(await read()).toMatchObject({ tags: { team: 'b' }, uri: 'https://docs.test/a', windows: [{ end: 3 }] });
    await add('a', 'one', { acl: ['group:b'] });
    expect(await read(samplePrincipal(tenant, { role: 'reader' }))).toBeUndefined();
    await store.remove(tenant, [id]);
    expect(await read()).toBeUndefined();
  });

  it('refuses vectors of a wrong length', async () => {
    const wrong = [{ tenantId: tenant, embeddingHash: sha256('x'), vector: new Float32Array(2) }];
    await expect(embeddings.save('e1', dimensions, wrong)).rejects.toMatchObject({ code: 'MODEL_BAD_RESPONSE' });
  });

  it('gives the points of an index with all that filters need', async () => {
    const id = await add('a', 'one\ntwo', { source: 'wiki', acl: ['group:b'], tags: { k: 'v' } });
    await embed('e1', 1);
    const passages = (await store.passages(samplePrincipal(tenant), id, 9, null))?.items ?? [];
    const { createdAt, updatedAt } = (await summary(id)) ?? {};
    const place = { documentId: id, version: 1, source: 'wiki', title: 'Parsed title', uri: null };
    const point = { ...place, acl: ['group:b'], tags: { k: 'v' }, language: 'en', createdAt, updatedAt, metadata: {} };
    const sparse = (ordinal: number) => ({
      indices: Int32Array.of(-5, ordinal, 7_000_000),
      values: Float32Array.of(0.5, 1.25, 3),
    });
    expect(await pointsOf('e1', [id])).toMatchObject([
      { ...point, id: passages[0]?.id, sparse: sparse(0), dense: vectorOf('one') },
      { ...point, id: passages[1]?.id, sparse: sparse(1), dense: null },
    ]);
    expect(await pointsOf('e2', [id])).toMatchObject([{ dense: null }, { dense: null }]);
  });

  it('streams points of long and many documents in batches of a thousand', async () => {
    const long = await add('long', Array.from({ length: 2_100 }, (_, index) => `line ${index}`).join('\n'));
    const others: DocumentId[] = [];
    for (const index of [1, 2, 3])
      others.push(await add(`d${index}`, Array.from({ length: 400 }, (_, line) => `${index}/${line}`).join('\n')));
    const sizes: number[] = [];
    const ids = new Set<string>();
    for await (const batch of rows.points(tenant, 'e1', await changesOf([long, ...others]))) {
      sizes.push(batch.length);
      for (const { id } of batch) ids.add(id);
    }
    expect(ids.size).toBe(3_300);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(1_000);
    expect(sizes).toHaveLength(5);
  });

  it('tells what changed after a generation', async () => {
    await embeddings.waiting('e1', tenant);
    const [one, two] = [await add('a', 'one\ntwo'), await add('b', 'three')];
    const first = await rows.changesSince(tenant, 0);
    expect(new Set(first.changes)).toEqual(
      new Set([
        { documentId: one, version: 1, passages: 2, embedded: 0 },
        { documentId: two, version: 1, passages: 1, embedded: 0 },
      ]),
    );
    expect(await rows.changesSince(tenant, first.generation)).toEqual({ generation: first.generation, changes: [] });
    await embed('e1', 1);
    const second = await rows.changesSince(tenant, first.generation);
    expect(second.changes).toEqual([{ documentId: one, version: 1, passages: 2, embedded: 1 }]);
    await store.remove(tenant, [two]);
    await store.sweep(9);
    const third = await rows.changesSince(tenant, second.generation);
    expect(third.changes).toEqual([{ documentId: two, version: null, passages: 0, embedded: 0 }]);
    expect((await rows.changesSince(tenant, 0)).changes).toHaveLength(1);
    expect(await rows.generation(tenant)).toBe(third.generation);
    const stranger = await createTestTenant(database());
    expect(await rows.changesSince(stranger, 0)).toEqual({ generation: 0, changes: [] });
  });

  it('keeps its counts true through any sequence of changes', async () => {
    const name = fc.constantFrom('a', 'b', 'c');
    const text = fc
      .array(fc.constantFrom('x', 'y', 'z', 'w'), { minLength: 1, maxLength: 4 })
      .map((lines) => lines.join('\n'));
    const action = fc.oneof(
      fc.record({ kind: fc.constant('add' as const), name, text }),
      fc.record({ kind: fc.constant('remove' as const), name }),
      fc.record({ kind: fc.constant('embed' as const), limit: fc.integer({ min: 1, max: 3 }) }),
      fc.record({ kind: fc.constant('sweep' as const) }),
      fc.record({ kind: fc.constant('switch' as const), embedder: fc.constantFrom('e1', 'e2') }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(action, { maxLength: 12 }), async (actions) => {
        tenant = await createTestTenant(database());
        const ids = new Map<string, DocumentId>();
        let embedder = 'e1';
        for (const one of actions) {
          if (one.kind === 'add') ids.set(one.name, await add(one.name, one.text));
          if (one.kind === 'remove')
            await store.remove(
              tenant,
              [...ids].filter(([known]) => known === one.name).map(([, id]) => id),
            );
          if (one.kind === 'embed') await embed(embedder, one.limit);
          if (one.kind === 'sweep') await store.sweep(9);
          if (one.kind === 'switch') {
            embedder = one.embedder;
            embeddings = createEmbeddingStore(database());
          }
        }
        const waiting = await embeddings.waiting(embedder, tenant);
        const documents = (await store.list(samplePrincipal(tenant), { limit: 99, cursor: null })).items;
        const points = await pointsOf(
          embedder,
          documents.map(({ id }) => id),
        );
        for (const { id, passages, passagesWithoutVector } of documents) {
          const own = points.filter(({ documentId }) => documentId === id);
          expect(own).toHaveLength(passages);
          expect(own.filter(({ dense }) => dense === null)).toHaveLength(passagesWithoutVector);
        }
        expect(points.filter(({ dense }) => dense === null)).toHaveLength(waiting);
        while ((await embed(embedder)) > 0);
        expect(await embeddings.waiting(embedder, tenant)).toBe(0);
      }),
      { numRuns: 15 },
    );
  });
});
