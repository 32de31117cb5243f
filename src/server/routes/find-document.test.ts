import { afterAll, beforeAll, expect, it } from 'vitest';
import { openApp, type TestApp } from '../../../test/open-app.ts';
import { createTestTenant, openTestDatabase } from '../../../test/open-database.ts';
import { sampleDocument } from '../../../test/sample-documents.ts';
import type { Problem } from '../../domain/answer.ts';
import type { IncomingDocument } from '../../store/documents.ts';
import type { SqlDriver } from '../../store/sql.ts';

let driver: SqlDriver;
let app: TestApp;
let key: string;

beforeAll(async () => {
  driver = await openTestDatabase();
  app = await openApp(driver);
  key = await app.createKey();
});
afterAll(async () => {
  await app.application.stop();
  await driver.close();
});

async function register(externalId: string, changes: Partial<IncomingDocument> = {}, tenant = app.tenant) {
  const [registered] = await app.stores.documents.register(tenant, null, [
    sampleDocument(externalId, `Text of ${externalId}.`, changes),
  ]);
  if (!registered) throw new Error('Nothing was registered.');
  return registered.documentId;
}

type FoundOrProblem = { id: string } & Problem;

const find = async (reference: string, as = key) => {
  const response = await app.request(`/v1/documents/find?${new URLSearchParams({ reference })}`, as);
  return { status: response.status, body: (await response.json()) as FoundOrProblem };
};

it('finds a document by each of its names, whole', async () => {
  const id = await register('guide/refunds.md', { title: 'Refunds', uri: 'https://x.example/refunds' });
  for (const reference of [id, id.slice(0, -3), 'guide/refunds.md', 'https://x.example/refunds', 'reFUNDS']) {
    const { status, body } = await find(reference);
    expect([reference, status, body.id]).toEqual([reference, 200, id]);
    expect(body).toMatchObject({ mediaType: 'text/plain', state: 'queued', quality: null });
  }
  expect(await find('doc_')).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } });
  expect(await find('')).toMatchObject({ status: 400, body: { code: 'INVALID_REQUEST' } });
});

it('takes the closer kind of name, also behind many of the other', async () => {
  const id = await register('plans');
  for (let copy = 0; copy < 25; copy++) await register(`plans/${copy}`, { title: 'Plans' });
  expect((await find('plans')).body.id).toBe(id);
});

it('lists what a name may mean', async () => {
  const ids = [await register('a/prices.md', { title: 'Prices' }), await register('b/prices.md', { title: 'Prices' })];
  const { status, body } = await find('prices');
  expect([status, body.code]).toEqual([400, 'INVALID_REQUEST']);
  const [error] = body.errors;
  expect(error?.field).toBe('reference');
  for (const id of ids) expect(error?.received).toContain(id);
  await app.stores.documents.remove(app.tenant, ids.slice(1));
  expect((await find('prices')).body.id).toBe(ids[0]);
});

it('knows nothing of what is removed, another tenant has or the reader may not see', async () => {
  const removed = await register('gone.md');
  await app.stores.documents.remove(app.tenant, [removed]);
  const hidden = await register('board.md', { acl: ['group:board'] });
  const foreign = await register('foreign.md', {}, await createTestTenant(driver));
  const reader = await app.createKey({ role: 'reader' });
  for (const [id, name, as] of [
    [removed, 'gone.md', key],
    [foreign, 'foreign.md', key],
    [hidden, 'board.md', reader],
  ] as const)
    for (const reference of [id, name])
      expect([reference, (await find(reference, as)).status]).toEqual([reference, 404]);
  expect((await find('board.md')).body.id).toBe(hidden);
});
