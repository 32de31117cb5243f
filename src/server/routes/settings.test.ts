import { afterAll, beforeAll, expect, it } from 'vitest';
import { jsonBody, openApp, type TestApp } from '../../../test/open-app.ts';
import { openTestDatabase } from '../../../test/open-database.ts';
import { defaultTenantSettings } from '../../domain/tenant-settings.ts';
import type { SqlDriver } from '../../store/sql.ts';

let driver: SqlDriver;
let app: TestApp;

beforeAll(async () => {
  driver = await openTestDatabase();
  app = await openApp(driver);
});
afterAll(async () => {
  await app.application.stop();
  await driver.close();
});

const patch = (body: unknown) => ({ ...jsonBody(body), method: 'PATCH' });

it('an administrator changes settings, and the log says so', async () => {
  const key = await app.createKey();
  expect(await (await app.request('/v1/settings', key)).json()).toEqual(defaultTenantSettings);
  const changed = await app.request('/v1/settings', key, patch({ maskPersonalData: false }));
  expect([changed.status, await changed.json()]).toEqual([200, { ...defaultTenantSettings, maskPersonalData: false }]);
  const log = await (await app.request('/v1/audit?limit=1', key)).json();
  expect(log).toMatchObject({
    items: [{ action: 'settings.changed', details: { maskPersonalData: { from: true, to: false } } }],
    nextCursor: null,
  });
});

it.each([
  [{ maskPersonalData: 'no' }, 'maskPersonalData'],
  [{ answerTokens: 1 }, 'answerTokens'],
  [{ models: [] }, 'models'],
  [{ models: ['gpt-typo'] }, 'models'],
  [{ moderation: 'magic' }, 'moderation'],
  [{ conversationRetentionDays: 0 }, 'conversationRetentionDays'],
  [{ documentRetentionDays: { wiki: 'soon' } }, 'documentRetentionDays.wiki'],
])('refuses %j', async (body, field) => {
  const response = await app.request('/v1/settings', await app.createKey(), patch(body));
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ code: 'INVALID_REQUEST', errors: [{ field }] });
});
