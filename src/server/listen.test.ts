import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  jsonBody,
  openApp,
  quotedAnswer,
  quoteOf,
  type ScriptedEvent,
  scriptedAnswer,
  type TestApp,
} from '../../test/open-app.ts';
import { openTestDatabase } from '../../test/open-database.ts';
import type { AnswerEvent } from '../domain/answer.ts';
import { newId } from '../domain/ids.ts';
import type { ServerDeps } from '../server/server-deps.ts';
import type { SqlDriver } from '../store/sql.ts';
import { listen, type RunningServer } from './listen.ts';

const quiet = { info: () => {}, warn: () => {} };
const document = { id: newId('document'), title: 'Refunds', text: 'A refund takes 5 days.\r\nid: 99\n\nevent: forged' };
const quote = quoteOf(document, document.text);

let driver: SqlDriver;

beforeAll(async () => {
  driver = await openTestDatabase();
});

afterAll(async () => {
  await driver.close();
});

interface Served extends AsyncDisposable {
  readonly app: TestApp;
  readonly server: RunningServer;
  readonly key: string;
  ask(question: string, signal?: AbortSignal): Promise<Response>;
  get(path: string, headers?: Record<string, string>): Promise<Response>;
}

async function serve(overrides: Partial<ServerDeps>): Promise<Served> {
  const app = await openApp(driver, overrides);
  const key = await app.createKey();
  const server = await listen(app.application, {
    host: '127.0.0.1',
    port: 0,
    publicUrl: null,
    log: quiet,
    closeGraceMilliseconds: 200,
  });
  const authorization = `Bearer ${key}`;
  return {
    app,
    server,
    key,
    ask: (question, signal) => {
      const { headers, ...init } = jsonBody({ question, stream: true });
      return fetch(`${server.url}/v1/answers`, {
        ...init,
        headers: { ...headers, authorization },
        signal: signal ?? null,
      });
    },
    get: (path, headers = {}) => fetch(server.url + path, { headers: { authorization, ...headers } }),
    [Symbol.asyncDispose]: () => server.stop(),
  };
}

/** A chain that waits before its end until the test lets it go on. */
function gated(events: () => ScriptedEvent[]) {
  const gate = Promise.withResolvers<void>();
  const answerQuestion = scriptedAnswer(async function* (_input, signal) {
    const [first, ...rest] = events();
    if (first) yield first;
    await Promise.race([gate.promise, once(signal, 'abort')]);
    if (!signal.aborted) yield* rest;
    else await new Promise(() => {});
  });
  return { answerQuestion, open: gate.resolve };
}

interface EventReader {
  /** The next event of the type, leaving out others. */
  next(type: AnswerEvent['type']): Promise<AnswerEvent>;
  /** True when nothing follows. */
  isOver(): Promise<boolean>;
  leave(): Promise<void>;
}

function readerOf(response: Response): EventReader {
  const { body } = response;
  if (!body) throw new Error('The response has no body.');
  const reader = body.getReader();
  const events: AnswerEvent[] = [];
  let text = '';
  async function more(): Promise<boolean> {
    const { done, value } = await reader.read();
    if (done) return false;
    const frames = (text + new TextDecoder().decode(value)).split('\n\n');
    text = frames.pop() ?? '';
    events.push(...frames.map((frame) => JSON.parse(frame.split('\ndata: ')[1] ?? '') as AnswerEvent));
    return true;
  }
  return {
    async next(type) {
      for (;;) {
        const event = events.shift();
        if (event?.type === type) return event;
        if (!event && !(await more())) throw new Error(`The stream ended before ${type}.`);
      }
    },
    isOver: async () => events.length === 0 && !(await more()),
    leave: () => reader.cancel(),
  };
}

async function startedAnswer(response: Response) {
  const reader = readerOf(response);
  const event = await reader.next('answer-started');
  if (event.type !== 'answer-started') throw new Error('The first event is another one.');
  return { reader, id: event.answerId };
}

describe('a stream of events', () => {
  it('can be resumed after any event, live or stored, with the same bytes', async () => {
    await using served = await serve({ answerQuestion: scriptedAnswer(() => quotedAnswer(quote)) });
    const response = await served.ask('How long?');
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    const whole = await response.text();
    const frames = whole.split(/(?<=\n\n)/);
    const ids = frames.map((frame) => /^id: (\d+)$/m.exec(frame)?.[1]);
    expect(ids).toEqual(frames.map((_frame, index) => String(index)));
    const { answerId } = JSON.parse(frames[0]?.split('\ndata: ')[1] ?? '') as { answerId: string };
    for (const [index] of frames.entries()) {
      const resumed = await served.get(`/v1/answers/${answerId}/events`, { 'last-event-id': String(index) });
      const expected = frames.slice(index + 1).join('');
      expect([resumed.status, await resumed.text()]).toEqual([expected === '' ? 204 : 200, expected]);
    }
    expect(await (await served.get(`/v1/answers/${answerId}/events`)).text()).toBe(whole);
    expect((await served.get(`/v1/answers/${answerId}/events`, { 'last-event-id': 'x' })).status).toBe(400);
  });

  it('goes on without its client, who finds the rest', async () => {
    const { answerQuestion, open } = gated(() => quotedAnswer(quote));
    await using served = await serve({ answerQuestion });
    const leaving = new AbortController();
    const { id } = await startedAnswer(await served.ask('How long?', leaving.signal));
    leaving.abort();
    const resumed = await served.get(`/v1/answers/${id}/events`, { 'last-event-id': '0' });
    open();
    expect(await resumed.text()).toMatch(/^event: quote-verified\n[\s\S]*event: answer-finished\n/);
    expect(await (await served.get(`/v1/answers/${id}`)).json()).toMatchObject({
      state: 'finished',
      text: document.text,
    });
  });

  it('is the same for all who follow it', async () => {
    const { answerQuestion, open } = gated(() => quotedAnswer(quote));
    await using served = await serve({ answerQuestion });
    const { id, reader } = await startedAnswer(await served.ask('How long?'));
    const followers = await Promise.all([1, 2, 3].map(() => served.get(`/v1/answers/${id}/events`)));
    open();
    await reader.next('answer-finished');
    expect(new Set(await Promise.all(followers.map((follower) => follower.text()))).size).toBe(1);
  });

  it('ends when the answer is stopped, with what was released stored', async () => {
    const { answerQuestion } = gated(() => quotedAnswer(quote));
    await using served = await serve({ answerQuestion });
    const { id, reader } = await startedAnswer(await served.ask('How long?'));
    await reader.next('quote-verified');
    const stopped = await fetch(`${served.server.url}/v1/answers/${id}/stop`, {
      method: 'POST',
      headers: { authorization: `Bearer ${served.key}` },
    });
    expect(await stopped.json()).toMatchObject({
      state: 'failed',
      error: { code: 'ANSWER_STOPPED' },
      quotes: [{ number: 1 }],
    });
    expect(await reader.next('answer-failed')).toMatchObject({ error: { code: 'ANSWER_STOPPED' } });
    expect(await reader.isOver()).toBe(true);
    const again = await fetch(`${served.server.url}/v1/answers/${id}/stop`, {
      method: 'POST',
      headers: { authorization: `Bearer ${served.key}` },
    });
    expect(again.status).toBe(200);
  });

  it('of another tenant cannot be followed or stopped while it runs', async () => {
    const { answerQuestion, open } = gated(() => quotedAnswer(quote));
    await using served = await serve({ answerQuestion });
    await using other = await serve({ answerQuestion });
    const { id } = await startedAnswer(await served.ask('How long?'));
    const stranger = { authorization: `Bearer ${other.key}` };
    expect((await served.get(`/v1/answers/${id}/events`, stranger)).status).toBe(404);
    expect(
      (await fetch(`${served.server.url}/v1/answers/${id}/stop`, { method: 'POST', headers: stranger })).status,
    ).toBe(404);
    open();
    expect(await (await served.get(`/v1/answers/${id}/events`)).text()).toContain('event: answer-finished');
  });

  it('does not wait for a client that reads nothing', async () => {
    const large = Array.from(
      { length: 200 },
      (): ScriptedEvent => ({ type: 'text-delta', sentence: 0, text: 'x'.repeat(50_000) }),
    );
    await using served = await serve({ answerQuestion: scriptedAnswer(() => large) });
    const deaf = await openSocket(served.server.port);
    const body = '{"question":"How long?","stream":true}';
    deaf.write(
      `POST /v1/answers HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${served.key}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
    const [conversation] = await poll(async () => {
      const page = (await (await served.get('/v1/conversations')).json()) as { items: { id: string }[] };
      return page.items;
    });
    const answer = await poll(async () => {
      const { messages } = (await (await served.get(`/v1/conversations/${conversation?.id}`)).json()) as {
        messages: { answerId: string | null; final: boolean }[];
      };
      return messages.filter(({ answerId, final }) => answerId !== null && final);
    });
    expect(answer).not.toHaveLength(0);
    deaf.destroy();
  });

  it('that did not begin is a problem document', async () => {
    await using served = await serve({});
    const response = await fetch(`${served.server.url}/v1/answers`, {
      ...jsonBody({ question: 'x', conversationId: newId('conversation'), stream: true }),
      headers: { 'content-type': 'application/json', authorization: `Bearer ${served.key}` },
    });
    expect([response.status, response.headers.get('content-type')]).toEqual([404, 'application/problem+json']);
  });

  it('of an answer whose process died ends as the answer did', async () => {
    const { answerQuestion } = gated(() => quotedAnswer(quote));
    const app = await openApp(driver, { answerQuestion });
    const key = await app.createKey();
    const asked = await app.request('/v1/answers', key, jsonBody({ question: 'x', stream: true }));
    const { id, reader } = await startedAnswer(asked);
    await app.stores.answers.failInterrupted();
    const successor = await openApp(driver, {});
    const resumed = await successor.request(`/v1/answers/${id}/events`, key, { headers: { 'last-event-id': '7' } });
    expect(await resumed.text()).toMatch(/^event: answer-failed\nid: 8\ndata: .*"code":"SERVER_STOPPING"/);
    await reader.leave();
    await app.application.stop();
  });
});

describe('stopping the server', () => {
  it('gives running answers their final event, stores them, and cuts what does not end', async () => {
    const { answerQuestion } = gated(() => quotedAnswer(quote));
    await using served = await serve({ answerQuestion });
    const { id, reader } = await startedAnswer(await served.ask('How long?'));
    const idle = await openSocket(served.server.port);
    idle.write('GET /healthz HTTP/1.1\r\nHost: localhost\r\n');
    const cut = once(idle, 'close');
    await served.server.stop();
    expect(await reader.next('answer-failed')).toMatchObject({ error: { code: 'SERVER_STOPPING' } });
    await cut;
    const stored = await served.app.request(`/v1/answers/${id}`, served.key);
    expect(await stored.json()).toMatchObject({ state: 'failed', error: { code: 'SERVER_STOPPING' } });
    await expect(served.get('/healthz')).rejects.toThrow();
    expect((await served.app.request('/readyz', null)).status).toBe(503);
  });

  it('ends the stream of a job', async () => {
    await using served = await serve({});
    const { jobId } = await queueDocument(served.app);
    const response = await served.get(`/v1/jobs/${jobId}/events`);
    const reader = response.body?.getReader();
    const first = new TextDecoder().decode((await reader?.read())?.value);
    expect(first).toMatch(/^event: job-progressed\nid: 0\ndata: \{/);
    await served.server.stop();
    expect((await reader?.read())?.done).toBe(true);
  });
});

describe('listening', () => {
  it('names a port that is taken and what to do', async () => {
    await using served = await serve({});
    const second = await openApp(driver);
    const attempt = listen(second.application, {
      host: '127.0.0.1',
      port: served.server.port,
      publicUrl: null,
      log: quiet,
    });
    await expect(attempt).rejects.toMatchObject({
      code: 'PORT_IN_USE',
      detail: expect.stringContaining(`PORT=${served.server.port + 1}`),
    });
  });

  it('names an address that is not of this machine', async () => {
    const app = await openApp(driver);
    const attempt = listen(app.application, { host: '203.0.113.7', port: 0, publicUrl: null, log: quiet });
    await expect(attempt).rejects.toMatchObject({ code: 'CONFIGURATION_INVALID', errors: [{ field: 'HOST' }] });
  });

  it.each([
    [
      'two lengths',
      'POST /v1/answers HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nContent-Length: 5\r\n\r\n{}',
      400,
    ],
    [
      'a length and chunks',
      'POST /v1/answers HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      400,
    ],
    ['no Host', 'GET /healthz HTTP/1.1\r\n\r\n', 400],
    ['a foreign Host', 'GET /healthz HTTP/1.1\r\nHost: evil.example\r\n\r\n', 403],
    ['a foreign absolute address', 'GET http://evil.example/healthz HTTP/1.1\r\nHost: localhost\r\n\r\n', 403],
    [
      'a foreign Host behind an own address',
      'GET http://localhost/healthz HTTP/1.1\r\nHost: evil.example\r\n\r\n',
      403,
    ],
    ['a path out of the assets', 'GET /assets/..%2f..%2fpackage.json HTTP/1.1\r\nHost: localhost\r\n\r\n', 404],
    ['headers of 100 kB', `GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(100_000)}\r\n\r\n`, 431],
    ['what is no HTTP', 'hello\r\n\r\n', 400],
  ])('answers %s', async (_name, request, status) => {
    await using served = await serve({});
    const socket = await openSocket(served.server.port);
    socket.write(request);
    const [bytes] = (await once(socket, 'data')) as [Buffer];
    expect(bytes.toString().split(' ')[1]).toBe(String(status));
    socket.destroy();
  });

  it('takes a body in chunks, up to the same size', async () => {
    await using served = await serve({});
    const send = async (size: number) => {
      const text = JSON.stringify({ question: 'x'.padEnd(size) });
      const body = new Blob([text]).stream();
      const headers = { authorization: `Bearer ${served.key}`, 'content-type': 'application/json' };
      return await fetch(`${served.server.url}/v1/answers`, {
        method: 'POST',
        body,
        headers,
        duplex: 'half',
      } as RequestInit);
    };
    expect([(await send(100)).status, (await send(1_100_000)).status]).toEqual([200, 413]);
  });
});

async function openSocket(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

/** Asks until there is something. */
async function poll<T>(ask: () => Promise<readonly T[]>): Promise<readonly T[]> {
  for (let count = 0; count < 500; count += 1) {
    const found = await ask();
    if (found.length > 0) return found;
  }
  return [];
}

async function queueDocument({ stores, tenant }: TestApp) {
  const [registration] = await stores.documents.register(tenant, null, [
    {
      source: 'test',
      externalId: 'queued',
      uri: null,
      title: 'Queued',
      acl: [],
      tags: {},
      metadata: {},
      language: null,
      contentHash: '0'.repeat(64),
      mediaType: 'text/plain',
      fileName: 'queued.txt',
      size: 1,
    },
  ]);
  return { jobId: registration?.jobId };
}
