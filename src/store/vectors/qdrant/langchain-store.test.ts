import { randomUUID } from 'node:crypto';
import { Embeddings } from '@langchain/core/embeddings';
import { QdrantVectorStore } from '@langchain/qdrant';
import { QdrantClient } from '@qdrant/js-client-rest';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { indexPoint } from '../../../../test/index-point.ts';
import { createTestRows } from '../../../../test/index-rows.ts';
import { createTestStates } from '../../../../test/index-states.ts';
import { describeWithQdrant, type RunningQdrant, startQdrant } from '../../../../test/with-qdrant.ts';
import { newId } from '../../../domain/ids.ts';
import { createCollections } from './collections.ts';
import { createQdrantCalls } from './qdrant-calls.ts';
import { createQdrantIndex } from './qdrant-index.ts';
import { tenantFilter } from './to-filter.ts';

/** Every question points along the first axis. */
class AlongX extends Embeddings {
  constructor() {
    super({});
  }
  override embedQuery = async () => [1, 0, 0];
  override embedDocuments = async (texts: string[]) => texts.map(() => [1, 0, 0]);
}

describeWithQdrant("LangChain's Qdrant store", () => {
  let server: RunningQdrant;
  beforeAll(async () => {
    server = await startQdrant();
  });
  afterAll(() => server.close());

  it('reads the passages of our collection, with their texts and where they stand', async () => {
    const rows = createTestRows();
    const states = createTestStates();
    const calls = createQdrantCalls(server);
    const collections = createCollections({
      calls,
      states,
      alias: `langchain-${randomUUID()}`,
      embedder: { id: 'test', dimensions: 3 },
      onLive: async () => {},
    });
    const index = createQdrantIndex({ calls, collections, rows, states, fallbackPassages: 0 });
    const [tenant, other] = [newId('tenant'), newId('tenant')];
    const sparse = { indices: Int32Array.of(7), values: Float32Array.of(1) };
    const passage = (content: string, dense: Float32Array) =>
      indexPoint({ id: newId('passage'), sparse, dense, content, title: 'Refunds', tags: { team: 'billing' } });
    const near = passage('Refunds take ten days.', Float32Array.of(1, 0, 0));
    rows.put(tenant, [near, passage('Invoices are sent monthly.', Float32Array.of(0, 1, 0))]);
    rows.put(other, [passage('Of another tenant.', Float32Array.of(1, 0, 0))]);
    await index.refresh(tenant);
    await index.refresh(other);
    const { name } = await collections.live();
    const store = new QdrantVectorStore(new AlongX(), {
      client: new QdrantClient({ url: server.url, ...(server.apiKey ? { apiKey: server.apiKey } : {}) }),
      collectionName: name,
    });
    const found = await store.similaritySearchWithScore('How long do refunds take?', 5, tenantFilter(tenant));
    expect(found.map(([{ pageContent }, score]) => [pageContent, score])).toEqual([
      ['Refunds take ten days.', expect.closeTo(1, 5)],
      ['Invoices are sent monthly.', expect.closeTo(0, 5)],
    ]);
    expect(found[0]?.[0]).toMatchObject({
      id: near.id.slice(4),
      metadata: { documentId: 'doc_refunds', version: 1, title: 'Refunds', tags: { team: 'billing' } },
    });
    await collections.drop(name);
  });
});
