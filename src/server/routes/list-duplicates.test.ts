import { afterAll, beforeAll, expect, it } from 'vitest';
import { openApp, type TestApp } from '../../../test/open-app.ts';
import { openTestDatabase } from '../../../test/open-database.ts';
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

it('names the other documents of a group and the canonical one, of what the reader may see', async () => {
  const text = 'Install it with the setup program.';
  const old = await app.publish({ title: 'Install 1', text, tags: { version: '1.0' } });
  const secret = await app.publish({ title: 'Install 3', text, tags: { version: '3.0' }, acl: ['group:x'] });
  const current = await app.publish({ title: 'Install 2', text, tags: { version: '2.0' } });
  await app.publish({ title: 'Another', text: 'Something else.' });
  const groupFor = async (key: string) => await (await app.request(`/v1/documents/${old}/duplicates`, key)).json();

  const admin = await groupFor(await app.createKey());
  expect(admin).toMatchObject({ canonicalId: secret, items: [{ documentId: secret }, { documentId: current }] });
  const reader = await groupFor(await app.createKey({ role: 'reader' }));
  expect(reader).toMatchObject({
    canonicalId: current,
    items: [{ documentId: current, productVersion: '2.0', share: 1 }],
  });

  const key = await app.createKey();
  expect((await app.request(`/v1/documents/${old}/duplicates?share=0`, key)).status).toBe(400);
  expect((await app.request('/v1/documents/doc_none/duplicates', key)).status).toBe(404);
});
