import { afterAll, beforeAll, expect, it } from 'vitest';
import { jsonBody, openApp, quotedAnswer, quoteOf, scriptedAnswer, type TestApp } from '../../../test/open-app.ts';
import { openTestDatabase } from '../../../test/open-database.ts';
import type { Answered } from '../../chains/suggest-follow-ups.ts';
import { newId } from '../../domain/ids.ts';
import type { SqlDriver } from '../../store/sql.ts';

const document = { id: newId('document'), title: 'Refunds', text: 'A refund takes 5 days.' };
const answerQuestion = scriptedAnswer(({ question }) =>
  question === 'quoted' ? quotedAnswer(quoteOf(document, document.text)) : [],
);
const followUp = { question: 'And by card?', documentId: document.id, title: 'Refunds', heading: 'Cards' };

const asked: Answered[] = [];
let driver: SqlDriver;
let app: TestApp;
let key: string;

beforeAll(async () => {
  driver = await openTestDatabase();
  app = await openApp(driver, {
    answerQuestion,
    suggestFollowUps: async (answered) => {
      asked.push(answered);
      return answered.answer.quotes.map(() => followUp);
    },
  });
  key = await app.createKey();
});

afterAll(async () => {
  await driver.close();
});

async function followUpsTo(question: string, options: object = {}): Promise<unknown> {
  const answered = await app.request('/v1/answers', key, jsonBody({ question, ...options }));
  const { id } = (await answered.json()) as { id: string };
  return await (await app.request(`/v1/answers/${id}/follow-ups`, key)).json();
}

it('gives questions to go on with after an answer, and none after a refusal', async () => {
  expect(await followUpsTo('quoted')).toEqual({ items: [followUp] });
  expect(await followUpsTo('refused')).toEqual({ items: [] });
});

it('asks them under the filter of the question and the settings of the tenant', async () => {
  await app.request('/v1/settings', key, { ...jsonBody({ refusalThreshold: 0.3 }), method: 'PATCH' });
  await followUpsTo('quoted', { filter: { tags: { plan: 'team' } } });
  expect(asked.at(-1)).toMatchObject({
    principal: { tenantId: app.tenant },
    filter: { field: 'tags.plan' },
    settings: { refusalThreshold: 0.3 },
  });
});
