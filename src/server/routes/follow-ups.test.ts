import { afterAll, beforeAll, expect, it } from 'vitest';
import { jsonBody, openApp, quotedAnswer, quoteOf, scriptedAnswer, type TestApp } from '../../../test/open-app.ts';
import { openTestDatabase } from '../../../test/open-database.ts';
import { newId } from '../../domain/ids.ts';
import type { SqlDriver } from '../../store/sql.ts';

const document = { id: newId('document'), title: 'Refunds', text: 'A refund takes 5 days.' };
const followUp = { question: 'And by card?', documentId: document.id, title: 'Refunds', heading: 'Cards' };

let driver: SqlDriver;
let app: TestApp;
let key: string;

beforeAll(async () => {
  driver = await openTestDatabase();
  app = await openApp(driver, {
    answerQuestion: scriptedAnswer(({ question }) =>
      question === 'quoted' ? quotedAnswer(quoteOf(document, document.text)) : [],
    ),
    suggestFollowUps: async ({ quotes }) => quotes.map(() => followUp),
  });
  key = await app.createKey();
});

afterAll(async () => {
  await driver.close();
});

async function followUpsTo(question: string): Promise<unknown> {
  const asked = await app.request('/v1/answers', key, jsonBody({ question }));
  const { id } = (await asked.json()) as { id: string };
  return await (await app.request(`/v1/answers/${id}/follow-ups`, key)).json();
}

it('gives questions to go on with after an answer, and none after a refusal', async () => {
  expect(await followUpsTo('quoted')).toEqual({ items: [followUp] });
  expect(await followUpsTo('refused')).toEqual({ items: [] });
});
