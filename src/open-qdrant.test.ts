import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { flatEmbedder } from '../test/flat-embedder.ts';
import { jsonBody, openApp, type TestApp } from '../test/open-app.ts';
import { openTestDatabase } from '../test/open-database.ts';
import { describeWithQdrant, type RunningQdrant, startQdrant } from '../test/with-qdrant.ts';
import { loadConfig } from './config.ts';
import type { OpenedIndex } from './index-parts.ts';
import { type ActiveEmbedder, createActiveEmbedder } from './models/active-embedder.ts';
import { encodeQuestion } from './models/sparse/encode.ts';
import { openQdrant } from './open-qdrant.ts';
import type { Reindex } from './store/index-administration.ts';
import type { SqlDriver } from './store/sql.ts';
import { createQdrantCalls } from './store/vectors/qdrant/qdrant-calls.ts';

const never = new AbortController().signal;
const words = encodeQuestion('text');
const everyone = { clause: null, grants: null };

describeWithQdrant('reindexing on Qdrant', () => {
  let server: RunningQdrant;
  let driver: SqlDriver;
  let app: TestApp;
  let embedder: ActiveEmbedder;
  let opened: OpenedIndex;
  const alias = `reindex-${randomUUID()}`;

  const open = () => {
    embedder = createActiveEmbedder(flatEmbedder('three', 3), async (name) => flatEmbedder(name, 4));
    const config = loadConfig({ QDRANT_URL: server.url, QDRANT_ALIAS: alias });
    if (!config.qdrant) throw new Error('The setting did not arrive.');
    const log = { debug() {}, info() {}, warn() {}, error() {} };
    return openQdrant({ config, stores: app.stores, embedder, log }, { ...config.qdrant, apiKey: server.apiKey });
  };

  beforeAll(async () => {
    server = await startQdrant();
    driver = await openTestDatabase();
    app = await openApp(driver);
    opened = await open();
    for (const title of ['One', 'Two', 'Three']) await app.publish({ title, text: `Text of ${title}.` });
    const texts = await app.stores.embeddings.unembedded('three', 10);
    const vectors = await embedder.embedDocuments(
      texts.map(({ text }) => text),
      never,
    );
    await app.stores.embeddings.save(
      'three',
      3,
      texts.map(({ tenantId, embeddingHash }, at) => ({
        tenantId,
        embeddingHash,
        vector: vectors[at] ?? Float32Array.of(),
      })),
    );
  });
  afterAll(async () => {
    const calls = createQdrantCalls(server);
    for (const { name } of await app.stores.indexStates.collections())
      await calls.write('deleteCollection', { collection_name: name });
    await opened.stop();
    await app.application.stop();
    await driver.close();
    await server.close();
  });

  const search = async () => {
    const [dense] = await embedder.embedQuestions(['?'], never);
    const { id } = embedder;
    await opened.index.catchUp(app.tenant, never);
    return await opened.index.search(
      { tenant: app.tenant, ...(dense ? { dense, embedder: id } : {}), sparse: words, filter: everyone, limit: 10 },
      never,
    );
  };
  const finished = async (): Promise<Reindex> => {
    const last = async () => (await opened.administration.status()).reindex;
    await expect.poll(async () => (await last())?.state, { timeout: 20_000 }).not.toBe('running');
    const reindex = await last();
    if (!reindex) throw new Error('Nothing was built.');
    return reindex;
  };
  const ownProof = ({ proofs }: Reindex) => proofs.find(({ tenantId }) => tenantId === app.tenant);
  const stateOf = async () =>
    (await opened.administration.status()).collections.map(({ embedder: id, state }) => `${id} ${state}`);

  it('fills the live collection from the database, and fills again what was lost', async () => {
    const { candidates, degradation } = await search();
    expect(degradation).toBeNull();
    expect(candidates).toHaveLength(3);
    for (const { dense } of candidates) expect(dense).toBeCloseTo(1, 5);
    const calls = createQdrantCalls(server);
    const collection_name = `${alias}_three_1`;
    const points = candidates.slice(0, 2).map(({ id }) => id.slice(4));
    await calls.write('deletePoints', { collection_name, wait: true, points });
    expect((await search()).candidates).toHaveLength(1);
    await opened.administration.reindex(null);
    const reindex = await finished();
    expect(reindex).toMatchObject({ state: 'finished', embedder: 'three', collection: collection_name });
    expect(ownProof(reindex)).toMatchObject({ isComplete: true, index: { passages: 3, embedded: 3 } });
    expect((await search()).candidates).toHaveLength(3);
  });

  it('builds the collection again when it is deleted', async () => {
    const calls = createQdrantCalls(server);
    await calls.write('deleteCollection', { collection_name: `${alias}_three_1` });
    const whileGone = await search();
    expect(whileGone.degradation).toEqual({ to: 'words, in memory', cause: 'INDEX_UNAVAILABLE' });
    expect(whileGone.candidates).toHaveLength(3);
    await expect.poll(async () => (await search()).degradation, { timeout: 20_000 }).toBeNull();
    expect((await search()).candidates.map(({ dense }) => Math.round(dense ?? 0))).toEqual([1, 1, 1]);
  });

  it('fills a second collection beside the live one, compares both, switches, and goes back', async () => {
    await expect(opened.administration.switchTo('next')).rejects.toMatchObject({ code: 'CONFLICT' });
    await expect(opened.administration.reindex('three')).rejects.toMatchObject({ code: 'CONFLICT' });
    await opened.administration.reindex('four');
    const reindex = await finished();
    expect(reindex).toMatchObject({ state: 'finished', collection: `${alias}_four_1` });
    expect(ownProof(reindex)).toMatchObject({ isComplete: true, index: { passages: 3, embedded: 3 } });
    expect(await stateOf()).toEqual(['three live', 'four next']);
    expect(embedder.id).toBe('three');
    expect((await search()).candidates).toHaveLength(3);

    await app.request('/v1/answers', await app.createKey(), jsonBody({ question: 'Which text?' }));
    expect(await opened.administration.compare(10)).toMatchObject({ questions: 1, overlapAt10: 1, most: [] });

    await app.publish({ title: 'Four', text: 'Text of Four.' });
    await opened.administration.switchTo('next');
    expect(embedder.id).toBe('four');
    expect(await stateOf()).toEqual(['three previous', 'four live']);
    const after = await search();
    expect(after.degradation).toBeNull();
    expect(after.candidates).toHaveLength(4);

    await app.publish({ title: 'Five', text: 'Text of Five.' });
    await opened.administration.switchTo('previous');
    expect(embedder.id).toBe('three');
    const { candidates } = await search();
    expect(candidates).toHaveLength(5);
    // What came since has no vector of the embedder before; its words are found at once.
    expect(candidates.filter(({ sparse }) => (sparse ?? 0) > 0)).toHaveLength(5);
    expect(candidates.filter(({ dense }) => dense === null)).toHaveLength(2);
  });

  it('uses the embedder of the live collection from the start', async () => {
    await opened.administration.switchTo('previous');
    await opened.stop();
    opened = await open();
    expect(embedder.id).toBe('four');
    expect((await search()).degradation).toBeNull();
    expect(await opened.index.health(never)).toMatchObject({
      state: 'ok',
      detail: expect.stringMatching(`^Qdrant ${server.version.replaceAll('.', '\\.')}, collection ${alias}_four_1, `),
    });
  });
});
