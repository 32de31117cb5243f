import { mkdir, mkdtemp, rm, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTestTenant, openTestDatabase } from '../../../test/open-database.ts';
import { samplePrincipal } from '../../../test/sample-documents.ts';
import { sampleSource } from '../../../test/sample-source.ts';
import { pageWith, startStubSite } from '../../../test/stub-site.ts';
import type { SourceRun } from '../../domain/source.ts';
import { createFileObjects } from '../../store/objects/files/file-objects.ts';
import { createStores } from '../../store/postgres/stores.ts';
import type { NewSource } from '../../store/sources.ts';
import type { SqlDriver } from '../../store/sql.ts';
import { allowHosts } from '../load/allowed-hosts.ts';
import { buildZip } from '../parse/fixtures/build-zip.ts';
import { createSubmit } from '../submit-document.ts';
import { createOpenConnector } from './open-connector.ts';
import { RunLost } from './run-record.ts';
import { syncSource } from './sync-source.ts';

let driver: SqlDriver;
let work: string;
const never = new AbortController().signal;

beforeAll(async () => {
  driver = await openTestDatabase();
  work = await mkdtemp(join(tmpdir(), 'footnote-sync-'));
});
afterAll(async () => {
  await driver.close();
  await rm(work, { recursive: true, force: true });
});

/** A source with everything real behind it but the reading of files. */
async function openSource(given: Partial<NewSource>, hosts: readonly string[] = []) {
  const stores = createStores(driver, { processName: 'test' });
  const tenant = await createTestTenant(driver);
  const objects = await createFileObjects(join(work, 'objects'));
  const submit = createSubmit({
    ...{ documents: stores.documents, objects, maxFileBytes: 100_000, onQueued: () => {} },
  });
  const openConnector = createOpenConnector({
    fetch: { maxFileBytes: 100_000, isAllowedAddress: allowHosts(hosts) },
    sourceFolders: [work],
    cacheFolder: join(work, 'cache'),
    objects,
  });
  const source = await stores.sources.create(tenant, sampleSource(given));
  const deps = { ...stores, runs: stores.sourceRuns, submit: { submit }, openConnector };
  const claim = async () => {
    const [run] = (await stores.sourceRuns.claim(20, 30)).filter(({ tenantId }) => tenantId === tenant);
    if (!run) throw new Error('No run was there to be claimed.');
    return run;
  };
  const ask = (more: { dryRun?: boolean; targets?: string[] } = {}) =>
    stores.sources.queueRun(tenant, source.id, { trigger: 'asked', dryRun: false, targets: null, ...more });
  const sync = async (): Promise<SourceRun> => {
    for await (const _ of syncSource(await claim(), deps, never));
    const { items } = await stores.sources.runs(tenant, source.id, { limit: 1, cursor: null });
    return items[0] ?? Promise.reject(new Error('The run is not kept.'));
  };
  return {
    ...{ stores, tenant, source, deps, claim, ask, sync },
    run: async (more?: { dryRun?: boolean; targets?: string[] }) => {
      await ask(more);
      return await sync();
    },
    confirm: async () => {
      await stores.sources.confirm(tenant, source.id);
      return await sync();
    },
    documents: async () => {
      const page = await stores.documents.list(samplePrincipal(tenant), { limit: 100, cursor: null });
      return page.items.map(({ externalId }) => externalId).sort();
    },
  };
}

async function makeFolder(name: string, count: number): Promise<string> {
  const folder = join(work, name);
  await mkdir(folder, { recursive: true });
  for (let place = 0; place < count; place += 1) await writeFile(join(folder, `${place}.md`), `# ${name} ${place}\n`);
  return folder;
}

it('takes in what is new or changed as one job, and removes what is gone', async () => {
  const folder = await makeFolder('steps', 10);
  const { run, documents, stores, tenant, source } = await openSource({
    settings: { kind: 'folder', path: folder, watch: false },
  });
  const first = await run();
  expect(first).toMatchObject({ state: 'finished', added: 10, changed: 0, removed: 0, unchanged: 0, failed: 0 });
  expect(await stores.jobs.get(tenant, first.jobId ?? 'job_')).toMatchObject({ total: 10 });
  expect((await stores.sources.get(tenant, source.id))?.lagSeconds).toBeLessThan(60);

  await writeFile(join(folder, '3.md'), '# Another text\n');
  await utimes(join(folder, '4.md'), 1, 1);
  await rm(join(folder, '5.md'));
  expect(await run({ dryRun: true })).toMatchObject({
    dryRun: true,
    changed: 2,
    removed: 1,
    unchanged: 7,
    changes: { removed: ['5.md'] },
  });
  expect(await documents()).toHaveLength(10);
  expect(await run()).toMatchObject({ state: 'finished', added: 0, changed: 1, removed: 1, unchanged: 8 });
  expect(await documents()).not.toContain('5.md');
  const idle = await run();
  expect(idle).toMatchObject({ added: 0, changed: 0, removed: 0, unchanged: 9, jobId: null });
});

it('asks before it removes more than the source may lose at once, and removes no more than was agreed to', async () => {
  const folder = await makeFolder('loss', 10);
  const { run, confirm, documents } = await openSource({ settings: { kind: 'folder', path: folder, watch: false } });
  await run();
  for (const name of ['0.md', '1.md', '2.md']) await rm(join(folder, name));
  const asking = await run();
  expect(asking).toMatchObject({
    state: 'needs-confirmation',
    removed: 0,
    missing: 3,
    changes: { removed: ['0.md', '1.md', '2.md'] },
  });
  expect(asking.detail).toContain('3 of 10 documents');
  const dry = await run({ dryRun: true });
  expect(dry).toMatchObject({ state: 'finished', removed: 3, changes: { removed: ['0.md', '1.md', '2.md'] } });
  expect(dry.detail).toContain('3 of 10 documents');
  expect(await documents()).toHaveLength(10);
  await rm(join(folder, '3.md'));
  expect(await confirm()).toMatchObject({ state: 'needs-confirmation', missing: 4 });
  expect(await confirm()).toMatchObject({ state: 'finished', trigger: 'confirmation', removed: 4 });
  expect(await documents()).toHaveLength(6);
});

it('takes nothing away for a folder that is away or empty', async () => {
  const folder = await makeFolder('away', 3);
  const source = await openSource({ settings: { kind: 'folder', path: folder, watch: false }, removalLimit: 1 });
  await source.run();
  await rm(folder, { recursive: true });
  expect(await source.run()).toMatchObject({
    state: 'failed',
    removed: 0,
    detail: expect.stringContaining('FILE_UNREADABLE'),
  });
  await mkdir(folder);
  expect(await source.run()).toMatchObject({ state: 'needs-confirmation', missing: 3 });
  expect(await source.documents()).toHaveLength(3);
});

it('takes nothing away for pages that fail, redirect to a sign-in page elsewhere, or lie behind one that fails', async () => {
  const names = Array.from({ length: 12 }, (_, place) => `/p${place}`);
  await using site = await startStubSite({ '/': pageWith('Start', ['/list']), '/list': pageWith('List', names) });
  for (const name of names) site.pages.set(name, { body: pageWith(`Page ${name}`) });
  const settings = { kind: 'web', url: `${site.url}/`, requestsPerSecond: 1000 } as never;
  const { run, documents } = await openSource({ settings }, [site.host]);
  expect(await run()).toMatchObject({ added: 14, failed: 0 });
  site.pages.set('/p1', { body: 'no', status: 503, headers: { 'retry-after': '600' } });
  site.pages.set('/p2', { body: 'no', status: 403 });
  expect(await run()).toMatchObject({ state: 'finished', removed: 0, failed: 2, unchanged: 12 });
  site.pages.set('/list', { body: 'no', status: 500, headers: { 'retry-after': '600' } });
  expect(await run()).toMatchObject({ state: 'finished', removed: 0, failed: 3, unchanged: 11 });
  site.fail(401);
  expect(await run()).toMatchObject({ state: 'failed', removed: 0 });
  site.fail(null);
  for (const [name, title] of [
    ['/list', 'List'],
    ['/p2', 'Page 2'],
  ] as const)
    site.pages.set(name, { body: pageWith(title, name === '/list' ? names : []) });
  site.pages.delete('/p1');
  expect(await run()).toMatchObject({ state: 'finished', removed: 1, failed: 0 });
  expect(await documents()).toHaveLength(13);
});

it('does not follow redirects out of the site, and keeps a page that begins to lead away', async () => {
  const names = Array.from({ length: 9 }, (_, place) => `/p${place}`);
  await using other = await startStubSite({ '/sign-in': pageWith('Sign in') });
  const away = { body: '', status: 302, headers: { location: `${other.url}/sign-in` } };
  await using site = await startStubSite({ '/': pageWith('Start', [...names, '/social']), '/social': away });
  for (const name of names) site.pages.set(name, { body: pageWith(`Page ${name}`) });
  const settings = { kind: 'web', url: `${site.url}/`, requestsPerSecond: 1000 } as never;
  const { run, documents, stores, tenant, source } = await openSource({ settings }, [site.host, other.host]);
  expect(await run()).toMatchObject({ state: 'finished', added: 10, failed: 0, detail: null });
  expect((await stores.sources.get(tenant, source.id))?.lagSeconds).not.toBeNull();
  site.pages.set('/p1', away);
  expect(await run()).toMatchObject({ state: 'finished', removed: 0, failed: 1, unchanged: 9 });
  const told = await run({ targets: [`${site.url}/p1`] });
  expect(told).toMatchObject({ removed: 0, failed: 1, errors: [{ code: 'URL_UNREACHABLE' }] });
  expect(await documents()).toHaveLength(10);
  expect(other.requests).toEqual([]);
});

it('what it is told of is found under the host that its address leads to', async () => {
  await using site = await startStubSite({ '/': pageWith('Start', ['/a']), '/a': pageWith('A') });
  await using door = await startStubSite({ '/': { body: '', status: 301, headers: { location: `${site.url}/` } } });
  const settings = { kind: 'web', url: `${door.url}/`, requestsPerSecond: 1000 } as never;
  const { run, documents } = await openSource({ settings }, [site.host, door.host]);
  expect(await run()).toMatchObject({ added: 2 });
  site.pages.set('/a', { body: pageWith('A anew') });
  expect(await run({ targets: [`${site.url}/a`] })).toMatchObject({ changed: 1, removed: 0 });
  expect(await documents()).toHaveLength(2);
});

it('an unchanged site is not sent again, and what it is told of is looked at alone', async () => {
  await using site = await startStubSite({
    '/': pageWith('Start', ['/a', '/b']),
    '/a': pageWith('A'),
    '/b': pageWith('B'),
  });
  const settings = { kind: 'web', url: `${site.url}/`, requestsPerSecond: 1000 } as never;
  const { run, documents } = await openSource({ settings, removalLimit: 0.5 }, [site.host]);
  await run();
  site.requests.length = 0;
  expect(await run()).toMatchObject({ unchanged: 3, changed: 0 });
  expect(site.requests.filter((line) => line.endsWith(' 304'))).toHaveLength(3);

  site.pages.set('/a', { body: pageWith('A, written anew') });
  site.pages.delete('/b');
  site.requests.length = 0;
  const targets = [`${site.url}/a`, `${site.url}/b`, 'http://other.example/c'];
  expect(await run({ targets })).toMatchObject({ changed: 1, removed: 1, added: 0 });
  expect(site.requests).toEqual(['GET /robots.txt 404', 'GET /a 200', 'GET /b 404', 'GET / 200']);
  expect(await documents()).toEqual([`${site.url}/`, `${site.url}/a`]);
});

it('a newer export changes what changed in it, and takes away what is gone by the rules of all sources', async () => {
  const folder = join(work, 'notion');
  await mkdir(folder);
  const id = (place: number) => String(place).padStart(32, '0');
  const write = async (name: string, pages: ReadonlyMap<number, string>) =>
    await writeFile(
      join(folder, name),
      buildZip([...pages].map(([place, text]) => ({ name: `Page ${id(place)}.md`, content: `# Page\n\n${text}\n` }))),
    );
  const pages = new Map(Array.from({ length: 10 }, (_, place) => [place, `Text ${place}.`]));
  await write('first.zip', pages);
  const { run, confirm, documents } = await openSource({ settings: { kind: 'notion', path: folder } });
  expect(await run()).toMatchObject({ state: 'finished', added: 10 });

  pages.set(3, 'Another text.');
  pages.set(10, 'A new page.');
  pages.delete(4);
  await write('second.zip', pages);
  await utimes(join(folder, 'first.zip'), 1, 1);
  const second = {
    state: 'finished',
    added: 1,
    changed: 1,
    removed: 1,
    unchanged: 8,
    changes: { changed: [id(3)], removed: [id(4)] },
  };
  expect(await run()).toMatchObject(second);
  expect(await run()).toMatchObject({ unchanged: 10, added: 0, changed: 0, jobId: null });

  await truncate(join(folder, 'second.zip'), 500);
  expect(await run()).toMatchObject({ state: 'failed', removed: 0, detail: expect.stringContaining('FILE_CORRUPT') });
  await write('second.zip', new Map([[3, 'Another text.']]));
  expect(await run()).toMatchObject({ state: 'needs-confirmation', missing: 9, removed: 0 });
  expect(await documents()).toHaveLength(10);
  expect(await confirm()).toMatchObject({ state: 'finished', removed: 9 });
  expect(await documents()).toEqual([id(3)]);
});

it('documents get the access list that their source has when they are written, not when the run began', async () => {
  const folder = await makeFolder('closing', 40);
  const { ask, claim, deps, stores, tenant, source } = await openSource({
    settings: { kind: 'folder', path: folder, watch: false },
    acl: ['group:all'],
  });
  const lists = async () => {
    const page = await stores.documents.list(samplePrincipal(tenant), { limit: 100, cursor: null });
    return [...new Set(page.items.map(({ acl }) => acl.join()))];
  };
  await ask();
  let steps = 0;
  for await (const _ of syncSource(await claim(), deps, never)) {
    steps += 1;
    // Some documents are kept by now, some only submitted, most still to come.
    if (steps === 24) {
      await stores.sources.change(tenant, source.id, { acl: ['group:few'] });
      expect(await lists()).toEqual(['group:few']);
    }
  }
  expect(await lists()).toEqual(['group:few']);
});

it('who may read an item is read again where its text stays the same', async () => {
  await using site = await startStubSite();
  const serve = (readers: string) =>
    site.pages.set('/api', { body: JSON.stringify([{ id: 1, text: 'The code is quartz.', changed: 'x', readers }]) });
  const settings = {
    kind: 'json',
    url: `${site.url}/api`,
    id: '/id',
    text: '/text',
    changed: '/changed',
    acl: '/readers',
  };
  const { run, stores, tenant } = await openSource({ settings: { ...settings, requestsPerSecond: 1000 } as never }, [
    site.host,
  ]);
  for (const [readers, changed] of [
    ['group:all', 0],
    ['group:few', 1],
  ] as const) {
    serve(readers);
    expect(await run()).toMatchObject({ state: 'finished', changed });
    const { items } = await stores.documents.list(samplePrincipal(tenant), { limit: 9, cursor: null });
    expect(items.map(({ acl }) => acl)).toEqual([[readers]]);
  }
});

it('ends a run whose credentials no key opens, and says what to do', async () => {
  const folder = await makeFolder('sealed', 1);
  const { run, tenant, source } = await openSource({
    settings: { kind: 'folder', path: folder, watch: false },
    credentials: { password: 'open sesame' },
  });
  const sealed = 'update sources set credentials = $3 where tenant_id = $1 and id = $2';
  await driver.queryAsTenant(tenant, sealed, [tenant, source.id, { sealed: 'v1.0123456789abcdef.AAAA.AAAA' }]);
  expect(await run()).toMatchObject({ state: 'failed', detail: expect.stringContaining('SECRETS_KEY') });
});

it('goes on where it ended when it is taken up again, and doubles nothing', async () => {
  const folder = await makeFolder('again', 60);
  const { ask, claim, deps, sync, documents, stores, tenant } = await openSource({
    settings: { kind: 'folder', path: folder, watch: false },
  });
  await ask();
  let steps = 0;
  for await (const _ of syncSource(await claim(), deps, never)) {
    steps += 1;
    if (steps === 40) break;
  }
  const before = await documents();
  expect(before.length).toBeGreaterThan(10);
  expect(before.length).toBeLessThan(60);
  await stores.sourceRuns.release();
  const result = await sync();
  expect(result).toMatchObject({ state: 'finished', changed: 0, failed: 0 });
  expect(result.unchanged).toBeGreaterThan(10);
  expect(await documents()).toHaveLength(60);
  expect((await stores.jobs.list(tenant, { limit: 10, cursor: null })).items.length).toBe(1);
});

it('leaves nothing of a source that is removed while it is looked at', async () => {
  const folder = await makeFolder('removed', 40);
  const { ask, claim, deps, documents, stores, tenant, source } = await openSource({
    settings: { kind: 'folder', path: folder, watch: false },
  });
  await ask();
  const going = (async () => {
    let steps = 0;
    for await (const _ of syncSource(await claim(), deps, never)) {
      steps += 1;
      if (steps === 20) await stores.sources.remove(tenant, source.id, true);
    }
  })();
  await expect(going).rejects.toBeInstanceOf(RunLost);
  expect(await documents()).toEqual([]);
});
