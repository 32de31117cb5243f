import { describe, expect, it } from 'vitest';
import { loadConfig } from '../config.ts';
import { createActiveEmbedder } from './active-embedder.ts';
import { embeddingConfigOf } from './create-embedder.ts';
import type { Embedder } from './embedder.ts';
import { noPrefixes } from './openai-embedder-id.ts';

const never = new AbortController().signal;

function fakeEmbedder(id: string, dimensions: number, closed: string[] = []): Embedder {
  const embed = async (texts: readonly string[]) => texts.map(() => new Float32Array(dimensions));
  const close = async () => void closed.push(id);
  const embeds = { embedQuestions: embed, embedDocuments: embed, embedSentences: embed };
  return { id, dimensions, maxTokens: 10, languages: [id], ...embeds, close };
}

describe('createActiveEmbedder', () => {
  it('becomes another one, id and vectors together', async () => {
    const closed: string[] = [];
    const active = createActiveEmbedder(fakeEmbedder('a', 2, closed), async () => fakeEmbedder('b', 3, closed));
    expect([active.id, (await active.embedQuestions(['?'], never))[0]?.length]).toEqual(['a', 2]);
    active.use(await active.open('b'));
    expect([active.id, active.dimensions, active.languages]).toEqual(['b', 3, ['b']]);
    expect((await active.embedDocuments(['?'], never))[0]).toHaveLength(3);
    await active.close();
    expect(closed.sort()).toEqual(['a', 'b']);
  });

  it('reads cosines as the one in use does', async () => {
    const halved = async () => (cosine: number) => cosine / 2;
    const active = createActiveEmbedder(fakeEmbedder('a', 2), async () => ({
      ...fakeEmbedder('b', 3),
      similarity: halved,
    }));
    expect((await active.similarity?.())?.(0.8)).toBe(0.8);
    active.use(await active.open('b'));
    expect((await active.similarity?.())?.(0.8)).toBe(0.4);
  });

  it('opens one embedder once, by whatever name', async () => {
    const closed: string[] = [];
    const active = createActiveEmbedder(fakeEmbedder('a', 2), async () => fakeEmbedder('b', 3, closed));
    const [one, two] = [await active.open('b'), await active.open('nickname')];
    expect(two).toBe(one);
    expect(closed).toEqual(['b']);
    expect((await active.open('a')).dimensions).toBe(2);
  });

  it('tries again after it could not be opened', async () => {
    let calls = 0;
    const active = createActiveEmbedder(fakeEmbedder('a', 2), async () => {
      calls += 1;
      if (calls === 1) throw new Error('no key');
      return fakeEmbedder('b', 3);
    });
    await expect(active.open('b')).rejects.toThrow('no key');
    expect((await active.open('b')).id).toBe('b');
  });
});

describe('embeddingConfigOf', () => {
  const builtIn = loadConfig({});
  const server = loadConfig({ OPENAI_API_KEY: 'sk-test-key-of-some-length', OPENAI_BASE_URL: 'http://127.0.0.1:1/v1' });

  it('takes names and ids', () => {
    expect(embeddingConfigOf('minilm', builtIn)).toEqual({ provider: 'minilm' });
    expect(embeddingConfigOf('all-MiniLM-L6-v2-int8', server)).toEqual({ provider: 'minilm' });
    const given = { provider: 'openai', apiKey: 'sk-test-key-of-some-length', baseUrl: 'http://127.0.0.1:1/v1' };
    const named = { ...given, model: 'nomic:v1', prefixes: noPrefixes };
    expect(embeddingConfigOf('nomic:v1', server)).toEqual({ ...named, dimensions: null });
    expect(embeddingConfigOf('openai:nomic:v1:768', server)).toEqual({ ...named, dimensions: 768 });
  });

  it('takes prefixes from the id, and for the model of the settings from there', () => {
    const e5 = loadConfig({
      OPENAI_BASE_URL: 'http://127.0.0.1:1/v1',
      EMBEDDING_MODEL: 'e5',
      EMBEDDING_QUESTION_PREFIX: 'query: ',
      EMBEDDING_DOCUMENT_PREFIX: 'passage: ',
    });
    expect(embeddingConfigOf('e5', e5)).toMatchObject({ prefixes: { question: 'query: ', document: 'passage: ' } });
    expect(embeddingConfigOf('nomic', e5)).toMatchObject({ prefixes: noPrefixes });
    expect(embeddingConfigOf('openai:e5:768', e5)).toMatchObject({ model: 'e5', prefixes: noPrefixes });
    expect(embeddingConfigOf('openai:nomic:768?question=search_query%3A+', e5)).toMatchObject({
      model: 'nomic',
      prefixes: { question: 'search_query: ', document: '' },
    });
  });

  it('says what is missing', () => {
    expect(() => embeddingConfigOf('text-embedding-3-small', builtIn)).toThrow(
      expect.objectContaining({ code: 'INVALID_REQUEST', errors: [expect.objectContaining({ field: 'embedder' })] }),
    );
  });
});
