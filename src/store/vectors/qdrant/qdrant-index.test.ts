import { randomUUID } from 'node:crypto';
import { createTestStates } from '../../../../test/index-states.ts';
import { describeWithQdrant, startQdrant } from '../../../../test/with-qdrant.ts';
import { describeVectorIndex } from '../contract.ts';
import { pointIdOf } from './collection-schema.ts';
import { createCollections } from './collections.ts';
import { deletePoints } from './fill-collection.ts';
import { createQdrantCalls } from './qdrant-calls.ts';
import { createQdrantIndex } from './qdrant-index.ts';
import { tenantFilter } from './to-filter.ts';

describeWithQdrant('Qdrant', () => {
  describeVectorIndex('qdrant', async (rows) => {
    const server = await startQdrant();
    console.info(`The contract runs against Qdrant ${server.version}.`);
    const calls = createQdrantCalls(server);
    const states = createTestStates();
    const collections = createCollections({
      calls,
      states,
      alias: `contract-${randomUUID()}`,
      embedder: { id: 'test-embedder', dimensions: 3 },
      onLive: async () => {},
    });
    return {
      index: createQdrantIndex({ calls, collections, rows, states, fallbackPassages: 0 }),
      async lose(tenant, passages) {
        const filter = tenantFilter(tenant, [{ has_id: passages.map(pointIdOf) }]);
        await deletePoints(calls, await collections.live(), filter);
      },
      async close() {
        await collections.drop((await collections.live()).name);
        await server.close();
      },
    };
  });
});
