import { afterAll, beforeAll, expect, it } from 'vitest';
import { jsonBody, openApp, quotedAnswer, quoteOf, scriptedAnswer, type TestApp } from '../../../test/open-app.ts';
import { openTestDatabase } from '../../../test/open-database.ts';
import { newId } from '../../domain/ids.ts';
import type { SqlDriver } from '../../store/sql.ts';

const document = { id: newId('document'), title: 'Refunds', text: 'A refund takes 5 days.' };
const object = { days: 5, fee: null };
const fields = {
  days: { value: 5, quotes: [1] },
  fee: { value: null, quotes: [], reason: 'no-evidence' as const },
};
const properties = { days: { type: 'integer' }, fee: { type: 'number', description: 'in EUR' } };

let driver: SqlDriver;
let app: TestApp;
let key: string;

beforeAll(async () => {
  driver = await openTestDatabase();
  app = await openApp(driver, {
    answerQuestion: scriptedAnswer(({ schema }) =>
      quotedAnswer(quoteOf(document, document.text)).map((event) =>
        event.type === 'answer-finished' && schema ? { ...event, object, fields } : event,
      ),
    ),
  });
  key = await app.createKey();
});
afterAll(async () => {
  await app.application.stop();
  await driver.close();
});

async function ask(schema: object | undefined) {
  return await app.request('/v1/answers', key, jsonBody({ question: 'How long?', ...(schema ? { schema } : {}) }));
}

it('gives the object with the answer, and stores it', async () => {
  const answer = await (await ask({ type: 'object', properties })).json();
  expect(answer).toMatchObject({ state: 'finished', object, fields });
  const { id } = answer as { id: string };
  expect(await (await app.request(`/v1/answers/${id}`, key)).json()).toEqual(answer);
});

it('has no object where none was asked for', async () => {
  const answer = (await (await ask(undefined)).json()) as object;
  expect(answer).not.toHaveProperty('object');
  expect(answer).not.toHaveProperty('fields');
});

it.each<[object, string]>([
  [{ type: 'object', properties: { place: { type: 'object' } } }, 'schema.properties.place.type'],
  [{ type: 'object', properties: { fee: { type: 'number', minimum: 0 } } }, 'schema.properties.fee.minimum'],
  [{ type: 'object', properties: {} }, 'schema.properties'],
  [{ type: 'array', items: { type: 'string' } }, 'schema.type'],
])('refuses %o by its place', async (schema, field) => {
  const response = await ask(schema);
  expect(response.status).toBe(400);
  const { code, errors } = (await response.json()) as { code: string; errors: { field: string }[] };
  expect(code).toBe('INVALID_REQUEST');
  expect(errors.map((error) => error.field)).toContain(field);
});
