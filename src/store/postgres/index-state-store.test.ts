import { describe, expect, it } from 'vitest';
import { createTestTenant, describeOnEachDatabase } from '../../../test/open-database.ts';
import { createIndexStateStore } from './index-state-store.ts';

describeOnEachDatabase('index states', (database) => {
  let now = Date.parse('2026-01-01T00:00:00.000Z');
  const open = () => createIndexStateStore(database(), { now: () => new Date(now) });

  describe('of a tenant', () => {
    it('lets one filler work at a time, until its lease is over', async () => {
      const tenant = await createTestTenant(database());
      const states = open();
      expect(await states.claim('c', tenant, 'one', 60)).toBe(0);
      expect(await states.claim('c', tenant, 'two', 60)).toBeNull();
      expect(await states.claim('other', tenant, 'two', 60)).toBe(0);
      expect(await states.advance('c', tenant, 'one', 7)).toBe(true);
      expect(await states.generation('c', tenant)).toBe(7);
      now += 61_000;
      expect(await states.claim('c', tenant, 'two', 60)).toBe(7);
      expect(await states.advance('c', tenant, 'one', 9)).toBe(false);
      await states.release('c', tenant, 'one');
      expect(await states.claim('c', tenant, 'three', 60)).toBeNull();
      await states.release('c', tenant, 'two');
      expect(await states.claim('c', tenant, 'three', 60)).toBe(7);
    });

    it('takes the claim from a filler when everything is to be written again', async () => {
      const tenant = await createTestTenant(database());
      const states = open();
      await states.claim('c', tenant, 'one', 60);
      await states.advance('c', tenant, 'one', 7);
      await states.reset('c', tenant);
      expect(await states.advance('c', tenant, 'one', 8)).toBe(false);
      expect(await states.generation('c', tenant)).toBe(0);
    });

    it('says how far it is behind, and who is gone', async () => {
      const tenant = await createTestTenant(database());
      const states = open();
      await states.claim('lag', tenant, 'one', 60);
      await states.advance('lag', tenant, 'one', 1);
      await database().asOperator(async (sql) => {
        await sql.query('update tenants set generation = 2 where id = $1', [tenant]);
        for (const [id, generation, passages] of [
          ['doc_a', 1, 10],
          ['doc_b', 2, 3],
        ])
          await sql.query(
            `insert into documents (tenant_id, id, source, external_id, external_key, acl, tags, title, last_version,
               current_version, passages, generation, created_at, updated_at)
             values ($1, $2, '', '', $2, '{}', '{}', '', 1, 1, $3, $4, now(), now())`,
            [tenant, id ?? '', passages ?? 0, generation ?? 0],
          );
      });
      const lag = (await states.lag('lag')).find((entry) => entry.tenant === tenant);
      expect(lag).toEqual({ tenant, generation: 1, rowsGeneration: 2, passages: 13, passagesBehind: 3 });
      expect(await states.orphans('lag')).toEqual([]);
      await database().asOperator((sql) => sql.query('delete from tenants where id = $1', [tenant]));
      expect(await states.orphans('lag')).toEqual([tenant]);
      await states.forget('lag', tenant);
      expect(await states.orphans('lag')).toEqual([]);
    });
  });

  it('keeps one live collection, and when the others were', async () => {
    const states = open();
    await states.addCollection({ name: 'old', embedder: 'e1', dimensions: 3 });
    await states.setLive('old');
    now += 1000;
    await states.addCollection({ name: 'new', embedder: 'e2', dimensions: 4 });
    await states.addCollection({ name: 'new', embedder: 'e2', dimensions: 4 });
    expect(await states.claimCollection('new', 'one', 60)).toBe(true);
    expect(await states.claimCollection('new', 'two', 60)).toBe(false);
    await states.releaseCollection('new', 'one');
    expect(await states.claimCollection('new', 'two', 60)).toBe(true);
    await states.setLive('new');
    expect(await states.collections()).toMatchObject([
      { name: 'old', isLive: false, retiredAt: new Date(now).toISOString() },
      { name: 'new', isLive: true, retiredAt: null, embedder: 'e2', dimensions: 4 },
    ]);
    await states.setLive('old');
    await states.removeCollection('new');
    expect(await states.collections()).toMatchObject([{ name: 'old', isLive: true, retiredAt: null }]);
  });
});
