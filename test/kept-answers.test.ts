import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createKeptAnswers } from '../src/chains/kept-answers.ts';
import { shareAnswers } from '../src/chains/share-answers.ts';
import type { Answer } from '../src/domain/answer.ts';
import { createStores } from '../src/store/postgres/stores.ts';
import { openQuestion } from '../src/store/questions.ts';
import type { SqlDriver } from '../src/store/sql.ts';
import { jsonBody, openApp, scriptedAnswer, type TestApp } from './open-app.ts';
import { openTestDatabase } from './open-database.ts';
import { samplePrincipal } from './sample-documents.ts';

let driver: SqlDriver;
let app: TestApp;
let admin: string;
let reader: string;
let computed = 0;
const transactions: string[] = [];

function counting<T>(name: string, result: T): T {
  transactions.push(name);
  return result;
}

beforeAll(async () => {
  driver = await openTestDatabase();
  const counted: SqlDriver = {
    ...driver,
    asTenant: (...options) =>
      counting(openQuestion() ? 'asTenant, of a question' : 'asTenant', driver.asTenant(...options)),
    queryAsTenant: (...options) => counting('queryAsTenant', driver.queryAsTenant(...options)),
    asOperator: (...options) => counting('asOperator', driver.asOperator(...options)),
  };
  const answerQuestion = shareAnswers({
    answerQuestion: scriptedAnswer(() => {
      computed += 1;
      return [];
    }),
    generation: createStores(counted).indexRows.generation,
    fingerprint: () => 'test',
    kept: createKeptAnswers({ bytes: 1_000_000, seconds: 600 }),
    now: () => new Date(),
  });
  app = await openApp(counted, { answerQuestion });
  admin = await app.createKey();
  reader = await app.createKey({ role: 'reader', grants: ['group:support'] });
});
afterAll(async () => {
  await app.application.stop();
  await driver.close();
});

async function ask(key = reader, headers: Record<string, string> = {}): Promise<Answer> {
  const body = jsonBody({ question: 'What is the code?' });
  const response = await app.request('/v1/answers', key, { ...body, headers: { ...body.headers, ...headers } });
  expect(response.status).toBe(200);
  return (await response.json()) as Answer;
}

/** Whether the next answer is computed, and the one after it is kept. */
async function isStale(): Promise<boolean> {
  const before = computed;
  const { cached } = await ask();
  expect(cached).toBe(computed === before);
  expect((await ask()).cached).toBe(true);
  return !cached;
}

describe('a kept answer', () => {
  it('is stored as an answer of its own', async () => {
    const [first, second] = [await ask(), await ask()];
    expect([first.cached, second.cached]).toEqual([false, true]);
    expect(second.id).not.toBe(first.id);
    expect(second.conversationId).not.toBe(first.conversationId);
    const stored = await app.request(`/v1/answers/${second.id}`, reader);
    expect(await stored.json()).toMatchObject({ id: second.id, cached: true, state: 'refused' });
  });

  it('is stale once a document was published, changed its access list or was removed, and once the glossary changed', async () => {
    expect(await isStale()).toBe(false);
    const title = 'Locker';
    const text = 'The code of the locker is quartz.';
    const id = await app.publish({ title, text, acl: ['group:support'] });
    expect(await isStale()).toBe(true);
    await app.publish({ title, text, acl: ['group:board'] }).catch(expectNotQueued);
    expect(await isStale()).toBe(true);
    const glossary = { terms: [{ term: 'PIN', synonyms: ['code'] }] };
    const replaced = await app.request('/v1/glossary', admin, { ...jsonBody(glossary), method: 'PUT' });
    expect(replaced.status).toBe(200);
    expect(await isStale()).toBe(true);
    expect((await app.request(`/v1/documents/${id}`, admin, { method: 'DELETE' })).status).toBe(204);
    expect(await isStale()).toBe(true);
    expect(await isStale()).toBe(false);
  });

  it('is stale once the settings changed, and follows those that are new', async () => {
    const set = async (body: object) => {
      const response = await app.request('/v1/settings', admin, { ...jsonBody(body), method: 'PATCH' });
      expect(response.status).toBe(200);
    };
    expect(await isStale()).toBe(false);
    await set({ refusalThreshold: 0.4 });
    expect(await isStale()).toBe(true);
    await set({ models: ['extractive'] });
    const body = jsonBody({ question: 'What is the code?', model: 'scripted' });
    expect((await app.request('/v1/answers', reader, body)).status).toBe(403);
    await set({ models: null });
    expect((await app.request('/v1/answers', reader, body)).status).toBe(200);
  });

  it('is stale once another server changed what it was read from, or the settings', async () => {
    const elsewhere = createStores(driver);
    await ask();
    expect(await isStale()).toBe(false);
    await elsewhere.glossary.replace(app.tenant, [{ term: 'key', synonyms: ['code'] }]);
    expect(await isStale()).toBe(true);
    await elsewhere.tenantSettings.change(samplePrincipal(app.tenant), { answerTokens: 5_000 });
    expect(await isStale()).toBe(true);
  });

  it('costs one transaction, which stores it where nothing has changed', async () => {
    await ask();
    transactions.length = 0;
    expect((await ask()).cached).toBe(true);
    // The operator's is that of the credential, which is believed for half a second.
    expect(transactions.filter((name) => name !== 'asOperator')).toEqual(['asTenant, of a question']);
  });

  it('costs three transactions where it is computed: what decides it is read at once', async () => {
    await ask();
    transactions.length = 0;
    expect((await ask(reader, { 'cache-control': 'no-cache' })).cached).toBe(false);
    const ofAnswer = transactions.filter((name) => name !== 'asOperator');
    expect(ofAnswer).toEqual(['queryAsTenant', 'asTenant, of a question', 'asTenant, of a question']);
  });

  it('is not given to one with other rights', async () => {
    await ask();
    expect((await ask(await app.createKey({ role: 'reader', grants: ['group:board'] }))).cached).toBe(false);
    expect((await ask(await app.createKey({ role: 'reader', grants: ['group:support'] }))).cached).toBe(true);
  });

  it.each(['no-store', 'no-cache', 'private, No-Cache', 'max-age=0'])(
    'is not given for Cache-Control: %s',
    async (value) => {
      await ask();
      expect((await ask(reader, { 'cache-control': value })).cached).toBe(false);
      expect((await ask()).cached).toBe(true);
    },
  );
});

/** The same bytes with another access list change the document's row alone. */
function expectNotQueued(error: Error): void {
  expect(error.message).toBe('The document was not queued.');
}
