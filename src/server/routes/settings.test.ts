import { afterAll, beforeAll, expect, it } from 'vitest';
import { jsonBody, openApp, type TestApp } from '../../../test/open-app.ts';
import { openTestDatabase } from '../../../test/open-database.ts';
import { defaultTenantSettings } from '../../domain/tenant-settings.ts';
import { appendOwnAudit } from '../../store/postgres/audit-log.ts';
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

it('the log is searched by what was done and to which document', async () => {
  const key = await app.createKey();
  await app.request('/v1/settings', key, patch({ legalHold: true }));
  await app.request('/v1/settings', key, patch({ legalHold: false }));
  const actions = async (query: string) => {
    const page = (await (await app.request(`/v1/audit?${query}`, key)).json()) as { items: { action: string }[] };
    return page.items.map(({ action }) => action);
  };
  expect((await actions('action=settings.changed')).length).toBeGreaterThan(1);
  expect(await actions('action=document.purged')).toEqual([]);
  const entry = { at: new Date(), action: 'document.purged', details: { documentId: 'doc_1' } };
  await driver.asOperator((sql) => appendOwnAudit(sql, app.tenant, entry));
  expect(await actions('documentId=doc_1')).toEqual(['document.purged']);
  expect(await actions('documentId=doc_2')).toEqual([]);
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
