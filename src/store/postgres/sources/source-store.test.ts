import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { createTestTenant, describeOnEachDatabase } from '../../../../test/open-database.ts';
import { samplePrincipal } from '../../../../test/sample-documents.ts';
import { sampleSource } from '../../../../test/sample-source.ts';
import type { TenantId } from '../../../domain/ids.ts';
import { noCounts } from '../../../domain/source.ts';
import { createSecrets } from '../../secrets.ts';
import type { ClaimedRun, RunResult } from '../../sources.ts';
import type { SqlDriver } from '../../sql.ts';
import { createStores } from '../stores.ts';

const asked = { trigger: 'asked', dryRun: false, targets: null } as const;
const progress = { counts: noCounts, changes: { added: [], changed: [], removed: [] }, jobId: null, errors: [] };
const finished: RunResult = { ...progress, state: 'finished', missing: 0, detail: null, cursor: null };

function openAt(database: SqlDriver, processName: string) {
  const clock = { now: Date.parse('2026-01-01T00:00:00Z') };
  return { clock, stores: createStores(database, { processName, now: () => new Date(clock.now) }) };
}

/** What other tests queued may be claimed too: only the tenant's own counts. */
async function claimOf(stores: ReturnType<typeof createStores>, tenant: TenantId): Promise<ClaimedRun[]> {
  return (await stores.sourceRuns.claim(50, 30)).filter((run) => run.tenantId === tenant);
}

async function addDocument(stores: ReturnType<typeof createStores>, tenant: TenantId, externalId: string) {
  const [registration] = await stores.documents.register(tenant, null, [
    {
      ...{
        source: 'handbook',
        externalId,
        uri: null,
        title: null,
        acl: ['group:a'],
        tags: {},
        metadata: {},
        language: null,
      },
      ...{ contentHash: externalId, mediaType: 'text/plain', fileName: externalId, size: 1 },
    },
  ]);
  return {
    externalId,
    documentId: registration?.documentId ?? 'doc_',
    fingerprint: 'f1',
    memo: { links: ['a'] },
  } as const;
}

describeOnEachDatabase('sources', (database) => {
  it('are kept without showing what opens them, and one name is one source', async () => {
    const tenant = await createTestTenant(database());
    const { stores } = openAt(database(), 'one');
    const credentials = { headers: { authorization: 'Bearer secret' } };
    const made = await stores.sources.create(tenant, sampleSource({ credentials, acl: ['group:a'], tags: { k: 'v' } }));
    expect(made).toMatchObject({
      name: 'handbook',
      hasCredentials: true,
      documents: 0,
      lastRun: null,
      lagSeconds: null,
    });
    expect(JSON.stringify(await stores.sources.list(tenant, { limit: 9, cursor: null }))).not.toContain('secret');
    expect(await stores.sources.opening(tenant, made.id)).toMatchObject({ credentials });
    await expect(stores.sources.create(tenant, sampleSource())).rejects.toMatchObject({ code: 'CONFLICT' });
    const other = await createTestTenant(database());
    expect(await stores.sources.get(other, made.id)).toBeNull();
    expect(await stores.sources.remove(other, made.id, true)).toBeNull();
  });

  it('credentials lie sealed, also those of earlier versions and under earlier keys, and open for their own source alone', async () => {
    const driver = database();
    const tenant = await createTestTenant(driver);
    const [before, after] = [randomBytes(32), randomBytes(32)];
    const storesOf = (...keys: [Uint8Array, ...Uint8Array[]]) => createStores(driver, { secrets: createSecrets(keys) });
    const credentials = { username: 'reader', password: 'open sesame' };
    const first = storesOf(before);
    const { id } = await first.sources.create(tenant, sampleSource({ credentials }));
    const { id: plain } = await first.sources.create(tenant, sampleSource({ name: 'plain' }));
    const { id: none } = await first.sources.create(tenant, sampleSource({ name: 'none' }));
    const rows = async () =>
      JSON.stringify(await driver.queryAsTenant(tenant, 'select * from sources where tenant_id = $1', [tenant]));
    expect(await rows()).not.toContain('sesame');
    await driver.queryAsTenant(tenant, 'update sources set credentials = $2 where id = $1', [plain, credentials]);
    expect(await first.sources.opening(tenant, plain)).toMatchObject({ credentials });

    const second = storesOf(after, before);
    const { sealed } = await second.sources.sealCredentials();
    expect(sealed).toBeGreaterThanOrEqual(2);
    expect((await second.sources.sealCredentials()).sealed).toBe(0);
    expect(await rows()).not.toContain('sesame');
    const third = storesOf(after);
    for (const source of [id, plain])
      expect(await third.sources.opening(tenant, source)).toMatchObject({ credentials });
    expect(await third.sources.opening(tenant, none)).toMatchObject({ credentials: null });
    await expect(first.sources.opening(tenant, id)).rejects.toMatchObject({ code: 'CONFIGURATION_INVALID' });
    expect((await first.sources.sealCredentials()).unopened).toBeGreaterThanOrEqual(2);

    const copy = 'update sources set credentials = (select credentials from sources where id = $2) where id = $1';
    await driver.queryAsTenant(tenant, copy, [none, id]);
    await expect(third.sources.opening(tenant, none)).rejects.toThrow('belong to something else');
    await third.sources.change(tenant, none, { credentials: { password: 'another' } });
    expect(await third.sources.opening(tenant, none)).toMatchObject({ credentials: { password: 'another' } });
    await third.sources.change(tenant, none, { credentials: null });
    expect(await third.sources.opening(tenant, none)).toMatchObject({ credentials: null });
  });

  it('a run is done by one process, is taken up when that falls silent, and by nobody while it is held', async () => {
    const tenant = await createTestTenant(database());
    const [one, two] = [openAt(database(), 'one'), openAt(database(), 'two')];
    const { id } = await one.stores.sources.create(tenant, sampleSource());
    const queued = await one.stores.sources.queueRun(tenant, id, asked);
    expect(queued).toMatchObject({ state: 'queued', added: 0, trigger: 'asked' });
    expect((await one.stores.sources.queueRun(tenant, id, asked))?.id).toBe(queued?.id);

    const [run] = await claimOf(one.stores, tenant);
    if (!run) throw new Error('nothing was claimed');
    expect(await claimOf(two.stores, tenant)).toEqual([]);
    await one.stores.sources.queueRun(tenant, id, asked);
    expect(await claimOf(two.stores, tenant)).toEqual([]);
    two.clock.now += 31_000;
    expect((await claimOf(two.stores, tenant)).map((taken) => taken.id)).toEqual([run.id]);
    expect(await one.stores.sourceRuns.renew([run], 30)).toEqual([]);
    expect(await one.stores.sourceRuns.save(run, [], progress)).toBe(false);
    await one.stores.sourceRuns.finish(run, finished);
    expect((await one.stores.sources.get(tenant, id))?.lagSeconds).toBeNull();
    await two.stores.sourceRuns.finish(run, finished);
    const next = await claimOf(two.stores, tenant);
    expect(next).toHaveLength(1);
    expect(next[0]?.id).not.toBe(run.id);
    expect((await two.stores.sources.get(tenant, id))?.lagSeconds).toBe(31);
  });

  it('a source whose time has come is queued once, and its next time is set', async () => {
    const tenant = await createTestTenant(database());
    const { stores, clock } = openAt(database(), 'one');
    const { id } = await stores.sources.create(tenant, sampleSource({ schedule: '0 * * * *' }));
    const next = () => new Date(clock.now + 3_600_000);
    await stores.sourceRuns.queueDue(next);
    await stores.sourceRuns.queueDue(next);
    expect((await stores.sources.runs(tenant, id, { limit: 10, cursor: null })).items).toHaveLength(1);
    expect((await stores.sources.get(tenant, id))?.nextRunAt).toBe('2026-01-01T01:00:00.000Z');
  });

  it('a paused source lets its run go, and goes on with it later', async () => {
    const tenant = await createTestTenant(database());
    const { stores, clock } = openAt(database(), 'one');
    const { id } = await stores.sources.create(tenant, sampleSource());
    await stores.sources.queueRun(tenant, id, asked);
    const [run] = await claimOf(stores, tenant);
    if (!run) throw new Error('nothing was claimed');
    await stores.sources.setPaused(tenant, id, true);
    expect(await stores.sourceRuns.renew([run], 30)).toEqual([]);
    await stores.sourceRuns.giveBack([run], 'paused');
    clock.now += 60_000;
    expect(await claimOf(stores, tenant)).toEqual([]);
    await expect(stores.sources.queueRun(tenant, id, asked)).rejects.toMatchObject({ code: 'CONFLICT' });
    await stores.sources.setPaused(tenant, id, false);
    expect(await claimOf(stores, tenant)).toHaveLength(1);
  });

  it('remembers documents, forgets those that were removed, and takes them along on request', async () => {
    const tenant = await createTestTenant(database());
    const { stores } = openAt(database(), 'one');
    const { id } = await stores.sources.create(tenant, sampleSource({ acl: ['group:a'] }));
    await stores.sources.queueRun(tenant, id, asked);
    const [run] = await claimOf(stores, tenant);
    if (!run) throw new Error('nothing was claimed');
    const items = [
      await addDocument(stores, tenant, 'a'),
      await addDocument(stores, tenant, 'b'),
      await addDocument(stores, tenant, 'c'),
    ];
    expect(await stores.sourceRuns.save(run, items, progress)).toBe(true);
    expect((await stores.sourceRuns.items(run)).sort((x, y) => (x.externalId < y.externalId ? -1 : 1))).toEqual(items);
    await stores.documents.remove(tenant, [items[0]?.documentId ?? 'doc_']);
    expect(await stores.sourceRuns.items(run)).toHaveLength(2);
    expect(await stores.sourceRuns.removeItems(run, ['b', 'unknown'])).toBe(1);
    expect((await stores.sources.get(tenant, id))?.documents).toBe(1);

    const admin = samplePrincipal(tenant);
    const reader = { ...admin, role: 'reader', grants: ['group:b'] } as const;
    await stores.sources.change(tenant, id, { acl: ['group:b'], tags: { team: 'b' } });
    expect(await stores.documents.get(reader, items[2]?.documentId ?? 'doc_')).toMatchObject({
      acl: ['group:b'],
      tags: { team: 'b' },
    });

    expect(await stores.sources.remove(tenant, id, true)).toBe(1);
    expect((await stores.documents.list(admin, { limit: 10, cursor: null })).items).toEqual([]);
    expect(await stores.sourceRuns.save(run, [], progress)).toBe(false);
  });

  it('only a run that waits for it can be confirmed, for as many documents as it missed', async () => {
    const tenant = await createTestTenant(database());
    const { stores } = openAt(database(), 'one');
    const { id } = await stores.sources.create(tenant, sampleSource());
    await expect(stores.sources.confirm(tenant, id)).rejects.toMatchObject({ code: 'CONFLICT' });
    await stores.sources.queueRun(tenant, id, asked);
    const [run] = await claimOf(stores, tenant);
    if (!run) throw new Error('nothing was claimed');
    await stores.sourceRuns.finish(run, { ...finished, state: 'needs-confirmation', missing: 7 });
    await stores.sources.confirm(tenant, id);
    expect(await claimOf(stores, tenant)).toMatchObject([{ allowedRemovals: 7, targets: null }]);
  });

  it('what is told of while a run waits is looked at by that run', async () => {
    const tenant = await createTestTenant(database());
    const { stores } = openAt(database(), 'one');
    const { id } = await stores.sources.create(tenant, sampleSource());
    const change = (targets: string[]) =>
      stores.sources.queueRun(tenant, id, { trigger: 'change', dryRun: false, targets });
    await change(['a', 'b']);
    await change(['b', 'c']);
    const [run] = await claimOf(stores, tenant);
    expect([...(run?.targets ?? [])].sort()).toEqual(['a', 'b', 'c']);
    await change(['d']);
    await stores.sources.queueRun(tenant, id, asked);
    if (run) await stores.sourceRuns.finish(run, finished);
    expect(await claimOf(stores, tenant)).toMatchObject([{ targets: null }]);
  });
});
