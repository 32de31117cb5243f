import { expect, it } from 'vitest';
import { startStubRerankServer } from '../../../test/stub-rerank-server.ts';
import { loadConfig } from '../../config.ts';
import { createReranker } from './create-reranker.ts';

it('opens the reranker of the settings', async () => {
  await using server = await startStubRerankServer(() => 0.5);
  const ask = async (environment: Record<string, string>) => {
    const reranker = await createReranker(loadConfig(environment).reranker);
    await reranker?.rerank({ query: 'q', texts: ['a'] }, new AbortController().signal);
    return reranker?.id;
  };
  expect(await createReranker(loadConfig({}).reranker)).toBeNull();
  expect(await ask({ COHERE_API_KEY: 'co-1', COHERE_BASE_URL: server.url })).toBe('rerank-v3.5');
  expect(await ask({ RERANK_URL: `${server.url}/v1/rerank`, RERANK_API_KEY: 'k', RERANK_MODEL: 'bge' })).toBe('bge');
  expect(await ask({ RERANK_URL: `${server.url}/rerank`, RERANK_FORMAT: 'tei' })).toBe('the model of RERANK_URL');
  await expect(ask({ RERANK_FILE: 'nowhere/model.onnx' })).rejects.toMatchObject({ code: 'CONFIGURATION_INVALID' });
  expect(server.requests.map(({ path, authorization, body }) => [path, authorization, body.model])).toEqual([
    ['/v2/rerank', 'Bearer co-1', 'rerank-v3.5'],
    ['/v1/rerank', 'Bearer k', 'bge'],
    ['/rerank', undefined, undefined],
  ]);
});
