import { beforeEach, expect, it } from 'vitest';
import { createTestTenant, describeOnEachDatabase } from '../../../../test/open-database.ts';
import { sampleDocument, samplePrepared } from '../../../../test/sample-documents.ts';
import type { TenantId } from '../../../domain/ids.ts';
import { type DocumentStore, type QueuedVersion, suspectAttempts } from '../../documents.ts';
import { createJobStore } from '../job-store.ts';
import { createDocumentStore } from './document-store.ts';

describeOnEachDatabase('queue of versions', (database) => {
  let clock = 0;
  let store: DocumentStore;
  beforeEach(async () => {
    clock = Date.parse('2026-01-01T00:00:00Z');
    await database().asOperator((sql) => sql.query('delete from tenants'));
    store = createDocumentStore(database(), { now: () => new Date(clock), processName: 'here' });
  });

  const queue = (tenant: TenantId, names: readonly string[], size = 100) =>
    store.register(
      tenant,
      null,
      names.map((name) => sampleDocument(name, name, { size })),
    );
  const names = (versions: readonly QueuedVersion[]) => versions.map(({ document }) => document.externalId);
  const numbered = (prefix: string, count: number) =>
    Array.from({ length: count }, (_, number) => `${prefix}${String(number).padStart(3, '0')}`);

  it('lets tenants take turns, however much one of them has queued', async () => {
    const [large, small] = [await createTestTenant(database()), await createTestTenant(database())];
    await queue(large, numbered('large', 200));
    await queue(small, ['one', 'two']);
    const claimed = names(await store.claim(6, 60));
    expect(claimed.filter((name) => !name.startsWith('large')).sort()).toEqual(['one', 'two']);
    expect(claimed.filter((name) => name.startsWith('large'))).toEqual(numbered('large', 4));
  });

  it('gives every tenant its turn when there are more than one claim takes', async () => {
    const expected: string[] = [];
    for (const name of numbered('tenant', 40)) {
      expected.push(name);
      await queue(await createTestTenant(database()), [name]);
    }
    const seen: string[] = [];
    for (let claims = 0; claims < 40 && seen.length < expected.length; claims += 1)
      seen.push(...names(await store.claim(8, 60)));
    expect(seen.toSorted()).toEqual(expected);
  });

  it('leaves tenants whose jobs are all paused out of the draw', async () => {
    const jobs = createJobStore(database());
    const paused = numbered('paused', 40);
    for (const name of paused) {
      const tenant = await createTestTenant(database());
      const [registration] = await queue(tenant, [name]);
      await jobs.pause(tenant, registration?.jobId ?? 'job_');
    }
    const half = await createTestTenant(database());
    const [first] = await queue(half, ['half paused']);
    await jobs.pause(half, first?.jobId ?? 'job_');
    await queue(half, ['half open']);
    await queue(await createTestTenant(database()), ['open']);
    expect(names(await store.claim(9, 60)).sort()).toEqual(['half open', 'open']);
  });

  it('takes small files before large ones that came a little earlier, and the large ones in the end', async () => {
    const tenant = await createTestTenant(database());
    await queue(tenant, ['50 MB'], 50_000_000);
    await queue(tenant, ['1 kB'], 1_000);
    clock += 600_000;
    await queue(tenant, ['later'], 1_000);
    expect(names(await store.claim(9, 60))).toEqual(['1 kB', '50 MB', 'later']);
  });

  it('takes one document before what is left of a bulk of many, and the bulk in its order and in the end', async () => {
    const tenant = await createTestTenant(database());
    const [first] = await queue(tenant, numbered('a', 15));
    const jobId = first?.jobId ?? null;
    const rest = numbered('b', 35);
    await store.register(
      tenant,
      jobId,
      rest.map((name) => sampleDocument(name, name, { size: 100 })),
    );
    clock += 60_000;
    await queue(tenant, ['single']);
    clock += 3_600_000;
    await queue(tenant, ['another']);
    const claimed = names(await store.claim(200, 60));
    expect(claimed).toEqual([...numbered('a', 15), ...rest.slice(0, 5), 'single', 'another', ...rest.slice(5)]);
  });

  it('lets nothing wait for more than a day behind what comes later', async () => {
    const tenant = await createTestTenant(database());
    await queue(tenant, numbered('bulk', 30));
    clock += 86_500_000;
    await queue(tenant, ['later']);
    expect(names(await store.claim(200, 60)).at(-1)).toBe('later');
  });

  it('puts a bulk that is resumed behind others again', async () => {
    const tenant = await createTestTenant(database());
    const jobs = createJobStore(database(), { now: () => new Date(clock) });
    const [bulk] = await queue(tenant, numbered('bulk', 30));
    const jobId = bulk?.jobId ?? 'job_';
    await jobs.pause(tenant, jobId);
    await jobs.resume(tenant, jobId);
    clock += 1000;
    await queue(tenant, ['single']);
    expect(names(await store.claim(1, 60))).toEqual(['single']);
  });

  it('gives concurrent claims different versions, all of them', async () => {
    const tenant = await createTestTenant(database());
    await queue(tenant, numbered('d', 30));
    const claims = await Promise.all([1, 2, 3].map(() => store.claim(10, 60)));
    expect(claims.map(({ length }) => length)).toEqual([10, 10, 10]);
    expect(new Set(claims.flatMap(names)).size).toBe(30);
  });

  it('renews what is still wanted, and names it', async () => {
    const tenant = await createTestTenant(database());
    await queue(tenant, ['kept', 'removed', 'published', 'replaced']);
    const claimed = await store.claim(9, 60);
    const [kept, removed, published, replaced] = claimed;
    if (!kept || !removed || !published || !replaced) throw new Error('not claimed');
    await store.remove(tenant, [removed.documentId]);
    await store.publish([samplePrepared(published, 'text')]);
    await store.register(tenant, null, [sampleDocument('replaced', 'newer')]);
    clock += 50_000;
    const { jobId, documentId, version } = kept;
    expect(await store.renew(claimed, 60)).toEqual([{ tenantId: tenant, jobId, documentId, version }]);
    clock += 50_000;
    expect(names(await store.claim(9, 60))).toEqual(['replaced']);
  });

  it('renews nothing that another process has taken over', async () => {
    const tenant = await createTestTenant(database());
    await queue(tenant, ['a']);
    const claimed = await store.claim(1, 60);
    clock += 61_000;
    const other = createDocumentStore(database(), { now: () => new Date(clock), processName: 'there' });
    await other.claim(1, 60);
    expect(await store.renew(claimed, 60)).toEqual([]);
    await store.returnClaims(claimed);
    expect(await store.claim(1, 60)).toEqual([]);
  });

  it('counts claims until a version is a suspect, then only readings that did not end', async () => {
    const tenant = await createTestTenant(database());
    await queue(tenant, ['a']);
    const claim = async () => {
      await store.releaseClaims();
      const [claimed] = await store.claim(1, 60);
      if (!claimed) throw new Error('not claimed');
      return claimed;
    };
    for (let times = 0; times < 4; times += 1) await claim();
    const suspect = await claim();
    expect(suspect.attempts).toBe(suspectAttempts);
    await createDocumentStore(database(), { processName: 'there' }).markReading(suspect, true);
    await store.markReading(suspect, true);
    await store.markReading(suspect, false);
    await store.markReading(suspect, true);
    expect(await claim()).toMatchObject({ attempts: suspectAttempts + 1 });
  });

  it('does not count a claim that was returned', async () => {
    const tenant = await createTestTenant(database());
    await queue(tenant, ['a']);
    await store.returnClaims(await store.claim(1, 60));
    expect(await store.claim(1, 60)).toMatchObject([{ attempts: 1 }]);
    await store.releaseClaims();
    expect(await store.claim(1, 60)).toMatchObject([{ attempts: 2 }]);
  });
});
