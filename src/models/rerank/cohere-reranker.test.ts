import { expect, it } from 'vitest';
import { describeReranker } from '../../../test/reranker-contract.ts';
import { startStubRerankServer } from '../../../test/stub-rerank-server.ts';
import { createCohereReranker } from './cohere-reranker.ts';

const key = { model: 'rerank-test', apiKey: 'key-of-the-test' };

describeReranker('Cohere', (baseUrl, limits) => createCohereReranker({ ...key, baseUrl, ...limits }));

it.each(['', '/', '/v1', '/v2', '/v2/'])('speaks version 2 at the base URL with "%s" at its end', async (end) => {
  await using server = await startStubRerankServer(() => 0.5);
  const reranker = await createCohereReranker({ ...key, baseUrl: `${server.url}${end}`, timeoutMs: 5_000 });
  expect(reranker.id).toBe('rerank-test');
  expect(await reranker.rerank({ query: 'q', texts: ['a', 'b'] }, new AbortController().signal)).toEqual([0.5, 0.5]);
  expect(server.requests[0]).toMatchObject({
    path: '/v2/rerank',
    body: { model: 'rerank-test', query: 'q', documents: ['a', 'b'], top_n: 2 },
  });
});
