import { describe, expect, it } from 'vitest';
import { startStubModelServer } from '../../../test/stub-model-server.ts';
import { AppError } from '../../domain/errors.ts';
import type { ChatChunk, ChatModel } from '../chat-model.ts';
import { createHedge, type HedgedCall } from './hedge-chat-model.ts';
import { createOpenAiChatModel } from './openai-chat-model.ts';

const never = new AbortController().signal;
const request = { messages: [{ role: 'user' as const, content: 'x'.repeat(300) }], maxTokens: 50 };

async function read(model: ChatModel, signal = never): Promise<ChatChunk[]> {
  return await Array.fromAsync(model.stream(request, signal));
}

/** A model that does as it is told; `aborted` resolves when its call was cancelled. */
function scripted(id: string, open: (signal: AbortSignal) => Promise<string>) {
  const aborted = Promise.withResolvers<void>();
  const started = Promise.withResolvers<void>();
  const model: ChatModel = {
    id,
    async *stream(_request, signal) {
      started.resolve();
      signal.addEventListener('abort', () => aborted.resolve());
      yield { type: 'text', text: await open(signal) };
      yield { type: 'usage', usage: { inputTokens: 10, outputTokens: 1 } };
    },
  };
  return { model, started: started.promise, aborted: aborted.promise };
}
const hanging = (signal: AbortSignal) =>
  new Promise<never>((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
const failing = (code: 'MODEL_UNAVAILABLE' | 'MODEL_RATE_LIMITED') => () =>
  Promise.reject(new AppError(code, 'The server says no.'));

function hedged(first: ChatModel, second: ChatModel, afterMilliseconds = 1) {
  const calls: HedgedCall[] = [];
  return { model: createHedge({ afterMilliseconds })(first, second, (call) => calls.push(call)), calls };
}

describe('a hedged chat model', () => {
  it('asks another one beside a silent one, takes its reply and closes the silent connection', async () => {
    await using server = await startStubModelServer();
    server.script({ kind: 'silence' }, { kind: 'text', text: 'Thirty days [1].' });
    const options = { apiKey: 'sk-test', baseUrl: server.url };
    const [large, small] = await Promise.all(
      ['large', 'small'].map((model) => createOpenAiChatModel({ ...options, model })),
    );
    if (!large || !small) throw new Error('Two models were made.');
    const { model, calls } = hedged(large, small, 50);
    const chunks = await read(model);
    expect(chunks.map((chunk) => (chunk.type === 'text' ? chunk.text : '')).join('')).toBe('Thirty days [1].');
    expect(chunks.at(-1)).toEqual({ type: 'usage', usage: { inputTokens: 100, outputTokens: 20 } });
    expect(server.requests.map(({ body }) => body.model)).toEqual(['large', 'small']);
    await server.requests[0]?.closedByClient;
    expect(calls).toEqual([{ first: 'large', second: 'small', taken: 'second' }]);
  });

  it('asks one alone that begins in time, or fails in time', async () => {
    const second = scripted('second', () => Promise.reject(new Error('It is not to be asked.')));
    const early = hedged(scripted('first', async () => 'early').model, second.model, 60_000);
    expect(await read(early.model)).toEqual([
      { type: 'text', text: 'early' },
      { type: 'usage', usage: { inputTokens: 10, outputTokens: 1 } },
    ]);
    const failed = hedged(scripted('first', failing('MODEL_UNAVAILABLE')).model, second.model, 60_000);
    await expect(read(failed.model)).rejects.toMatchObject({ code: 'MODEL_UNAVAILABLE' });
    expect([...early.calls, ...failed.calls]).toEqual([]);
  });

  it('keeps a late one that is faster all the same, and cancels the other', async () => {
    const second = scripted('second', hanging);
    const first = scripted('first', () => second.started.then(() => 'late'));
    const { model, calls } = hedged(first.model, second.model);
    const chunks = await read(model);
    expect(chunks).toEqual([
      { type: 'text', text: 'late' },
      { type: 'usage', usage: { inputTokens: 10, outputTokens: 1 } },
    ]);
    await second.aborted;
    expect(calls).toEqual([{ first: 'first', second: 'second', taken: 'first' }]);
  });

  it('outlives the failure of either, and fails as the first one did when both do', async () => {
    const broken = scripted('second', failing('MODEL_RATE_LIMITED'));
    const late = scripted('first', () => broken.started.then(() => 'late'));
    expect((await read(hedged(late.model, broken.model).model))[0]).toEqual({ type: 'text', text: 'late' });
    const alive = scripted('second', async () => 'alive');
    const breaking = scripted('first', () => alive.started.then(failing('MODEL_UNAVAILABLE')));
    expect((await read(hedged(breaking.model, alive.model).model))[0]).toEqual({ type: 'text', text: 'alive' });
    const both = scripted('first', () => broken.started.then(failing('MODEL_UNAVAILABLE')));
    await expect(read(hedged(both.model, broken.model).model)).rejects.toMatchObject({ code: 'MODEL_UNAVAILABLE' });
  });

  it('cancels both calls when it is stopped, and when its reader leaves', async () => {
    const [first, second] = [scripted('first', hanging), scripted('second', hanging)];
    const stop = new AbortController();
    const reading = read(hedged(first.model, second.model).model, stop.signal);
    await second.started;
    stop.abort(new AppError('ANSWER_STOPPED', 'It was stopped.'));
    await expect(reading).rejects.toMatchObject({ code: 'ANSWER_STOPPED' });
    await Promise.all([first.aborted, second.aborted]);

    const [silent, left] = [scripted('first', hanging), scripted('second', async () => 'some')];
    for await (const _chunk of hedged(silent.model, left.model).model.stream(request, never)) break;
    await Promise.all([silent.aborted, left.aborted]);
  });

  it('asks one alone, however late, where the budget has no second call left, and spends it where it has', async () => {
    const checked = Promise.withResolvers<void>();
    const spending: string[] = [];
    const budget = (isLeft: boolean) => ({
      deposit: () => void spending.push('deposit'),
      spend: () => void spending.push('spend'),
      hasRetry() {
        checked.resolve();
        return isLeft;
      },
    });
    const first = scripted('first', () => checked.promise.then(() => 'late'));
    const second = scripted('second', hanging);
    const calls: HedgedCall[] = [];
    const hedge = (isLeft: boolean) => createHedge({ afterMilliseconds: 1, budget: budget(isLeft) });
    const alone = hedge(false)(first.model, second.model, (call) => calls.push(call));
    expect((await read(alone))[0]).toEqual({ type: 'text', text: 'late' });
    expect([spending, calls]).toEqual([['deposit'], []]);
    const silent = scripted('first', hanging);
    const answering = scripted('second', async () => 'second');
    await read(hedge(true)(silent.model, answering.model, (call) => calls.push(call)));
    expect(spending).toEqual(['deposit', 'deposit', 'spend']);
    expect(calls).toHaveLength(1);
  });
});
