import { afterAll, beforeAll, expect, it } from 'vitest';
import { jsonBody, openApp, type TestApp } from '../../../test/open-app.ts';
import { openTestDatabase } from '../../../test/open-database.ts';
import { sha256 } from '../../../test/sample-documents.ts';
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

const estimate = async (texts: readonly object[], by = key) =>
  await app.request('/v1/documents/estimate', by, { method: 'POST', ...jsonBody({ texts }) });

it('counts texts without a vector, each once, and what their tokens cost', async () => {
  const [known, fresh, other] = ['known', 'fresh', 'other'].map((text) => ({ hash: sha256(text), tokens: 40_000 }));
  const vector = { embeddingHash: sha256('known'), vector: Float32Array.of(1) };
  await app.stores.embeddings.save('test', 1, [{ tenantId: app.tenant, ...vector }]);
  const response = await estimate([known, fresh, fresh, other].filter((text) => text !== undefined));
  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({ passages: 2, tokens: 80_000, cost: 0.04, embedder: 'test' });
});

it('takes no vector of another tenant for one of its own', async () => {
  const stranger = await openApp(driver);
  const response = await estimate([{ hash: sha256('known'), tokens: 1 }], await stranger.createKey());
  expect(response.status).toBe(200);
  expect(await response.json()).toMatchObject({ passages: 1 });
});

it('refuses what is no hash', async () => {
  const response = await estimate([{ hash: 'abc', tokens: 1 }]);
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ code: 'INVALID_REQUEST', errors: [{ field: 'texts.0.hash' }] });
});
