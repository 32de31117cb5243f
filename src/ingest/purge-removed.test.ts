import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { createTestTenant, describeOnEachDatabase } from '../../test/open-database.ts';
import { samplePrepared, samplePrincipal, sha256 } from '../../test/sample-documents.ts';
import type { DocumentId, TenantId } from '../domain/ids.ts';
import type { Principal } from '../domain/principal.ts';
import { createFileObjects } from '../store/objects/files/file-objects.ts';
import type { ObjectStore } from '../store/objects.ts';
import { createStores, type Stores } from '../store/postgres/stores.ts';
import { createPurger, type Purger } from './purge-removed.ts';
import { createSubmitDocuments, type SubmitDocuments } from './submit-document.ts';

describeOnEachDatabase('purging', (database) => {
  let folder: string;
  let stores: Stores;
  let objects: ObjectStore;
  let tenant: TenantId;
  let admin: Principal;
  let submit: SubmitDocuments;
  let purger: Purger;
  let refreshed: TenantId[];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'footnote-purge-'));
  });
  afterAll(async () => await rm(folder, { recursive: true, force: true }));

  beforeEach(async () => {
    await database().asOperator((sql) => sql.query('delete from tenants'));
    stores = createStores(database(), { overtakenSeconds: 0 });
    objects = await createFileObjects(folder);
    tenant = await createTestTenant(database());
    admin = samplePrincipal(tenant);
    refreshed = [];
    submit = createSubmitDocuments({
      documents: stores.documents,
      objects,
      fetchUrl: () => Promise.reject(new Error('nothing is fetched here')),
      maxFileBytes: 1_000,
      onQueued: () => {},
    });
    purger = openPurger();
  });

  const openPurger = () =>
    createPurger({
      documents: stores.documents,
      purges: stores.purges,
      retention: stores.retention,
      objects,
      refreshIndex: async (name) => void refreshed.push(name),
      forget: () => 3,
      log: { warn: () => {} },
    });

  async function send(externalId: string, text: string, principal = admin): Promise<DocumentId> {
    const details = {
      ...{ source: 's', externalId, uri: null, title: null, acl: [], tags: {}, metadata: {}, language: null },
      jobId: null,
    };
    const file = { bytes: Buffer.from(text), fileName: `${externalId}.txt`, mediaType: 'text/plain' };
    return (await submit.submit(principal, details, file)).documentId;
  }

  async function publishAll(): Promise<void> {
    for (const version of await stores.documents.claim(99, 60)) {
      const bytes = await objects.get(version.document.contentHash);
      await stores.documents.publish([samplePrepared(version, Buffer.from(bytes).toString())]);
    }
  }

  async function add(externalId: string, text: string, principal = admin): Promise<DocumentId> {
    const id = await send(externalId, text, principal);
    await publishAll();
    return id;
  }

  async function embedAll(): Promise<void> {
    const waiting = await stores.embeddings.unembedded('e1', 99);
    const vector = Float32Array.of(1);
    await stores.embeddings.save(
      'e1',
      1,
      waiting.map((passage) => ({ ...passage, vector })),
    );
  }

  const receipts = async () =>
    (await stores.audit.list(tenant, { limit: 50, cursor: null })).items
      .filter(({ action }) => action === 'document.purged')
      .map(({ details }) => details);
  const isKept = (text: string) =>
    objects.get(sha256(text)).then(
      () => true,
      () => false,
    );

  it('removes rows, vectors and files of a removed document, and says so in a receipt', async () => {
    const id = await add('a', 'one\ntwo');
    await add('a', 'one\nthree');
    await embedAll();
    await stores.documents.remove(tenant, [id]);
    await purger.purge();
    expect(await isKept('one\ntwo')).toBe(false);
    expect(await isKept('one\nthree')).toBe(false);
    expect(refreshed).toEqual([tenant]);
    const [receipt, ...others] = await receipts();
    expect(others).toEqual([]);
    expect(receipt).toEqual({
      ...{ documentId: id, versions: 2, passages: 2, vectors: 2, objects: 2, caches: 3 },
      at: expect.stringMatching(/^\d{4}-.*Z$/),
    });
    await purger.purge();
    expect(await receipts()).toHaveLength(1);
  });

  it('keeps a file, and a vector, that another document has too', async () => {
    const other = samplePrincipal(await createTestTenant(database()));
    const id = await add('a', 'shared\nown');
    await add('b', 'shared');
    await add('elsewhere', 'shared\nown', other);
    await embedAll();
    await stores.documents.remove(tenant, [id]);
    await purger.purge();
    expect(await isKept('shared\nown')).toBe(true);
    expect(await receipts()).toMatchObject([{ documentId: id, passages: 2, vectors: 1, objects: 0 }]);
  });

  it('removes the file of a version that was overtaken, dropped or cancelled', async () => {
    await add('a', 'first');
    await send('a', 'second');
    await send('a', 'third');
    await publishAll();
    await send('b', 'cancelled');
    const [job] = (await stores.jobs.list(tenant, { limit: 1, cursor: null, state: 'running' })).items;
    if (!job) throw new Error('no job');
    await stores.jobs.cancel(tenant, job.id);
    await purger.purge();
    expect(await Promise.all(['first', 'second', 'third', 'cancelled'].map(isKept))).toEqual([
      false,
      false,
      true,
      false,
    ]);
    expect(await receipts()).toEqual([]);
  });

  it('removes the files of a tenant that is removed', async () => {
    await add('a', 'of the tenant');
    await stores.identities.removeTenant(tenant);
    await purger.purge();
    expect(await isKept('of the tenant')).toBe(false);
  });

  it('removes what was kept for long enough, down to its file', async () => {
    const id = await add('a', 'kept for days');
    await stores.tenantSettings.change(admin, { documentRetentionDays: { s: 1 } });
    await purger.purge();
    expect(await isKept('kept for days')).toBe(true);
    stores = createStores(database(), { overtakenSeconds: 0, now: () => new Date(Date.now() + 2 * 86_400_000) });
    await openPurger().purge();
    expect(await isKept('kept for days')).toBe(false);
    expect(await receipts()).toMatchObject([{ documentId: id }]);
  });

  it('goes on where a process ended between claiming a file and removing it', async () => {
    const id = await add('a', 'claimed');
    await stores.documents.remove(tenant, [id]);
    await stores.documents.sweep(9);
    const ended = createStores(database(), { now: () => new Date(Date.now() - 600_000) }).purges;
    expect(await ended.claimObjects(9)).toEqual([sha256('claimed')]);
    expect(await stores.purges.finished(9)).toEqual([]);
    await purger.purge();
    expect(await isKept('claimed')).toBe(false);
    expect(await receipts()).toHaveLength(1);
  });

  it('loses nothing of a document that is added again while it is purged, a hundred times', async () => {
    const rounds = 100;
    let id = await add('a', 'again and again');
    const others = [openPurger(), openPurger()];
    for (let round = 0; round < rounds; round += 1) {
      await stores.documents.remove(tenant, [id]);
      const purges = [purger, ...others].map((one) => one.purge());
      id = await send('a', 'again and again');
      await Promise.all(purges);
      await publishAll();
      expect(await isKept('again and again')).toBe(true);
      expect((await stores.documents.get(admin, id))?.state).toBe('ready');
    }
    await purger.purge();
    expect(await stores.purges.claimObjects(9)).toEqual([]);
    const written = await database().asOperator((sql) =>
      sql.query<{ count: number }>(
        `select count(*) as count from audit_entries where tenant_id = $1 and action = 'document.purged'`,
        [tenant],
      ),
    );
    expect(written[0]?.count).toBe(rounds);
  }, 120_000);
});
