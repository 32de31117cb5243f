import { expect, it } from 'vitest';
import { createEmbedder } from './create-embedder.ts';
import { noPrefixes } from './openai-embedder-id.ts';

it('opens the embedder of the settings, without starting or asking anything', async () => {
  const builtIn = await createEmbedder({ provider: 'minilm' }, { threads: 1 });
  expect(builtIn).toMatchObject({ id: 'all-MiniLM-L6-v2-int8', dimensions: 384, maxTokens: 256 });
  await builtIn.close();
  const remote = await createEmbedder(
    {
      provider: 'openai',
      model: 'text-embedding-3-large',
      apiKey: 'sk-test',
      baseUrl: null,
      dimensions: null,
      prefixes: noPrefixes,
    },
    { threads: 1 },
  );
  expect(remote.dimensions).toBe(3072);
});

it('does not ask a server that is away for what the embedder in use before tells', async () => {
  const server = { apiKey: 'none', baseUrl: 'http://127.0.0.1:1/v1' };
  const away = { provider: 'openai', model: 'nomic:v1', prefixes: noPrefixes, ...server } as const;
  const open = (dimensions: number | null, before: string | null) =>
    createEmbedder({ ...away, dimensions }, { threads: 1, before });
  expect((await open(null, 'openai:nomic:v1:768')).id).toBe('openai:nomic:v1:768');
  expect((await open(64, 'openai:nomic:v1:768')).id).toBe('openai:nomic:v1:64');
  await expect(open(null, 'openai:nomic:v2:768')).rejects.toMatchObject({ code: 'MODEL_UNAVAILABLE' });
});
