import { describe, expect, test } from 'vitest';
import { type Behaviour, startStubModelServer } from '../../../test/stub-model-server.ts';
import { AppError } from '../../domain/errors.ts';
import type { ChatModel } from '../chat-model.ts';
import { createOpenAiChatModel } from './openai-chat-model.ts';

const messages = [{ role: 'user', content: 'Hello' }] as const;
const never = new AbortController().signal;

async function openModel(baseUrl: string, deadlines: { firstTokenMs?: number; totalMs?: number } = {}) {
  return await createOpenAiChatModel({ model: 'stub', apiKey: 'sk-test', baseUrl, retryDelayMs: 1, ...deadlines });
}

async function read(model: ChatModel, signal: AbortSignal = never) {
  let text = '';
  let usage = null;
  try {
    for await (const chunk of model.stream({ messages, maxTokens: 50 }, signal)) {
      if (chunk.type === 'text') text += chunk.text;
      else usage = chunk.usage;
    }
    return { text, usage, error: null };
  } catch (error) {
    return { text, usage, error };
  }
}

test('streams text in order and reports the usage once', async () => {
  await using server = await startStubModelServer();
  server.script({ kind: 'text', text: 'The limit is 50 GB per file.' });
  const reply = await read(await openModel(server.url));
  expect(reply).toEqual({
    text: 'The limit is 50 GB per file.',
    usage: { inputTokens: 100, outputTokens: 20 },
    error: null,
  });
  expect(server.requests[0]).toMatchObject({
    authorization: 'Bearer sk-test',
    body: { model: 'stub', stream: true, temperature: 0, stream_options: { include_usage: true } },
  });
});

describe('errors are told apart and never carry what the server said', () => {
  const cases: [string, Behaviour[], string][] = [
    ['a rejected key', [{ kind: 'status', status: 401 }], 'MODEL_REJECTED_KEY'],
    ['a forbidden model', [{ kind: 'status', status: 403 }], 'MODEL_REJECTED_KEY'],
    ['an unknown model', [{ kind: 'status', status: 404 }], 'MODEL_BAD_RESPONSE'],
    ['a refused request', [{ kind: 'status', status: 400 }], 'MODEL_BAD_RESPONSE'],
    [
      'a rate limit twice',
      [
        { kind: 'status', status: 429 },
        { kind: 'status', status: 429 },
      ],
      'MODEL_RATE_LIMITED',
    ],
    ['a long rate limit', [{ kind: 'status', status: 429, headers: { 'retry-after': '30' } }], 'MODEL_RATE_LIMITED'],
    [
      'a broken server',
      [
        { kind: 'status', status: 500 },
        { kind: 'status', status: 503 },
      ],
      'MODEL_UNAVAILABLE',
    ],
    ['garbage', [{ kind: 'garbage' }], 'MODEL_BAD_RESPONSE'],
    ['a web page', [{ kind: 'garbage', contentType: 'text/html' }], 'MODEL_BAD_RESPONSE'],
    ['a cut connection', [{ kind: 'half', text: 'The limit', cut: true }], 'MODEL_BAD_RESPONSE'],
    ['a stream without its end', [{ kind: 'half', text: 'The limit', cut: false }], 'MODEL_BAD_RESPONSE'],
  ];
  test.each(cases)('%s', async (_name, behaviours, code) => {
    await using server = await startStubModelServer();
    server.script(...behaviours);
    const { error } = await read(await openModel(server.url));
    expect(error).toBeInstanceOf(AppError);
    expect(error).toMatchObject({ code });
    expect(String(error)).not.toContain('sk-inner-text');
    expect(server.requests).toHaveLength(behaviours.length);
  });

  test('nobody listening', async () => {
    const { error } = await read(await openModel('http://127.0.0.1:9/v1'));
    expect(error).toMatchObject({ code: 'MODEL_UNAVAILABLE' });
  });
});

test('a failure that may pass is tried once more', async () => {
  await using server = await startStubModelServer();
  server.script({ kind: 'status', status: 503 }, { kind: 'text', text: 'Here.' });
  expect((await read(await openModel(server.url))).text).toBe('Here.');
});

test('text that was already yielded stays, and the call is not repeated', async () => {
  await using server = await startStubModelServer();
  server.script({ kind: 'half', text: 'The limit', cut: true }, { kind: 'text', text: 'unused' });
  expect(await read(await openModel(server.url))).toMatchObject({
    text: 'The limit',
    error: { code: 'MODEL_BAD_RESPONSE' },
  });
  expect(server.requests).toHaveLength(1);
});

test('a server that never answers is left at the first-token deadline', async () => {
  await using server = await startStubModelServer();
  server.script({ kind: 'silence' });
  const { error } = await read(await openModel(server.url, { firstTokenMs: 50 }));
  expect(error).toMatchObject({ code: 'DEADLINE_EXCEEDED' });
  await server.requests[0]?.closedByClient;
});

test('a reply that stalls is left at the total deadline', async () => {
  await using server = await startStubModelServer();
  server.script({ kind: 'stall', text: 'The limit' });
  const { text, error } = await read(await openModel(server.url, { totalMs: 100 }));
  expect({ text, error }).toMatchObject({ text: 'The limit', error: { code: 'DEADLINE_EXCEEDED' } });
  await server.requests[0]?.closedByClient;
});

test('aborting closes the connection and throws the reason', async () => {
  await using server = await startStubModelServer();
  server.script({ kind: 'stall', text: 'The limit' });
  const controller = new AbortController();
  const reason = new AppError('ANSWER_STOPPED', 'Stopped.');
  const model = await openModel(server.url);
  const reading = async () => {
    for await (const chunk of model.stream({ messages, maxTokens: 50 }, controller.signal))
      if (chunk.type === 'text') controller.abort(reason);
  };
  await expect(reading()).rejects.toBe(reason);
  await server.requests[0]?.closedByClient;
});

test('leaving the loop closes the connection', async () => {
  await using server = await startStubModelServer();
  server.script({ kind: 'stall', text: 'The limit' });
  for await (const _chunk of (await openModel(server.url)).stream({ messages, maxTokens: 50 }, never)) break;
  await server.requests[0]?.closedByClient;
});

test('after five failures in a row the server is left alone', async () => {
  await using server = await startStubModelServer();
  server.script(...Array.from({ length: 5 }, (): Behaviour => ({ kind: 'status', status: 500 })));
  const model = await openModel(server.url);
  for (let call = 0; call < 3; call += 1) await read(model);
  expect((await read(model)).error).toMatchObject({ code: 'MODEL_UNAVAILABLE', retryAfter: 10 });
  expect(server.requests).toHaveLength(5);
});
