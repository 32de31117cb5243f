import { expect, it } from 'vitest';
import { createEmbedder } from './create-embedder.ts';

it('opens the embedder of the settings, without starting or asking anything', async () => {
  const builtIn = await createEmbedder({ provider: 'minilm' }, { threads: 1 });
  expect(builtIn).toMatchObject({ id: 'all-MiniLM-L6-v2-int8', dimensions: 384, maxTokens: 256 });
  await builtIn.close();
  const remote = await createEmbedder(
    { provider: 'openai', model: 'text-embedding-3-large', apiKey: 'sk-test', baseUrl: null, dimensions: null },
    { threads: 1 },
  );
  expect(remote.dimensions).toBe(3072);
});
