import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Answer, AnswerEvent } from '../src/domain/answer.ts';
import type { Message } from '../src/store/answers.ts';
import { localKeyOf, type ServerProcess, startServer } from './server-process.ts';
import { type Behaviour, type StubModelServer, startStubModelServer } from './stub-model-server.ts';

const sentence = 'Yearly plans are refunded in full when you ask within 30 days of the purchase.';
const question = 'Are yearly plans refunded in full?';

/** The quote with the number of the passage that it stands in, wherever the search ranked it. */
const quoting: Behaviour = {
  kind: 'text',
  text({ body }) {
    const passages = [...(body.messages?.at(-1)?.content ?? '').matchAll(/<passage number="(\d+)".*?<\/passage>/gs)];
    return `[${passages.find(([text]) => text.includes(sentence))?.[1]}] "${sentence}"`;
  },
};
const answering: Behaviour = { kind: 'text', text: `${sentence.slice(0, -1)} [1].` };

let home: string;
let model: StubModelServer;
let server: ServerProcess;
let key: string;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'footnote-crash-'));
  model = await startStubModelServer();
  await start();
  key = await localKeyOf(home);
});
afterAll(async () => {
  await server.end('SIGTERM');
  await model.close();
  await rm(home, { recursive: true, force: true });
});

async function start(): Promise<void> {
  const { PATH } = process.env;
  // Nothing is more probable than 1: whether the sample answers the question is not what is tested.
  const chat = { OPENAI_BASE_URL: model.url, CHAT_MODEL: 'stub', REFUSAL_THRESHOLD: '1' };
  server = await startServer({ PATH, DATA_DIR: home, PORT: '0', LOG_LEVEL: 'silent', ...chat });
}

async function request(path: string, body?: object): Promise<Response> {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  const asked = body ? { method: 'POST', body: JSON.stringify(body) } : {};
  return await fetch(`${server.url}${path}`, { ...asked, headers });
}

async function json<T>(path: string, body?: object): Promise<T> {
  return (await (await request(path, body)).json()) as T;
}

/** The events that arrive until the one of that type, the connection still open. */
async function eventsUntil(response: Response, type: string): Promise<AnswerEvent[]> {
  const events: AnswerEvent[] = [];
  let rest = '';
  for await (const bytes of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    rest += bytes;
    const lines = rest.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line.startsWith('data:')) events.push(JSON.parse(line.slice(5)) as AnswerEvent);
    if (events.some((event) => event.type === type)) return events;
  }
  throw new Error(`The stream ended before ${type}.`);
}

it('a conversation is readable and goes on after its server was killed in the middle of an answer', {
  timeout: 120_000,
}, async () => {
  model.script(quoting, answering);
  const first = await json<Answer>('/v1/answers', { question });
  expect(first).toMatchObject({ state: 'finished', text: sentence });
  const { conversationId } = first;

  model.script(quoting, { kind: 'stall', text: `${sentence.slice(0, -1)} [1]. Another sen` });
  const asked = { question: 'Within how many days are yearly plans refunded in full?', conversationId, stream: true };
  const events = await eventsUntil(await request('/v1/answers', asked), 'sentence-finished');
  const [started] = events;
  if (started?.type !== 'answer-started') throw new Error('The first event starts the answer.');
  await server.end('SIGKILL');
  await start();

  const conversation = await json<{ messages: Message[] }>(`/v1/conversations/${conversationId}`);
  expect(conversation.messages).toMatchObject([
    { role: 'user', text: question, final: true },
    { role: 'assistant', text: sentence, answerId: first.id, final: true },
    { role: 'user', text: asked.question, final: true },
    { role: 'assistant', answerId: started.answerId, final: false },
  ]);
  expect(conversation.messages[3]?.text).toBe('The server stopped before the answer was finished.');
  const interrupted = await json<Answer>(`/v1/answers/${started.answerId}`);
  expect(interrupted).toMatchObject({
    state: 'failed',
    text: '',
    sentences: [],
    quotes: [],
    error: { code: 'SERVER_STOPPING' },
  });
  const resumed = await (await request(`/v1/answers/${started.answerId}/events`)).text();
  expect(resumed).toContain('event: answer-failed');

  model.script(quoting, answering);
  const next = await json<Answer>('/v1/answers', { question: asked.question, conversationId });
  expect(next).toMatchObject({ state: 'finished', text: sentence, conversationId });
  const after = await json<{ messages: Message[] }>(`/v1/conversations/${conversationId}`);
  expect(after.messages.map(({ final }) => final)).toEqual([true, true, true, false, true, true]);
});
