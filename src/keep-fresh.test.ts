import { expect, it } from 'vitest';
import { createTestTenant, describeOnEachDatabase } from '../test/open-database.ts';
import { sampleDocument, samplePrepared } from '../test/sample-documents.ts';
import { createKeptAnswers } from './chains/kept-answers.ts';
import { createTextMemory } from './domain/text-memory.ts';
import { createPurger } from './ingest/purge-removed.ts';
import { keepFresh } from './keep-fresh.ts';
import { createStores } from './store/postgres/stores.ts';

describeOnEachDatabase('keeping fresh', (database) => {
  /** Of this process; what removes runs elsewhere and tells it nothing. */
  function openServer() {
    const memory = createTextMemory<string, object>({ max: 9 });
    const kept = createKeptAnswers({ bytes: 1_000, seconds: 60 });
    const freshener = keepFresh({ ...createStores(database()), kept, log: { debug: () => {} } });
    return { ...freshener, memory, [Symbol.dispose]: freshener.stop };
  }
  const elsewhere = () => createStores(database(), { overtakenSeconds: 0 });

  async function purgeElsewhere(): Promise<void> {
    const { documents, purges, retention } = elsewhere();
    const objects = { remove: async () => {} };
    const log = { warn: () => {} };
    const purger = createPurger({
      ...{ documents, purges, retention, objects, log },
      ...{ refreshIndex: async () => {}, forget: () => 0 },
    });
    await purger.purge();
  }

  it('forgets texts once another process has purged a document, and what a running answer put back', async () => {
    const tenant = await createTestTenant(database());
    const { documents } = elsewhere();
    const document = sampleDocument('a', 'The code is quartz.');
    const [registration] = await documents.register(tenant, null, [document]);
    if (!registration) throw new Error('nothing was registered');
    for (const version of await documents.claim(9, 60))
      await documents.publish([samplePrepared(version, 'The code is quartz.')]);
    using server = openServer();
    await server.look();
    await server.look();
    server.memory.set('The code is quartz.', {});
    await server.look();
    expect(server.memory.size).toBe(1);

    await documents.remove(tenant, [registration.documentId]);
    await purgeElsewhere();
    await server.look();
    expect(server.memory.size).toBe(0);
    server.memory.set('The code is quartz.', {});
    await server.look();
    expect(server.memory.size).toBe(0);
    server.memory.set('The key is under the mat.', {});
    await server.look();
    expect(server.memory.size).toBe(1);
  });

  it('forgets texts once a tenant was removed', async () => {
    const tenant = await createTestTenant(database());
    using server = openServer();
    await server.look();
    await server.look();
    server.memory.set('The code is quartz.', {});
    expect(await elsewhere().identities.removeTenant(tenant)).toBe(true);
    await server.look();
    expect(server.memory.size).toBe(0);
  });
});
