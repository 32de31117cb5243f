import { afterAll, beforeAll, expect, it } from 'vitest';
import { flatEmbedder } from '../test/flat-embedder.ts';
import { jsonBody, openApp, type TestApp } from '../test/open-app.ts';
import { openTestDatabase } from '../test/open-database.ts';
import { loadConfig } from './config.ts';
import type { OpenedIndex } from './index-parts.ts';
import { createActiveEmbedder } from './models/active-embedder.ts';
import { openIndex } from './open-index.ts';
import { createStores } from './store/postgres/stores.ts';
import type { SqlDriver } from './store/sql.ts';

let driver: SqlDriver;
let app: TestApp;
let opened: OpenedIndex;
let operator: string;

beforeAll(async () => {
  driver = await openTestDatabase();
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  const embedder = createActiveEmbedder(flatEmbedder('three', 3), async (name) => flatEmbedder(name, 4));
  opened = await openIndex({ config: loadConfig({}), stores: createStores(driver), embedder, log });
  app = await openApp(driver, { indexAdministration: opened.administration });
  operator = await app.createKey({ tenant: (await app.stores.identities.defaultTenant()).id });
});
afterAll(async () => {
  await opened.stop();
  await app.application.stop();
  await driver.close();
});

const routes: readonly [string, RequestInit][] = [
  ['/v1/index', {}],
  ['/v1/index/reindex', jsonBody({})],
  ['/v1/index/compare', jsonBody({})],
  ['/v1/index/switch', jsonBody({ to: 'next' })],
];

it.each(routes)('%s is for administrators of the default tenant only', async (path, init) => {
  const tenant = (await app.stores.identities.defaultTenant()).id;
  for (const key of [await app.createKey(), await app.createKey({ tenant, scopes: ['read', 'write'] })]) {
    const response = await app.request(path, key, init);
    expect([response.status, await response.json()]).toEqual([403, expect.objectContaining({ code: 'FORBIDDEN' })]);
  }
});

it('builds the index in memory anew and counts what it holds', async () => {
  await app.publish({ title: 'Refunds', text: 'Refunds take five days.' });
  const started = await app.request('/v1/index/reindex', operator, jsonBody({}));
  expect([started.status, await started.json()]).toEqual([202, expect.objectContaining({ driver: 'memory' })]);
  const proof = {
    tenantId: app.tenant,
    rows: expect.objectContaining({ passages: 1, embedded: 0 }),
    index: { passages: 1, embedded: null, checksum: null, embeddedChecksum: null },
    isComplete: true,
  };
  const status = async () => await (await app.request('/v1/index', operator)).json();
  await expect.poll(status).toMatchObject({ reindex: { state: 'finished', proofs: expect.arrayContaining([proof]) } });
});

it.each([
  ['/v1/index/reindex', { embedder: 'four' }],
  ['/v1/index/compare', { questions: 5 }],
  ['/v1/index/switch', { to: 'next' }],
  ['/v1/index/switch', { to: 'previous' }],
])('%s %j has no second index in memory, and says what would have one', async (path, body) => {
  const response = await app.request(path, operator, jsonBody(body));
  expect([response.status, await response.json()]).toEqual([
    409,
    expect.objectContaining({ code: 'CONFLICT', detail: expect.stringContaining('QDRANT_URL') }),
  ]);
});

it.each([
  ['/v1/index/reindex', { embedder: '' }, 'embedder'],
  ['/v1/index/compare', { questions: 0 }, 'questions'],
  ['/v1/index/compare', { questions: 1_001 }, 'questions'],
  ['/v1/index/switch', { to: 'live' }, 'to'],
])('%s refuses %j', async (path, body, field) => {
  const response = await app.request(path, operator, jsonBody(body));
  expect([response.status, await response.json()]).toEqual([
    400,
    expect.objectContaining({ code: 'INVALID_REQUEST', errors: [expect.objectContaining({ field })] }),
  ]);
});
