import { beforeEach, describe, expect, it } from 'vitest';
import { type DocumentBench, openDocumentBench } from '../../../../test/document-bench.ts';
import { describeOnEachDatabase } from '../../../../test/open-database.ts';
import { newId, passageId } from '../../../domain/ids.ts';
import { forgetTexts } from '../../../domain/text-memory.ts';
import type { IndexPoint, IndexRows } from '../../vector-index.ts';
import { createEmbeddingStore } from './embedding-store.ts';
import { createIndexRows } from './index-rows.ts';
import { createJustPublished, type PublishedVersion } from './just-published.ts';

const linesOf = (count: number) => Array.from({ length: count }, (_, at) => `line ${at}`).join('\n');

describeOnEachDatabase('the index rows of a process that publishes', (database) => {
  let bench: DocumentBench;
  let rows: IndexRows;
  beforeEach(async () => {
    const published = createJustPublished();
    bench = await openDocumentBench(database(), () => new Date(), { published });
    await database().asOperator((sql) => sql.query('delete from active_embedder'));
    rows = createIndexRows(database(), published);
  });

  async function pointsOf(source: IndexRows): Promise<IndexPoint[]> {
    const { changes } = await rows.changesSince(bench.tenant, 0);
    const points: IndexPoint[] = [];
    for await (const batch of source.points(bench.tenant, 'e', changes)) points.push(...batch);
    return points.sort((one, other) => (one.id < other.id ? -1 : 1));
  }

  /** Only who remembers a passage can name it afterwards. */
  async function losePassages(): Promise<void> {
    await database().queryAsTenant(bench.tenant, 'delete from passages where tenant_id = $1', [bench.tenant]);
  }

  it('give what the database holds', async () => {
    await bench.add('short', 'one\ntwo');
    await bench.add('long', linesOf(1_200));
    const points = await pointsOf(rows);
    expect(points).toHaveLength(1_202);
    expect(points).toEqual(await pointsOf(createIndexRows(database())));
  });

  it('read no passage that has just been published, and remember it once', async () => {
    await bench.add('a', 'one\ntwo');
    await losePassages();
    expect(await pointsOf(rows)).toHaveLength(2);
    expect(await pointsOf(rows)).toEqual([]);
  });

  it('read it where a text has a vector already', async () => {
    await bench.add('a', 'one');
    const embeddings = createEmbeddingStore(database());
    const [waiting] = await embeddings.unembedded('e', 1);
    if (!waiting) throw new Error('nothing waits');
    await embeddings.save('e', 2, [{ ...waiting, vector: Float32Array.of(1, 0) }]);
    await bench.add('b', 'one\ntwo');
    expect((await pointsOf(rows)).filter(({ dense }) => dense !== null)).toHaveLength(2);
  });

  it('give nothing of a document that is gone', async () => {
    const document = await bench.add('a', 'one');
    const { changes } = await rows.changesSince(bench.tenant, 0);
    await bench.store.remove(bench.tenant, [document]);
    const points: IndexPoint[] = [];
    for await (const batch of rows.points(bench.tenant, 'e', changes)) points.push(...batch);
    expect(points).toEqual([]);
  });
});

describe('what is remembered of published versions', () => {
  const tenant = newId('tenant');
  function version(passages: number): PublishedVersion {
    const documentId = newId('document');
    const sparse = { indices: new Int32Array(), values: new Float32Array() };
    const passageOf = (_: unknown, at: number) => ({ id: passageId(tenant, documentId, 1, at), sparse });
    return { documentId, version: 1, passages: Array.from({ length: passages }, passageOf) };
  }

  it('is bounded: the oldest go first', () => {
    const memory = createJustPublished();
    const versions = [version(900), version(900), version(900)];
    for (const each of versions) memory.note([each]);
    expect(versions.map(({ documentId }) => memory.take(documentId, 1)?.length ?? null)).toEqual([null, 900, 900]);
  });

  it('goes when a document is removed for good', () => {
    const memory = createJustPublished();
    const published = version(2);
    memory.note([published]);
    forgetTexts();
    expect(memory.take(published.documentId, 1)).toBeNull();
  });
});
