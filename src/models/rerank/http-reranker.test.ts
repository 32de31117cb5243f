import { describe, expect, it } from 'vitest';
import { describeReranker } from '../../../test/reranker-contract.ts';
import { startStubRerankServer } from '../../../test/stub-rerank-server.ts';
import { createHttpReranker, type HttpRerankerOptions } from './http-reranker.ts';

const never = new AbortController().signal;
const defaults = {
  apiKey: 'key-of-the-test',
  model: 'rerank-test',
  format: 'cohere',
  scale: 'probability',
  timeoutMs: 5_000,
  retryDelayMs: 1,
} as const;
const open = (url: string, options: Partial<HttpRerankerOptions> = {}) =>
  createHttpReranker({ ...defaults, url: `${url}/v1/rerank`, ...options });

describeReranker('HTTP, as Cohere', open);
describeReranker('HTTP, as Text Embeddings Inference', (url, limits) => open(url, { format: 'tei', ...limits }));

describe('createHttpReranker', () => {
  it('writes the request as Cohere, Jina, vLLM and Infinity take it', async () => {
    await using server = await startStubRerankServer(() => 0.5);
    await (await open(server.url)).rerank({ query: 'q', texts: ['a', 'b'] }, never);
    await (await open(server.url, { model: null, apiKey: null })).rerank({ query: 'q', texts: ['a'] }, never);
    expect(server.requests[0]).toMatchObject({ path: '/v1/rerank', authorization: 'Bearer key-of-the-test' });
    expect(server.requests[0]?.body).toEqual({
      model: 'rerank-test',
      query: 'q',
      documents: ['a', 'b'],
      top_n: 2,
      return_documents: false,
    });
    expect(server.requests[1]?.body).not.toHaveProperty('model');
    expect(server.requests[1]?.authorization).toBeUndefined();
  });

  it('writes the request as Text Embeddings Inference takes it, 32 texts at a time', async () => {
    await using server = await startStubRerankServer((_query, text) => Number(text) / 100);
    const texts = Array.from({ length: 70 }, (_, index) => String(index));
    const relevance = await (await open(server.url, { format: 'tei' })).rerank({ query: 'q', texts }, never);
    expect(relevance).toEqual(texts.map((text) => Number(text) / 100));
    expect(server.requests.map(({ body }) => body.texts?.length).sort()).toEqual([32, 32, 6]);
    expect(server.requests[0]?.body).toMatchObject({ query: 'q', raw_scores: false, truncate: true });
  });

  it('does not take the index of one part for a text of the next', async () => {
    await using server = await startStubRerankServer();
    const entries = [{ index: 33, score: 0.5 }];
    server.script({ kind: 'entries', entries }, { kind: 'entries', entries });
    const texts = Array.from({ length: 40 }, String);
    await expect(
      (await open(server.url, { format: 'tei' })).rerank({ query: 'q', texts }, never),
    ).rejects.toMatchObject({
      code: 'MODEL_BAD_RESPONSE',
    });
  });

  it('makes probabilities of logits only where the settings say so', async () => {
    await using server = await startStubRerankServer((_query, text) => Number(text));
    const request = { query: 'q', texts: ['7.74', '0', '-11'] };
    const relevance = await (await open(server.url, { scale: 'logit' })).rerank(request, never);
    expect(relevance.map((value) => value?.toFixed(4))).toEqual(['0.9996', '0.5000', '0.0000']);
    await expect((await open(server.url)).rerank(request, never)).rejects.toMatchObject({
      code: 'MODEL_BAD_RESPONSE',
      message: expect.stringContaining('RERANK_SCORES=logit'),
    });
  });

  it('forgives a rounding error', async () => {
    await using server = await startStubRerankServer(() => 1.0000001);
    expect(await (await open(server.url)).rerank({ query: 'q', texts: ['a'] }, never)).toEqual([1]);
  });

  it('sends the texts nowhere else when the server says that it moved', async () => {
    await using server = await startStubRerankServer();
    await using other = await startStubRerankServer();
    const headers = { location: `${other.url}/v1/rerank` };
    server.script({ kind: 'status', status: 307, headers }, { kind: 'status', status: 307, headers });
    await expect((await open(server.url)).rerank({ query: 'q', texts: ['a'] }, never)).rejects.toMatchObject({
      code: 'MODEL_UNAVAILABLE',
    });
    expect(other.requests).toEqual([]);
  });
});
