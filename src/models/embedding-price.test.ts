import { expect, it } from 'vitest';
import { embeddingPriceOf } from './embedding-price.ts';

const openAi = { embeddingPrice: null, modelServer: { baseUrl: null } };

it.each([
  ['all-MiniLM-L6-v2-int8', openAi, 0],
  ['all-MiniLM-L6-v2-int8', { ...openAi, embeddingPrice: 0.5 }, 0],
  ['openai:text-embedding-3-small:1536', openAi, 0.02],
  ['openai:text-embedding-3-large:256', openAi, 0.13],
  ['openai:text-embedding-3-small:1536', { ...openAi, embeddingPrice: 0.5 }, 0.5],
  ['openai:nomic-embed-text:v1.5:768', openAi, null],
  ['openai:text-embedding-3-small:1536', { embeddingPrice: null, modelServer: { baseUrl: 'http://localhost' } }, null],
])('%s', (embedder, settings, price) => {
  expect(embeddingPriceOf(embedder, settings)).toBe(price);
});
