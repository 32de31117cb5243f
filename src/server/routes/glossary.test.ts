import { afterAll, beforeAll, expect, it } from 'vitest';
import { jsonBody, openApp, type TestApp } from '../../../test/open-app.ts';
import { createTestTenant, openTestDatabase } from '../../../test/open-database.ts';
import type { RetrieveInput } from '../../retrieve/retrieve.ts';
import type { SqlDriver } from '../../store/sql.ts';

let driver: SqlDriver;
let app: TestApp;
const searched: RetrieveInput[] = [];

beforeAll(async () => {
  driver = await openTestDatabase();
  app = await openApp(driver, {
    async retrieve(input) {
      searched.push(input);
      const changes = [{ from: 'refnud', to: 'refund', reason: 'spelling' as const }];
      const nothing = {
        passages: [],
        ranked: [],
        nearest: [],
        questionVector: null,
        idealSparse: 0,
        relevance: 0,
        degradations: [],
        dropped: [],
      };
      const expansion = { original: 'refnud', searched: 'refund', changes, gained: 2 };
      return { ...nothing, timings: {}, ...(input.expand ? { expansion } : {}) };
    },
  });
});
afterAll(async () => {
  await app.application.stop();
  await driver.close();
});

const put = (body: unknown) => ({ ...jsonBody(body), method: 'PUT' });
const terms = [{ term: 'PTO', synonyms: ['paid time off'] }];

it('is replaced as a whole and read by its own tenant only', async () => {
  const key = await app.createKey();
  const replaced = await app.request('/v1/glossary', key, put({ terms }));
  expect([replaced.status, await replaced.json()]).toEqual([200, { terms }]);
  expect(await (await app.request('/v1/glossary', key)).json()).toEqual({ terms });
  const foreign = await app.createKey({ tenant: await createTestTenant(driver) });
  expect(await (await app.request('/v1/glossary', foreign)).json()).toEqual({ terms: [] });
});

it.each([
  [{ terms: [...terms, { term: 'pto', synonyms: ['leave'] }] }, 'terms'],
  [{ terms: [{ term: 'PTO', synonyms: [] }] }, 'terms.0.synonyms'],
  [{ terms: [{ term: ' ', synonyms: ['leave'] }] }, 'terms.0.term'],
  [{}, 'terms'],
])('refuses %j', async (body, field) => {
  const response = await app.request('/v1/glossary', await app.createKey(), put(body));
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ code: 'INVALID_REQUEST', errors: [{ field }] });
});

it('a search says which other wording was searched, and takes a refusal', async () => {
  const key = await app.createKey();
  const search = async (body: object) => await (await app.request('/v1/search', key, jsonBody(body))).json();
  expect(await search({ query: 'refnud' })).toMatchObject({
    expansion: { original: 'refnud', searched: 'refund', reason: 'spelling', gained: 2 },
  });
  expect(await search({ query: 'refnud', expand: false })).not.toHaveProperty('expansion');
  expect(searched.map(({ expand }) => expand)).toEqual([true, false]);
});
