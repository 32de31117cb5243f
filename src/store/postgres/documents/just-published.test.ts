import { beforeEach, describe, expect, it } from 'vitest';
import { createTestTenant, describeOnEachDatabase } from '../../../../test/open-database.ts';
import { sampleDocument, samplePrepared, samplePrincipal } from '../../../../test/sample-documents.ts';
import { newId, passageId, type TenantId } from '../../../domain/ids.ts';
import type { DocumentStore, PreparedVersion } from '../../documents.ts';
import type { IndexPoint, IndexRows } from '../../vector-index.ts';
import { createDocumentStore } from './document-store.ts';
import { createEmbeddingStore } from './embedding-store.ts';
import { createIndexRows } from './index-rows.ts';
import { createJustPublished } from './just-published.ts';

const linesOf = (count: number) => Array.from({ length: count }, (_, at) => `line ${at}`).join('\n');

describeOnEachDatabase('the index rows of a process that publishes', (database) => {
  let store: DocumentStore;
  let rows: IndexRows;
  let tenant: TenantId;
  beforeEach(async () => {
    await database().asOperator(async (sql) => {
      await sql.query('delete from tenants');
      await sql.query('delete from active_embedder');
    });
    const published = createJustPublished();
    store = createDocumentStore(database(), { published });
    rows = createIndexRows(database(), published);
    tenant = await createTestTenant(database());
  });

  async function add(externalId: string, text: string): Promise<void> {
    await store.register(tenant, null, [sampleDocument(externalId, text)]);
    await store.publish((await store.claim(100, 60)).map((queued) => samplePrepared(queued, text)));
  }

  async function pointsOf(source: IndexRows): Promise<IndexPoint[]> {
    const { changes } = await rows.changesSince(tenant, 0);
    const points: IndexPoint[] = [];
    for await (const batch of source.points(tenant, 'e', changes)) points.push(...batch);
    return points.sort((one, other) => (one.id < other.id ? -1 : 1));
  }

  /** Only who remembers a passage can name it afterwards. */
  async function losePassages(): Promise<void> {
    await database().asTenant(tenant, (sql) => sql.query('delete from passages where tenant_id = $1', [tenant]));
  }

  it('give what the database holds', async () => {
    await add('short', 'one\ntwo');
    await add('long', linesOf(1_200));
    const points = await pointsOf(rows);
    expect(points).toHaveLength(1_202);
    expect(points).toEqual(await pointsOf(createIndexRows(database())));
  });

  it('read no passage that has just been published, and remember it once', async () => {
    await add('a', 'one\ntwo');
    await losePassages();
    expect(await pointsOf(rows)).toHaveLength(2);
    expect(await pointsOf(rows)).toEqual([]);
  });

  it('read it where a text has a vector already', async () => {
    await add('a', 'one');
    const embeddings = createEmbeddingStore(database());
    const [waiting] = await embeddings.unembedded('e', 1);
    if (!waiting) throw new Error('nothing waits');
    await embeddings.save('e', 2, [{ ...waiting, vector: Float32Array.of(1, 0) }]);
    await add('b', 'one\ntwo');
    expect((await pointsOf(rows)).filter(({ dense }) => dense !== null)).toHaveLength(2);
  });

  it('give nothing of a document that is gone', async () => {
    await add('a', 'one');
    const { changes } = await rows.changesSince(tenant, 0);
    await store.remove(
      tenant,
      changes.map(({ documentId }) => documentId),
    );
    for await (const batch of rows.points(tenant, 'e', changes)) expect(batch).toEqual([]);
    expect(await store.hasDocuments(samplePrincipal(tenant))).toBe(false);
  });
});

describe('what is remembered of published versions', () => {
  const tenant = newId('tenant');
  function version(passages: number): PreparedVersion {
    const documentId = newId('document');
    const sparse = { indices: new Int32Array(), values: new Float32Array() };
    return {
      ...{ documentId, version: 1 },
      passages: Array.from({ length: passages }, (_, at) => ({ id: passageId(tenant, documentId, 1, at), sparse })),
    } as unknown as PreparedVersion;
  }

  it('is bounded: the oldest go first', () => {
    const memory = createJustPublished();
    const versions = [version(900), version(900), version(900)];
    for (const each of versions) memory.note([each]);
    expect(versions.map(({ documentId }) => memory.take(documentId, 1)?.length ?? null)).toEqual([null, 900, 900]);
  });
});
