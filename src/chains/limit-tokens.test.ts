import { expect, it } from 'vitest';
import type { ChatChunk, ChatModel, ChatRequest } from '../models/chat-model.ts';
import { createTokenLimit } from './limit-tokens.ts';

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

it('is left out without a limit', () => {
  const chat = scripted();
  expect(createTokenLimit(null)(chat)).toBe(chat);
});

it('counts what the server reports, over all models, and cuts the last reply', async () => {
  const limit = createTokenLimit(1000);
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
  const limit = createTokenLimit(310);
  for await (const _chunk of limit(scripted()).stream({ messages: prompt, maxTokens: 700 }, never)) break;
  await expect(read(limit(scripted()))).rejects.toMatchObject({ code: 'TOKEN_LIMIT_REACHED' });
});
