import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { jsonBody, openApp } from '../../test/open-app.ts';
import { openTestDatabase } from '../../test/open-database.ts';
import { pageWith, startStubSite } from '../../test/stub-site.ts';
import { AppError } from '../domain/errors.ts';
import type { SourceId } from '../domain/ids.ts';
import type { Source, SourceRun } from '../domain/source.ts';
import { allowHosts } from '../ingest/load/allowed-hosts.ts';
import { buildZip } from '../ingest/parse/fixtures/build-zip.ts';
import { createOpenConnector } from '../ingest/sources/open-connector.ts';
import { createSourceQueue } from '../ingest/sources/source-queue.ts';
import { createSourceTrial } from '../ingest/sources/source-trial.ts';
import { createSubmit } from '../ingest/submit-document.ts';
import type { Page } from '../store/documents.ts';
import { createFileObjects } from '../store/objects/files/file-objects.ts';
import type { SqlDriver } from '../store/sql.ts';

let driver: SqlDriver;
let work: string;
beforeAll(async () => {
  driver = await openTestDatabase();
  work = await mkdtemp(join(tmpdir(), 'footnote-sources-'));
});
afterAll(async () => {
  await driver.close();
  await rm(work, { recursive: true, force: true });
});

/** The server with the queue of sources at work behind it. */
async function open(hosts: readonly string[] = []) {
  const objects = await createFileObjects(join(work, 'objects'));
  const openConnector = createOpenConnector({
    fetch: { maxFileBytes: 100_000, isAllowedAddress: allowHosts(hosts) },
    sourceFolders: [work],
    cacheFolder: join(work, 'cache'),
    objects,
  });
  const reader = { read: async () => Promise.reject(new AppError('FILE_CORRUPT', 'Nothing is read here.')) };
  let wake = () => {};
  const app = await openApp(driver, {
    sourceTrial: createSourceTrial({ openConnector, reader }),
    onSourceQueued: () => wake(),
    objects,
  });
  const { stores } = app;
  const submit = createSubmit({ documents: stores.documents, objects, maxFileBytes: 100_000, onQueued: () => {} });
  const log = pino({ level: 'silent' });
  const queue = createSourceQueue({
    ...{ ...stores, runs: stores.sourceRuns, submit: { submit }, openConnector, sourceFolders: [work], log },
  });
  wake = queue.wake;
  queue.start();
  const key = await app.createKey();
  const send = async <T>(path: string, init?: RequestInit): Promise<{ status: number; body: T }> => {
    const response = await app.request(path, key, init);
    return { status: response.status, body: (await response.json()) as T };
  };
  const ended = async (id: string, run: string): Promise<SourceRun> => {
    for (;;) {
      const { body } = await send<{ items: SourceRun[] }>(`/v1/sources/${id}/runs`);
      const found = body.items.find((one) => one.id === run);
      if (found?.finishedAt) return found;
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  return { app, send, ended, [Symbol.asyncDispose]: () => queue.stop() };
}

it('a source is made, run, told of a change, paused, shown without its secrets and removed', async () => {
  await using site = await startStubSite({ '/': pageWith('Start', ['/a']), '/a': pageWith('A') });
  await using server = await open([site.host]);
  const { send, ended } = server;
  const made = await send<Source>(
    '/v1/sources',
    jsonBody({
      name: 'site',
      settings: { kind: 'web', url: `${site.url}/`, requestsPerSecond: 1000 },
      credentials: { headers: { 'x-key': 'open sesame' } },
    }),
  );
  expect(made).toMatchObject({ status: 201, body: { hasCredentials: true, schedule: null, removalLimit: 0.2 } });
  const { id } = made.body;
  const asked = await send<SourceRun>(`/v1/sources/${id}/runs`, jsonBody({}));
  expect(asked.status).toBe(202);
  expect(await ended(id, asked.body.id)).toMatchObject({ state: 'finished', added: 2 });
  expect(site.lastHeaders()['x-key']).toBe('open sesame');

  site.pages.set('/a', { body: pageWith('A anew') });
  const told = await send<SourceRun>(`/v1/sources/${id}/changes`, jsonBody({ externalIds: [`${site.url}/a`] }));
  expect(await ended(id, told.body.id)).toMatchObject({ trigger: 'change', changed: 1, unchanged: 0 });
  const dry = await send<SourceRun>(`/v1/sources/${id}/runs`, jsonBody({ dryRun: true }));
  expect(await ended(id, dry.body.id)).toMatchObject({ dryRun: true, unchanged: 2 });

  expect((await send<Source>(`/v1/sources/${id}/pause`, jsonBody({}))).body.pausedAt).not.toBeNull();
  expect((await send(`/v1/sources/${id}/runs`, jsonBody({}))).status).toBe(409);
  const listed = await send<{ items: Source[] }>('/v1/sources');
  expect(listed.body.items).toMatchObject([{ documents: 2, lastRun: { dryRun: true } }]);
  expect(JSON.stringify(listed.body)).not.toContain('sesame');
  await send('/v1/sources', jsonBody({ name: 'a wiki', settings: { kind: 'notion' } }));
  const page = await send<Page<Source>>('/v1/sources?limit=1');
  expect(page.body.items.map(({ name }) => name)).toEqual(['a wiki']);
  const next = await send<Page<Source>>(`/v1/sources?limit=1&cursor=${page.body.nextCursor}`);
  expect([next.body.items[0]?.name, next.body.nextCursor]).toEqual(['site', null]);
  expect((await send<Page<Source>>('/v1/sources?name=site')).body.items.map(({ id }) => id)).toEqual([id]);
  expect((await send(`/v1/sources/${id}/confirm`, jsonBody({}))).status).toBe(409);
  const removed = await send(`/v1/sources/${id}?documents=remove`, { method: 'DELETE' });
  expect(removed).toEqual({ status: 200, body: { documentsRemoved: 2 } });
  expect((await send(`/v1/sources/${id}`)).status).toBe(404);
});

it('an export is uploaded, replaced by a newer one, and its file goes with it', async () => {
  await using server = await open();
  const { app, send, ended } = server;
  const { id } = (await send<Source>('/v1/sources', jsonBody({ name: 'notion', settings: { kind: 'notion' } }))).body;
  const runs = async () => {
    const { body } = await send<SourceRun>(`/v1/sources/${id}/runs`, jsonBody({}));
    return await ended(id, body.id);
  };
  expect(await runs()).toMatchObject({ state: 'failed', detail: expect.stringContaining('No export was uploaded') });
  const upload = async (texts: readonly string[]) => {
    const parts = texts.map((text, place) => ({ name: `P ${String(place).repeat(32)}.md`, content: text }));
    const form = new FormData();
    form.set('file', new File([new Uint8Array(buildZip(parts))], '../export.zip'));
    return await send<Source>(`/v1/sources/${id}/export`, { method: 'PUT', body: form });
  };
  const first = await upload(['one', 'two', 'three', 'four', 'five']);
  expect(first).toMatchObject({ status: 200, body: { upload: { fileName: 'export.zip', size: expect.any(Number) } } });
  expect(JSON.stringify(first.body)).not.toContain('hash');
  expect(await runs()).toMatchObject({ state: 'finished', added: 5 });
  const fileOf = async () => (await app.stores.sources.opening(app.tenant, first.body.id as SourceId))?.upload?.hash;
  const replaced = await fileOf();
  expect(await app.stores.purges.claimObjects(99)).not.toContain(replaced);
  await upload(['one', 'two, anew', 'three', 'four']);
  expect(await runs()).toMatchObject({ state: 'finished', changed: 1, removed: 1, unchanged: 3 });
  expect(await app.stores.purges.claimObjects(99)).toContain(replaced);

  for (const texts of [['one'], ['one', 'two'], ['one']]) await upload(texts);
  // What was replaced and came again is in use.
  const last = await fileOf();
  expect(await app.stores.purges.claimObjects(99)).not.toContain(last);
  await send(`/v1/sources/${id}?documents=keep`, { method: 'DELETE' });
  expect(await app.stores.purges.claimObjects(99)).toContain(last);
  expect((await send(`/v1/sources/${id}/export`, { method: 'PUT', body: new FormData() })).status).toBe(400);
  const web = { name: 'web', settings: { kind: 'web', url: 'https://a.example/' } };
  const other = (await send<Source>('/v1/sources', jsonBody(web))).body;
  const form = new FormData();
  form.set('file', new File(['x'], 'export.zip'));
  expect((await send(`/v1/sources/${other.id}/export`, { method: 'PUT', body: form })).status).toBe(409);
});

it('a scheduled source runs by itself, and a watched folder when a file changes', async () => {
  const folder = join(work, 'watched');
  await mkdir(folder);
  await writeFile(join(folder, 'a.md'), '# A\n');
  await using server = await open();
  const body = { name: 'watched', settings: { kind: 'folder', path: folder }, schedule: '0 0 1 1 *' };
  const { id } = (await server.send<Source>('/v1/sources', jsonBody(body))).body;
  const first = (await server.send<{ items: SourceRun[] }>(`/v1/sources/${id}/runs`)).body;
  const documents = async () => (await server.send<Source>(`/v1/sources/${id}`)).body.documents;
  while ((await documents()) < 1) await new Promise((resolve) => setImmediate(resolve));
  await writeFile(join(folder, 'b.md'), '# B\n');
  while ((await documents()) < 2) await new Promise((resolve) => setImmediate(resolve));
  expect(first.items.length).toBeLessThanOrEqual(1);
  const { items } = (await server.send<{ items: SourceRun[] }>(`/v1/sources/${id}/runs`)).body;
  expect(items.map(({ trigger }) => trigger).sort()).toEqual(['change', 'schedule']);
}, 30_000);

it.each([
  [{ name: 'x', settings: { kind: 'ftp', url: 'ftp://a.example/' } }, 'settings'],
  [{ name: 'x', settings: { kind: 'web', url: 'file:///etc/passwd' } }, 'settings.url'],
  [{ name: 'x', settings: { kind: 'folder', path: '/etc' } }, 'settings.path'],
  [{ name: 'x', settings: { kind: 'folder', path: '/does/not/exist' } }, 'settings.path'],
  [{ name: 'x', settings: { kind: 'slack', path: '/etc/export.zip' } }, 'settings.path'],
  [{ name: 'x', settings: { kind: 's3', url: 'https://s3.example/' } }, 'settings.url'],
  [{ name: 'x', settings: { kind: 'web', url: 'https://a.example/' }, schedule: 'every now and then' }, 'schedule'],
  [{ name: 'x', settings: { kind: 'json', url: 'https://a.example/', id: 'key', text: '/t' } }, 'settings.id'],
  [{ name: 'x', settings: { kind: 'git', url: 'https://a.example/r', branch: '--upload-pack=sh' } }, 'settings.branch'],
])('%j is refused by name', async (body, field) => {
  await using server = await open();
  const refused = await server.send<{ code: string; errors: { field: string }[] }>('/v1/sources', jsonBody(body));
  expect(refused.status).toBe(400);
  expect(refused.body.errors.map((error) => error.field).join(' ')).toContain(field);
});
