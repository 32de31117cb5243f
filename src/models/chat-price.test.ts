import { expect, it } from 'vitest';
import { chatPriceOf } from './chat-price.ts';

const chat = { models: ['gpt-4.1-mini', 'gpt-4.1-nano'], baseUrl: null };

it('is known of usual models of OpenAI, and not of their names at another server', () => {
  expect(chatPriceOf('gpt-4.1-mini', { chatPrices: null, chat })).toEqual({ input: 0.4, output: 1.6 });
  expect(chatPriceOf('another', { chatPrices: null, chat })).toBeNull();
  expect(
    chatPriceOf('gpt-4.1-mini', { chatPrices: null, chat: { ...chat, baseUrl: 'http://127.0.0.1:1' } }),
  ).toBeNull();
});

it('is what the settings say, for all models or in their order', () => {
  const one = { input: 1, output: 2 };
  expect(chatPriceOf('judge', { chatPrices: [one], chat })).toEqual(one);
  const settings = { chatPrices: [one, { input: 3, output: 4 }], chat };
  expect(chatPriceOf('gpt-4.1-nano', settings)).toEqual({ input: 3, output: 4 });
  expect(chatPriceOf('judge', settings)).toBeNull();
});
