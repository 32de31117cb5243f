import { afterAll, beforeAll, expect, it } from 'vitest';
import { jsonBody, openApp, quotedAnswer, quoteOf, scriptedAnswer, type TestApp } from '../../test/open-app.ts';
import { openTestDatabase } from '../../test/open-database.ts';
import type { AnswerInput } from '../chains/answer-question.ts';
import { guardAnswers } from '../chains/guard/guard-answers.ts';
import type { Answer } from '../domain/answer.ts';
import { newId } from '../domain/ids.ts';
import { createModerators } from '../models/moderation/create-moderators.ts';
import type { SqlDriver } from '../store/sql.ts';

let driver: SqlDriver;
let app: TestApp;
const asked: AnswerInput[] = [];
const text = 'Write to [email 1] for a refund.';

beforeAll(async () => {
  driver = await openTestDatabase();
  const document = { id: newId('document'), title: 'Refunds', text: 'Write to us for a refund.' };
  const chain = scriptedAnswer((input) => {
    asked.push(input);
    const events = quotedAnswer(quoteOf(document, document.text));
    return events.map((event) => {
      if (event.type === 'answer-finished')
        return { ...event, text, sentences: [{ text, citations: [1], groundedness: 1 }] };
      return event.type === 'text-delta' || event.type === 'sentence-finished' ? { ...event, text } : event;
    });
  });
  app = await openApp(driver, {
    answerQuestion: guardAnswers({
      answerQuestion: chain,
      moderatorOf: createModerators(null),
      textLeaves: () => true,
      now: () => new Date(),
    }),
  });
});
afterAll(async () => {
  await app.application.stop();
  await driver.close();
});

const question = 'Is ada@x.example the address for refunds?';
const ask = async (key: string, body: object = {}) =>
  await app.request('/v1/answers', key, jsonBody({ question, ...body }));
const patch = (body: object) => ({ ...jsonBody(body), method: 'PATCH' });

it('the asker reads the values, while model, database and other readers see placeholders', async () => {
  const [asker, other] = [await app.createKey(), await app.createKey()];
  const answer = (await (await ask(asker)).json()) as Answer;
  expect(answer.question).toBe(question);
  expect(answer.text).toBe('Write to ada@x.example for a refund.');
  expect(answer.sentences[0]?.text).toBe(answer.text);
  expect(asked.at(-1)?.question).toBe('Is [email 1] the address for refunds?');

  const read = async (key: string, path = '') =>
    await (await app.request(`/v1/answers/${answer.id}${path}`, key)).text();
  expect(await read(asker)).toContain('Write to ada@x.example');
  const live = await (await ask(asker, { stream: true })).text();
  expect(live).toContain('Write to ada@x.example');
  const resumed = await read(asker, '/events');
  const again = await read(asker, '/events');
  expect(resumed).toBe(again);
  expect(resumed).toContain('ada@x.example');
  for (const path of ['', '/events', '/record']) expect(await read(other, path)).not.toContain('ada@x.example');
  const rows = await driver.asOperator((sql) =>
    sql.query<{ all: string }>(
      `select concat(answers::text, messages::text, conversations::text) as all from answers
       join messages using (tenant_id, conversation_id) join conversations on conversations.id = answers.conversation_id`,
    ),
  );
  expect(rows.length).toBeGreaterThan(0);
  for (const row of rows) expect(row.all).not.toContain('ada@x.example');
  expect(JSON.stringify(app.lines)).not.toContain('ada@x.example');
});

it('an answer is replayed with the placeholders, not with the values that its asker reads', async () => {
  const key = await app.createKey();
  const { id } = (await (await ask(key)).json()) as Answer;
  asked.length = 0;
  const replay = await app.request(`/v1/answers/${id}/replay`, key, { method: 'POST' });
  expect(replay.status).toBe(200);
  expect(asked.map((input) => input.question)).toEqual(['Is [email 1] the address for refunds?']);
});

it('nothing is masked once the tenant says so', async () => {
  const key = await app.createKey();
  await app.request('/v1/settings', key, patch({ maskPersonalData: false }));
  await ask(key);
  expect(asked.at(-1)?.question).toBe(question);
  await app.request('/v1/settings', key, patch({ maskPersonalData: true }));
});

it('models outside the list of the tenant are refused, and the chain gets the list', async () => {
  const key = await app.createKey();
  await app.request('/v1/settings', key, patch({ models: ['extractive'], answerTokens: 4000 }));
  const refused = await ask(key, { model: 'scripted' });
  expect(refused.status).toBe(403);
  expect(await refused.json()).toMatchObject({
    code: 'MODEL_NOT_ALLOWED',
    errors: [{ field: 'model', expected: 'extractive' }],
  });
  const completion = { model: 'scripted', messages: [{ role: 'user', content: question }] };
  expect((await app.request('/v1/chat/completions', key, jsonBody(completion))).status).toBe(403);
  await ask(key);
  expect(asked.at(-1)).toMatchObject({ models: ['extractive'], tokenLimit: 4000 });
  await app.request('/v1/settings', key, patch({ models: null }));
  await ask(key, { model: 'extractive' });
  expect(asked.at(-1)).toMatchObject({ models: ['extractive'] });
  expect((await ask(key, { model: 'nobody' })).status).toBe(400);
});

it('a flagged question is refused as an answer', async () => {
  const key = await app.createKey();
  await app.request('/v1/settings', key, patch({ moderation: 'words', moderationWords: ['refunds'] }));
  expect(await (await ask(key)).json()).toMatchObject({ state: 'refused', refusal: { reason: 'unsafe-question' } });
});
