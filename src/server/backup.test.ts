import { afterAll, beforeAll, expect, it } from 'vitest';
import { openApp, type TestApp } from '../../test/open-app.ts';
import { createTestTenant, openTestDatabase } from '../../test/open-database.ts';
import { AppError } from '../domain/errors.ts';
import type { SqlDriver } from '../store/sql.ts';

let driver: SqlDriver;
let app: TestApp;
let operatorKey: string;
let chunks: (string | AppError)[] = [];
let ended = 0;

beforeAll(async () => {
  driver = await openTestDatabase();
  app = await openApp(driver, {
    async *makeBackup() {
      try {
        for (const chunk of chunks) {
          if (chunk instanceof AppError) throw chunk;
          yield Buffer.from(chunk);
        }
      } finally {
        ended += 1;
      }
    },
  });
  const { id } = await app.stores.identities.defaultTenant();
  operatorKey = await app.createKey({ tenant: id });
});

afterAll(async () => {
  await app.application.stop();
  await driver.close();
});

it('is for administrators of the default tenant alone', async () => {
  chunks = ['all ', 'tenants'];
  const response = await app.request('/v1/backup', operatorKey);
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('application/gzip');
  expect(response.headers.get('content-disposition')).toMatch(
    /^attachment; filename="footnote-\d{4}-\d\d-\d\d\.jsonl\.gz"$/,
  );
  expect(await response.text()).toBe('all tenants');

  const other = await createTestTenant(driver);
  for (const [key, status] of [
    [await app.createKey({ tenant: other }), 403],
    [await app.createKey({ tenant: other, role: 'reader' }), 403],
    [null, 401],
  ] as const)
    expect((await app.request('/v1/backup', key)).status).toBe(status);
});

it('is an error where it cannot begin, and ends early where it fails later', async () => {
  const away = new AppError('DATABASE_UNAVAILABLE', 'The database does not answer.');
  chunks = [away];
  const refused = await app.request('/v1/backup', operatorKey);
  expect(refused.status).toBe(503);
  expect(await refused.json()).toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
  chunks = ['begin', away];
  await expect((await app.request('/v1/backup', operatorKey)).text()).rejects.toThrow();
});

it('ends when the client goes away, before or after it took something', async () => {
  chunks = ['one', 'two', 'three'];
  const before = ended;
  await (await app.request('/v1/backup', operatorKey)).body?.cancel();
  expect(ended).toBe(before + 1);
  const reader = (await app.request('/v1/backup', operatorKey)).body?.getReader();
  await reader?.read();
  await reader?.cancel();
  expect(ended).toBe(before + 2);
});
