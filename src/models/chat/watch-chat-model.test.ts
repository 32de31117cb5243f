import { expect, it } from 'vitest';
import { type Behaviour, startStubModelServer } from '../../../test/stub-model-server.ts';
import type { ChatRequest } from '../chat-model.ts';
import { createOpenAiChatModel } from './openai-chat-model.ts';
import { watchChatModel } from './watch-chat-model.ts';

const never = new AbortController().signal;
const request: ChatRequest = { messages: [{ role: 'user', content: 'How long?' }], maxTokens: 100 };

/** A watched model at a server that behaves so, a clock that is set by hand, and what was told of changes. */
async function open(...behaviours: Behaviour[]) {
  const server = await startStubModelServer();
  server.script(...behaviours);
  const state = { time: 0 };
  const changes: boolean[] = [];
  const chat = await createOpenAiChatModel({ model: 'large', apiKey: 'sk-test', baseUrl: server.url, retryDelayMs: 0 });
  const watched = watchChatModel(chat, {
    now: () => state.time,
    onChange: (_model, { isWorking }) => changes.push(isWorking),
    probeMs: 200,
  });
  return { server, state, watched, changes };
}

const ok: Behaviour = { kind: 'text', text: 'OK' };
const rejected: Behaviour = { kind: 'status', status: 401 };

it('asks once before the first call, and believes what worked', async () => {
  const { server, watched, state } = await open(ok);
  await using _server = server;
  const [one, other] = await Promise.all([watched.health(), watched.health()]);
  expect([one, other]).toEqual([one, one]);
  expect(one).toMatchObject({ isWorking: true, detail: 'large answers' });
  state.time = 1_000_000;
  await watched.health();
  expect(server.requests).toHaveLength(1);
});

it('tells that the key is rejected, without what the server said, and asks again after a while', async () => {
  const { server, watched, state, changes } = await open(rejected, ok);
  await using _server = server;
  await expect(Array.fromAsync(watched.stream(request, never))).rejects.toMatchObject({ code: 'MODEL_REJECTED_KEY' });
  expect(await watched.health()).toMatchObject({
    isWorking: false,
    detail: 'MODEL_REJECTED_KEY: The model server rejects the key.',
  });
  expect(server.requests).toHaveLength(1);
  state.time = 30_000;
  expect(await watched.health()).toMatchObject({ isWorking: true });
  expect(changes).toEqual([false, true]);
});

it('does not take a caller who stops, a reply that breaks off or a hurried call for a failure of the server', async () => {
  const half: Behaviour = { kind: 'half', text: 'Thirty', cut: true };
  const { server, watched, changes } = await open(ok, half, { kind: 'silence' }, { kind: 'silence' });
  await using _server = server;
  await Array.fromAsync(watched.stream(request, never));
  await expect(Array.fromAsync(watched.stream(request, never))).rejects.toThrow();
  await expect(Array.fromAsync(watched.stream({ ...request, deadlineMs: 20 }, never))).rejects.toThrow();
  const leaving = new AbortController();
  const reply = Array.fromAsync(watched.stream(request, leaving.signal));
  leaving.abort(new Error('no longer wanted'));
  await expect(reply).rejects.toThrow('no longer wanted');
  expect(await watched.health()).toMatchObject({ isWorking: true });
  expect(changes).toEqual([]);
});

it('does not wait for a server that is silent', async () => {
  const { server, watched } = await open({ kind: 'silence' });
  await using _server = server;
  expect(await watched.health()).toMatchObject({ isWorking: false, detail: 'it takes longer than 0.2 s' });
});
