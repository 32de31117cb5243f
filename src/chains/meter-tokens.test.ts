import { expect, it } from 'vitest';
import type { ChatChunk, ChatModel, ChatRequest } from '../models/chat-model.ts';
import { createTokenMeter } from './meter-tokens.ts';

const never = new AbortController().signal;
const prompt = [{ role: 'user' as const, content: 'x'.repeat(300) }];

function scripted(usage: ChatChunk[] = []): ChatModel & { readonly asked: ChatRequest[] } {
  const asked: ChatRequest[] = [];
  return {
    id: 'scripted',
    asked,
    async *stream(request) {
      asked.push(request);
      yield { type: 'text', text: 'y'.repeat(300) };
      yield* usage;
    },
  };
}

const read = async (chat: ChatModel) => await Array.fromAsync(chat.stream({ messages: prompt, maxTokens: 700 }, never));

it('counts what the server reports, over all models, and cuts the last reply', async () => {
  const { of: limit } = createTokenMeter({ limit: 1000 });
  const usage = { type: 'usage', usage: { inputTokens: 500, outputTokens: 250 } } as const;
  const [first, second] = [scripted([usage]), scripted()];
  await read(limit(first));
  await read(limit(second));
  expect(first.asked[0]?.maxTokens).toBe(700);
  expect(second.asked[0]?.maxTokens).toBe(150);
  const third = scripted();
  await expect(read(limit(third))).rejects.toMatchObject({ code: 'TOKEN_LIMIT_REACHED' });
  expect(third.asked).toEqual([]);
});

it('estimates where the server reports nothing, also of a reply that is left', async () => {
  const { of: limit } = createTokenMeter({ limit: 310 });
  for await (const _chunk of limit(scripted()).stream({ messages: prompt, maxTokens: 700 }, never)) break;
  await expect(read(limit(scripted()))).rejects.toMatchObject({ code: 'TOKEN_LIMIT_REACHED' });
});

it('tells tokens and dollars over all models, and no dollars where a price is not known', async () => {
  const usage = { type: 'usage', usage: { inputTokens: 500_000, outputTokens: 100_000 } } as const;
  const prices = new Map([['scripted', { input: 2, output: 10 }]]);
  const meter = createTokenMeter({ priceOf: (model) => prices.get(model) ?? null });
  expect(meter.spent()).toEqual({ usage: { inputTokens: 0, outputTokens: 0 }, cost: 0 });
  await read(meter.of(scripted([usage])));
  await read(meter.of(scripted([usage])));
  expect(meter.spent()).toEqual({ usage: { inputTokens: 1_000_000, outputTokens: 200_000 }, cost: 4 });
  await read(meter.of({ ...scripted([usage]), id: 'unpriced' }));
  expect(meter.spent()).toEqual({ usage: { inputTokens: 1_500_000, outputTokens: 300_000 }, cost: null });
});

const failing = (error: Error, text = ''): ChatModel => ({
  id: 'failing',
  async *stream() {
    if (text) yield { type: 'text', text };
    throw error;
  },
});

it('counts a reply that breaks off, and nothing of a call that the server refuses', async () => {
  const meter = createTokenMeter();
  await expect(read(meter.of(failing(new Error('refused'))))).rejects.toThrow('refused');
  expect(meter.spent().usage).toEqual({ inputTokens: 0, outputTokens: 0 });
  await expect(read(meter.of(failing(new Error('broke off'), 'y'.repeat(30))))).rejects.toThrow('broke off');
  expect(meter.spent().usage).toEqual({ inputTokens: 100, outputTokens: 10 });
});

it('counts what a call had read that was cancelled before its first token', async () => {
  const meter = createTokenMeter();
  const chunks = meter.of(failing(new Error('gone'))).stream({ messages: prompt, maxTokens: 700 }, AbortSignal.abort());
  await expect(chunks.next()).rejects.toThrow('gone');
  expect(meter.spent().usage).toEqual({ inputTokens: 100, outputTokens: 0 });
});
