import { beforeEach, expect, it } from 'vitest';
import { type DocumentBench, openDocumentBench } from '../../../../test/document-bench.ts';
import { describeOnEachDatabase } from '../../../../test/open-database.ts';
import { sampleDocument, samplePrepared } from '../../../../test/sample-documents.ts';
import type { PreparedVersion } from '../../documents.ts';
import { createEmbeddingStore } from './embedding-store.ts';
import { createIndexRows } from './index-rows.ts';
import { stagePassages } from './publish-versions.ts';

const linesOf = (count: number, word: string) => Array.from({ length: count }, (_, at) => `${word} ${at}`).join('\n');
/** The same version as another reader would cut it. */
const ofText = (version: PreparedVersion, text: string) =>
  samplePrepared({ ...version, attempts: 1, document: sampleDocument('long', text) }, text);

describeOnEachDatabase('versions that are published together', (database) => {
  it('leave nothing of one that nobody wants any more', async () => {
    const bench = await openDocumentBench(database(), () => new Date());
    const { documentId } = await bench.register(sampleDocument('a', 'old one\nold two'));
    const old = samplePrepared(await bench.claimOne(), 'old one\nold two');
    await bench.register(sampleDocument('a', 'new'));
    const [queued] = await bench.store.claim(10, 60);
    if (!queued) throw new Error('the new version was not queued');
    await bench.store.publish([old, samplePrepared(queued, 'new')]);
    const written = await database().queryAsTenant(
      bench.tenant,
      'select version, text from passages where tenant_id = $1',
      [bench.tenant],
    );
    expect(written).toEqual([{ version: queued.version, text: 'new' }]);
    expect(await bench.store.get(bench.admin, documentId)).toMatchObject({ state: 'ready', passagesWithoutVector: 1 });
    const texts = await createEmbeddingStore(database()).unembedded('test', 10);
    expect(texts.map(({ text }) => text)).toEqual(['new']);
  });
});

describeOnEachDatabase('a long version that is staged before it is published', (database) => {
  let bench: DocumentBench;
  beforeEach(async () => {
    bench = await openDocumentBench(database(), () => new Date());
  });

  async function claim(text: string) {
    const { documentId } = await bench.register(sampleDocument('long', text));
    return { documentId, prepared: samplePrepared(await bench.claimOne(), text) };
  }

  async function written(): Promise<number> {
    const [row] = await database().queryAsTenant<{ count: number }>(
      bench.tenant,
      'select count(*) from passages where tenant_id = $1',
      [bench.tenant],
    );
    return row?.count ?? 0;
  }

  it('is written, and seen by nobody', async () => {
    const { documentId, prepared } = await claim(linesOf(700, 'line'));
    await stagePassages(database(), prepared);
    expect(await written()).toBe(700);
    expect(await bench.store.get(bench.admin, documentId)).toMatchObject({ state: 'processing', passages: 0 });
    expect(await bench.store.hasDocuments(bench.admin)).toBe(false);
    expect(await createIndexRows(database()).changesSince(bench.tenant, 0)).toMatchObject({ changes: [] });
    const queued = await createEmbeddingStore(database()).unembedded('test', 1_000);
    expect(queued.filter(({ tenantId }) => tenantId === bench.tenant)).toEqual([]);
  });

  it('is published as a whole, with what waits for a vector', async () => {
    const { documentId, prepared } = await claim(linesOf(700, 'line'));
    await bench.store.publish([prepared]);
    expect(await bench.store.get(bench.admin, documentId)).toMatchObject({
      state: 'ready',
      passages: 700,
      passagesWithoutVector: 700,
    });
  });

  it('keeps nothing of an attempt that ended before it published', async () => {
    const { documentId, prepared } = await claim(linesOf(700, 'line'));
    await stagePassages(database(), ofText(prepared, linesOf(900, 'other')));
    expect(await written()).toBe(900);
    await bench.store.publish([prepared]);
    expect(await written()).toBe(700);
    const page = await bench.store.passages(bench.admin, documentId, 2, null);
    expect(page?.items.map(({ text }) => text)).toEqual(['line 0', 'line 1']);
  });

  it('is written anew where an earlier attempt left a part, though it is short itself', async () => {
    const { documentId, prepared } = await claim('one\ntwo');
    await stagePassages(database(), ofText(prepared, linesOf(600, 'other')));
    await bench.store.publish([prepared]);
    expect(await written()).toBe(2);
    const page = await bench.store.passages(bench.admin, documentId, 9, null);
    expect(page?.items.map(({ text }) => text)).toEqual(['one', 'two']);
  });

  it('goes with its document, and is not written once it is gone', async () => {
    const { documentId, prepared } = await claim(linesOf(700, 'line'));
    await stagePassages(database(), prepared);
    await bench.store.remove(bench.tenant, [documentId]);
    expect(await written()).toBe(0);
    await bench.store.publish([prepared]);
    expect(await written()).toBe(0);
  });
});
