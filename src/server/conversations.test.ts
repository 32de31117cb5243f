import { afterAll, beforeAll, expect, it } from 'vitest';
import { jsonBody, openApp, quotedAnswer, quoteOf, scriptedAnswer, type TestApp } from '../../test/open-app.ts';
import { openTestDatabase } from '../../test/open-database.ts';
import type { AnswerInput } from '../chains/answer-question.ts';
import { type Answer, type AnswerEvent, foldAnswer } from '../domain/answer.ts';
import { newId } from '../domain/ids.ts';
import type { SqlDriver } from '../store/sql.ts';
import { conversationMarkdown } from './conversation-markdown.ts';

let driver: SqlDriver;
let app: TestApp;
let key: string;
const asked: AnswerInput[] = [];
const text = 'Refunds take ![x](https://evil.example/a) <b>five</b> days.';

beforeAll(async () => {
  driver = await openTestDatabase();
  const document = { id: newId('document'), title: 'Refund [policy]', text };
  app = await openApp(driver, {
    answerQuestion: scriptedAnswer((input) => {
      asked.push(input);
      return quotedAnswer({ ...quoteOf(document, text), uri: 'https://kestrel.example/refunds' });
    }),
  });
  key = await app.createKey();
});
afterAll(async () => {
  await app.application.stop();
  await driver.close();
});

const ask = async (body: object) => await app.request('/v1/answers', key, jsonBody(body));
const answer = async (body: object) => (await (await ask(body)).json()) as Answer;
const read = async (path: string) => await app.request(`/v1/conversations/${path}`, key);

it('an edit is a branch: its history is what came before, and both branches are read and exported', async () => {
  const first = await answer({ question: 'How long?' });
  const { conversationId } = first;
  const second = await answer({ question: 'On every plan?', conversationId });
  const edited = await answer({ question: 'On Starter?', conversationId, editOf: second.id });
  expect(asked.at(-1)?.history.map(({ question }) => question)).toEqual(['How long?']);

  const page = (await (await read(`${conversationId}?limit=3`)).json()) as { messages: object[]; nextCursor: string };
  expect(page.messages).toMatchObject([{ text: 'How long?' }, {}, { text: 'On Starter?' }]);
  expect(page.messages[2]).toMatchObject({ parentAnswerId: first.id, alternatives: [second.id, edited.id] });
  const next = await (await read(`${conversationId}?limit=3&cursor=${page.nextCursor}`)).json();
  expect(next).toMatchObject({ messages: [{ role: 'assistant', answerId: edited.id }], nextCursor: null });
  expect(await (await read(`${conversationId}?branch=${second.id}`)).text()).toContain('On every plan?');

  const exported = await read(`${conversationId}/export?branch=${second.id}`);
  expect(exported.headers.get('content-type')).toBe('text/markdown; charset=utf-8');
  const markdown = await exported.text();
  expect(markdown).toContain('## How long?');
  expect(markdown).toContain('> **[1]**');
  expect(markdown).toContain('> Refund \\[policy\\], version 1, characters 0–');
  expect(markdown).toContain('<https://kestrel.example/refunds>');
  expect(markdown).not.toMatch(/On Starter|!\[x\]\(|<b>/);
});

it('an export keeps the rows of a table, the lines of a list and a listing, and nothing in them becomes markup', () => {
  const document = { id: newId('document'), title: 'Refunds', text };
  const units = [
    'Two ways:',
    '\n\n1. Write <b>us</b>.',
    '\n2. Call.',
    '\n\n| By | Days |\n|---|---|\n| ![x](https://evil.example/a) | 5 |',
    '\n| Cash \\| coin | 1 |',
    '\n\n```sh\nrefund --all\n```',
  ];
  const answer = foldAnswer(
    [
      {
        type: 'answer-started',
        answerId: 'ans_1',
        conversationId: 'cnv_1',
        question: 'How?',
        mode: 'strict',
        model: 'm',
      },
      ...quotedAnswer(quoteOf(document, text)).map((event) =>
        event.type === 'answer-finished'
          ? {
              ...event,
              text: units.join(''),
              sentences: units.map((unit) => ({ text: unit.trim(), citations: [1], groundedness: 1 })),
            }
          : event,
      ),
    ].map((event, sequence) => ({ ...event, sequence, at: '2026-01-01T00:00:00Z' })) as AnswerEvent[],
  );
  const markdown = conversationMarkdown('Refunds', answer ? [answer] : []);
  expect(markdown).toContain(`Two ways: [1]

1. Write \\<b\\>us\\</b\\>. [1]
2. Call. [1]

| By | Days |
|---|---|
| \\!\\[x\\](https://evil.example/a) | 5 [1] |
| Cash \\| coin | 1 [1] |

\`\`\`sh
refund --all
\`\`\`

[1]
`);
});

it.each([
  ['without a conversation', (id: string) => ({ question: 'q', editOf: id }), 400],
  [
    'of nothing',
    (_id: string, conversationId: string) => ({ question: 'q', conversationId, editOf: newId('answer') }),
    404,
  ],
  ['of no answer', (_id: string, conversationId: string) => ({ question: 'q', conversationId, editOf: 'msg_1' }), 404],
])('refuses an edit %s', async (_name, bodyOf, status) => {
  const { id, conversationId } = await answer({ question: 'How long?' });
  expect((await ask(bodyOf(id, conversationId))).status).toBe(status);
});

it('nobody else reads, exports or edits it', async () => {
  const { id, conversationId } = await answer({ question: 'How long?' });
  const stranger = await app.createKey({ role: 'reader' });
  for (const path of ['', '/export', `?branch=${id}`])
    expect((await app.request(`/v1/conversations/${conversationId}${path}`, stranger)).status).toBe(404);
  const edit = { question: 'q', conversationId, editOf: id };
  expect((await app.request('/v1/answers', stranger, jsonBody(edit))).status).toBe(404);
});
