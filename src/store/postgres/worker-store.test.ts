import { beforeEach, expect, it } from 'vitest';
import { createTestTenant, describeOnEachDatabase } from '../../../test/open-database.ts';
import { sampleDocument, samplePrepared } from '../../../test/sample-documents.ts';
import { createStores } from './stores.ts';
import { silentMilliseconds } from './worker-store.ts';

const well = { reading: null, embedding: null };

describeOnEachDatabase('worker store', (database) => {
  let clock = 0;
  const now = () => new Date(clock);
  const storesOf = (processName: string) => createStores(database(), { now, processName });
  beforeEach(async () => {
    clock = Date.parse('2026-01-01T00:00:00Z');
    await database().asOperator(async (sql) => {
      await sql.query('delete from tenants');
      await sql.query('delete from workers');
    });
  });

  it('shares the work between those that live', async () => {
    const [one, two] = [storesOf('one').workers, storesOf('two').workers];
    expect(await one.beat(well)).toEqual({ place: 0, of: 1 });
    expect(await two.beat(well)).toEqual({ place: 1, of: 2 });
    expect(await one.beat(well)).toEqual({ place: 0, of: 2 });
    expect((await one.list()).map(({ name }) => name)).toEqual(['one', 'two']);
    await one.leave();
    expect(await two.beat(well)).toEqual({ place: 0, of: 1 });
    clock += silentMilliseconds;
    expect(await one.beat(well)).toEqual({ place: 0, of: 1 });
  });

  it('frees what a silent process had claimed, at the next beat of any other', async () => {
    const tenant = await createTestTenant(database());
    const [one, two] = [storesOf('one'), storesOf('two')];
    await one.workers.beat(well);
    await one.documents.register(tenant, null, [sampleDocument('a', 'a')]);
    await one.documents.claim(1, 3_600);
    await two.workers.beat(well);
    expect(await two.documents.claim(1, 60)).toEqual([]);
    clock += silentMilliseconds;
    await two.workers.beat(well);
    expect(await two.documents.claim(1, 60)).toMatchObject([{ attempts: 2 }]);
  });

  it('gives each share other texts, and every text to one of them', async () => {
    const tenant = await createTestTenant(database());
    const { documents, embeddings } = storesOf('one');
    const lines = Array.from({ length: 60 }, (_, number) => `line ${number}`);
    await documents.register(tenant, null, [sampleDocument('a', 'a')]);
    for (const version of await documents.claim(1, 60))
      await documents.publish([samplePrepared(version, lines.join('\n'))]);
    const shares = await Promise.all(
      [0, 1, 2].map(async (place) => await embeddings.unembedded('e1', 100, { place, of: 3 })),
    );
    for (const share of shares) expect(share.length).toBeGreaterThan(5);
    expect(
      shares
        .flat()
        .map(({ text }) => text)
        .sort(),
    ).toEqual(lines.toSorted());
  });

  it('embeds for tenants in turn', async () => {
    const { documents, embeddings } = storesOf('one');
    for (const [name, count] of [
      ['large', 50],
      ['small', 2],
    ] as const) {
      const tenant = await createTestTenant(database());
      await documents.register(tenant, null, [sampleDocument(name, name)]);
      const text = Array.from({ length: count }, (_, number) => `${name} ${number}`).join('\n');
      for (const version of await documents.claim(1, 60)) await documents.publish([samplePrepared(version, text)]);
    }
    const first = (await embeddings.unembedded('e1', 6)).map(({ text }) => text);
    expect(first.toSorted()).toEqual(['large 0', 'large 1', 'large 2', 'large 3', 'small 0', 'small 1']);
  });

  it('tells how many documents wait, and for how long the first has', async () => {
    const tenant = await createTestTenant(database());
    const { documents, workers } = storesOf('one');
    expect(await workers.backlog()).toEqual({ documents: 0, oldestSeconds: 0 });
    await documents.register(tenant, null, [sampleDocument('a', 'a')]);
    clock += 90_000;
    await documents.register(tenant, null, [sampleDocument('b', 'b')]);
    expect(await workers.backlog()).toEqual({ documents: 2, oldestSeconds: 90 });
    await documents.publish((await documents.claim(2, 60)).map((version) => samplePrepared(version, 'text')));
    expect(await workers.backlog()).toEqual({ documents: 0, oldestSeconds: 0 });
  });
});
