import { afterAll, beforeAll, expect, it } from 'vitest';
import { EvalCase } from '../../evals/case.ts';
import { Suite, type TargetOf } from '../../evals/suite.ts';
import { openApp, quotedAnswer, quoteOf, scriptedAnswer, type TestApp } from '../../test/open-app.ts';
import { openTestDatabase } from '../../test/open-database.ts';
import type { AnswerInput } from '../chains/answer-question.ts';
import { newId } from '../domain/ids.ts';
import { listen, type RunningServer } from '../server/listen.ts';
import type { SqlDriver } from '../store/sql.ts';
import { createServerTarget } from './server-target.ts';

const never = new AbortController().signal;
const text = 'Refunds take five days. Invoices come monthly.';
let driver: SqlDriver;
let app: TestApp;
let server: RunningServer;
let key: string;
let documentId = newId('document');
const asked: AnswerInput[] = [];

beforeAll(async () => {
  driver = await openTestDatabase();
  app = await openApp(driver, {
    answerQuestion: scriptedAnswer((input) => {
      asked.push(input);
      return quotedAnswer(quoteOf({ id: documentId, title: 'refunds.md', text }, 'Refunds take five days.'));
    }),
    passagesWaiting: async () => 0,
  });
  documentId = await app.publish({ title: 'refunds.md', text });
  key = await app.createKey();
  server = await listen(app.application, {
    host: '127.0.0.1',
    port: 0,
    publicUrl: null,
    log: { warn: () => {}, info: () => {} },
  });
});
afterAll(async () => {
  await server.stop();
  await app.application.stop();
  await driver.close();
});

function openTarget(options: { key?: string; url?: string } = {}) {
  const suite = Suite.parse({ name: 'x', target: { kind: 'footnote' }, data: { path: 'x' }, metrics: ['y'] });
  return createServerTarget({ url: server.url, key, ...options, settings: suite.target as TargetOf<'footnote'> });
}

it('asks a running server, looks its quotes up and leaves no conversation behind', async () => {
  const target = openTarget();
  const { identity } = await target.prepare(() => {}, never);
  expect(identity.startsWith(target.configuration)).toBe(true);
  const one = EvalCase.parse({
    id: 'c1',
    question: 'And yearly plans?',
    history: [{ question: 'How long do refunds take?', answer: 'Five days.' }],
  });
  const answer = await target.ask(one, never);
  expect(answer).toMatchObject({
    state: 'finished',
    quotes: [
      {
        text: 'Refunds take five days.',
        document: 'refunds.md',
        found: 'at-offsets',
        after: ' Invoices come monthly.',
      },
    ],
  });
  expect(answer.events[0]).toMatchObject({ type: 'answer-started', answerId: 'ans_1' });
  expect(asked.map(({ question, history }) => [question, history.length])).toEqual([
    ['How long do refunds take?', 0],
    ['And yearly plans?', 1],
  ]);
  const listed = await (await app.request('/v1/conversations', key)).json();
  expect(listed).toMatchObject({ items: [] });
});

it('has another identity when a document has changed', async () => {
  const target = openTarget();
  const before = await target.prepare(() => {}, never);
  expect(await target.prepare(() => {}, never)).toEqual(before);
  await app.publish({ title: 'more.md', text: 'More.' });
  expect(await target.prepare(() => {}, never)).not.toEqual(before);
});

it.each([
  ['a key that is not valid', { key: 'fn_wrong' }, 'UNAUTHENTICATED'],
  ['nobody at the address', { url: 'http://127.0.0.1:9' }, 'SERVER_UNREACHABLE'],
])('says before anything is asked: %s', async (_what, options, reason) => {
  const error: unknown = await openTarget(options)
    .prepare(() => {}, never)
    .catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'TARGET_UNAVAILABLE' });
  expect(String(error)).toContain(reason);
});

it('leaves what the key decides as an error', async () => {
  const one = EvalCase.parse({ id: 'c1', question: 'Who?', groups: ['support'] });
  await expect(openTarget().ask(one, never)).rejects.toMatchObject({ errors: [{ field: 'groups' }] });
});
