import { afterAll, beforeAll, expect, it } from 'vitest';
import { jsonBody, openApp, quotedAnswer, quoteOf, scriptedAnswer, type TestApp } from '../../test/open-app.ts';
import { openTestDatabase } from '../../test/open-database.ts';
import type { Answer, Problem } from '../domain/answer.ts';
import { newId } from '../domain/ids.ts';
import type { SqlDriver } from '../store/sql.ts';

let driver: SqlDriver;
let app: TestApp;
let key: string;

beforeAll(async () => {
  driver = await openTestDatabase();
  const document = { id: newId('document'), title: 'Refunds', text: 'Refunds take five days.' };
  app = await openApp(driver, {
    answerQuestion: scriptedAnswer(() => quotedAnswer(quoteOf(document, document.text))),
  });
  key = await app.createKey();
});
afterAll(async () => {
  await app.application.stop();
  await driver.close();
});

const ask = async (body: object) => await app.request('/v1/answers', key, jsonBody({ question: 'How long?', ...body }));

async function problemOf(response: Response | Promise<Response>): Promise<Pick<Problem, 'code' | 'errors'>> {
  const { code, errors } = (await (await response).json()) as Problem;
  return { code, errors };
}

it.each(['xx-not a locale', 'en_US', ''])('the locale %j is no language tag', async (locale) => {
  expect(await problemOf(ask({ locale }))).toMatchObject({
    code: 'INVALID_REQUEST',
    errors: [{ field: 'locale', expected: expect.stringContaining('BCP 47') }],
  });
});

it.each(['de', 'pt-BR', 'zh-Hant-TW'])('the locale %j is one', async (locale) => {
  expect((await ask({ locale })).status).toBe(200);
});

it('feedback is about a sentence and a quote that the answer has', async () => {
  const { id } = (await (await ask({})).json()) as Answer;
  const give = async (feedback: object) =>
    await app.request(`/v1/answers/${id}/feedback`, key, jsonBody({ rating: 'down', ...feedback }));
  expect((await give({ sentence: 0, quote: 1 })).status).toBe(204);
  expect(await problemOf(give({ sentence: 1, quote: 9 }))).toEqual({
    code: 'INVALID_REQUEST',
    errors: [
      { field: 'sentence', expected: '0 to 0', received: '1' },
      { field: 'quote', expected: 'a number from 1 to 1', received: '9' },
    ],
  });
});

it('moderation by words needs words', async () => {
  const patch = async (body: object) => await app.request('/v1/settings', key, { ...jsonBody(body), method: 'PATCH' });
  expect(await problemOf(patch({ moderation: 'words' }))).toMatchObject({ errors: [{ field: 'moderationWords' }] });
  expect((await patch({ moderation: 'words', moderationWords: ['casino'] })).status).toBe(200);
  expect(await problemOf(patch({ moderationWords: [] }))).toMatchObject({ errors: [{ field: 'moderationWords' }] });
  expect((await patch({ moderation: 'off', moderationWords: [] })).status).toBe(200);
});

it('a count of one is told in the singular', async () => {
  expect(await problemOf(ask({ question: '' }))).toMatchObject({ errors: [{ expected: 'at least 1 character' }] });
});
