import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadConfig } from './config.ts';
import { AppError } from './domain/errors.ts';
import { environmentExample } from './settings/settings.ts';

function failure(environment: Record<string, string>): AppError {
  try {
    loadConfig(environment);
  } catch (error) {
    if (error instanceof AppError) return error;
  }
  throw new Error('the configuration was accepted');
}

describe('loadConfig', () => {
  it('needs nothing: embedded database, built-in embedder, no chat model', () => {
    expect(loadConfig({})).toMatchObject({
      host: '127.0.0.1',
      databaseUrl: null,
      chat: null,
      embedding: { provider: 'minilm' },
      answerMode: 'strict',
      remote: null,
    });
  });
  it('takes an empty variable for an unset one', () => {
    expect(loadConfig({ PORT: '', OPENAI_API_KEY: '', DATABASE_URL: '' })).toEqual(loadConfig({}));
  });
  it('turns the chat model on by a key or by a server', () => {
    expect(loadConfig({ OPENAI_API_KEY: 'sk-1' }).chat).toMatchObject({ apiKey: 'sk-1', baseUrl: null });
    expect(loadConfig({ OPENAI_BASE_URL: 'http://localhost:1/v1' }).chat).toMatchObject({
      baseUrl: 'http://localhost:1/v1',
    });
    expect(loadConfig({ OPENAI_API_KEY: 'sk-1', CHAT_MODEL: 'none' }).chat).toBeNull();
  });
  it('reads keys that seal, and shows none of a wrong one', () => {
    const [one, two] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];
    expect(loadConfig({}).secretsKeys).toBeNull();
    const list = `${one.toString('base64')}, ${two.toString('hex')}`;
    expect(loadConfig({ SECRETS_KEY: list }).secretsKeys?.map((key) => Buffer.from(key))).toEqual([one, two]);
    for (const wrong of ['short', one.toString('base64').slice(0, 43), `${one.toString('hex')},`])
      expect(failure({ SECRETS_KEY: wrong })).toMatchObject({ errors: [{ field: 'SECRETS_KEY' }] });
    expect(failure({ SECRETS_KEY: 'not-a-key-at-all' }).message).not.toContain('not-a-key');
  });
  it('holds passages to what the embedder reads', () => {
    expect(loadConfig({}).chunks).toEqual({ targetTokens: 180, maxTokens: 230 });
    const other = { EMBEDDING_MODEL: 'large', OPENAI_API_KEY: 'sk-1', CHUNK_MAX_TOKENS: '800' };
    expect(loadConfig(other).chunks.maxTokens).toBe(800);
    expect(failure({ CHUNK_MAX_TOKENS: '800' }).errors).toMatchObject([{ field: 'CHUNK_MAX_TOKENS' }]);
    expect(failure({ CHUNK_TARGET_TOKENS: '230' }).errors).toMatchObject([{ field: 'CHUNK_TARGET_TOKENS' }]);
  });
  it('turns the partitioner on by a server or a key, with a parser for each format', () => {
    expect(loadConfig({}).unstructured).toBeNull();
    expect(loadConfig({ UNSTRUCTURED_API_KEY: 'k' }).unstructured?.url).toMatch(/^https:/);
    const environment = {
      UNSTRUCTURED_URL: 'http://localhost:8000',
      UNSTRUCTURED_FORMATS: 'pdf=unstructured, docx = builtin',
    };
    expect(loadConfig(environment).unstructured).toEqual({
      url: 'http://localhost:8000',
      apiKey: null,
      strategy: 'auto',
      choices: { pdf: 'unstructured', docx: 'builtin' },
    });
    for (const wrong of ['pdf', 'pdf=maybe', 'md=auto'])
      expect(() => loadConfig({ UNSTRUCTURED_FORMATS: wrong })).toThrow('UNSTRUCTURED_FORMATS');
  });
  it('reads the models to ask one after another, each once', () => {
    const models = (list: string) => loadConfig({ OPENAI_API_KEY: 'sk-1', CHAT_MODEL: list }).chat?.models;
    expect(models('large, small ,large')).toEqual(['large', 'small']);
    expect(() => models('large,,small')).toThrow('CHAT_MODEL');
    expect(() => models(',')).toThrow('CHAT_MODEL');
  });
  it('reads a price of all models, or one of each', () => {
    const pricesOf = (CHAT_PRICE: string) =>
      loadConfig({ OPENAI_API_KEY: 'sk-1', CHAT_MODEL: 'large,small', CHAT_PRICE }).chatPrices;
    expect(pricesOf('0.4/1.6')).toEqual([{ input: 0.4, output: 1.6 }]);
    expect(pricesOf('2/8, 0.4/1.6')).toHaveLength(2);
    for (const wrong of ['2', '2/', '2/8/1', '-1/2', 'a/b', '2/8,1/1,1/1'])
      expect(() => pricesOf(wrong)).toThrow('CHAT_PRICE');
  });
  it('has a second judge only where a chat model writes', () => {
    const GROUNDEDNESS_JUDGE_MODEL = 'judge';
    expect(loadConfig({ OPENAI_API_KEY: 'sk-1' }).groundednessJudge).toBeNull();
    expect(loadConfig({ OPENAI_API_KEY: 'sk-1', GROUNDEDNESS_JUDGE_MODEL }).groundednessJudge).toEqual({
      models: ['judge'],
      apiKey: 'sk-1',
      baseUrl: null,
    });
    for (const environment of [{}, { OPENAI_API_KEY: 'sk-1', CHAT_MODEL: 'none' }])
      expect(failure({ ...environment, GROUNDEDNESS_JUDGE_MODEL }).errors).toMatchObject([
        { field: 'GROUNDEDNESS_JUDGE_MODEL', received: '"judge"' },
      ]);
  });
  it('has a judge for eval suites beside any answerer, and sends its server no other key', () => {
    const EVAL_JUDGE_MODEL = 'judge';
    expect(loadConfig({}).evalJudge).toEqual({ model: null, server: null, keys: {} });
    expect(loadConfig({ OPENAI_API_KEY: 'sk-1', CHAT_MODEL: 'none', EVAL_JUDGE_MODEL }).evalJudge).toEqual({
      model: 'judge',
      server: { apiKey: 'sk-1', baseUrl: null },
      keys: {},
    });
    const EVAL_JUDGE_URL = 'http://127.0.0.1:1/v1';
    const EVAL_JUDGE_KEYS = '{"127.0.0.1:2": "sk-2"}';
    const beside = { OPENAI_API_KEY: 'sk-1', EVAL_JUDGE_MODEL, EVAL_JUDGE_URL, EVAL_JUDGE_KEYS };
    expect(loadConfig(beside).evalJudge).toEqual({
      model: 'judge',
      server: { apiKey: 'none', baseUrl: EVAL_JUDGE_URL },
      keys: { '127.0.0.1:2': 'sk-2' },
    });
    for (const wrong of ['sk-2', '{"https://127.0.0.1:2/v1": "sk-2"}', '{"a": ""}'])
      expect(failure({ EVAL_JUDGE_KEYS: wrong }).errors).toMatchObject([{ field: 'EVAL_JUDGE_KEYS' }]);
    expect(failure({ EVAL_JUDGE_MODEL }).errors).toMatchObject([{ field: 'EVAL_JUDGE_MODEL', received: '"judge"' }]);
  });
  it('hedges late calls only when it is told to, and where there are calls', () => {
    expect(loadConfig({ OPENAI_API_KEY: 'sk-1' }).hedgeAfterMilliseconds).toBeNull();
    expect(loadConfig({ OPENAI_API_KEY: 'sk-1', HEDGE_AFTER_MS: '3000' }).hedgeAfterMilliseconds).toBe(3000);
    for (const environment of [{ HEDGE_AFTER_MS: '3000' }, { OPENAI_API_KEY: 'sk-1', HEDGE_AFTER_MS: '0' }])
      expect(failure(environment).errors).toMatchObject([{ field: 'HEDGE_AFTER_MS' }]);
  });
  it('names every wrong variable with what was read and what is expected', () => {
    const error = failure({ PORT: 'eighty', ANSWER_MODE: 'loose' });
    expect(error.code).toBe('CONFIGURATION_INVALID');
    expect(error.errors).toEqual([
      { field: 'PORT', expected: 'a whole number from 0 to 65535', received: '"eighty"' },
      { field: 'ANSWER_MODE', expected: 'strict or lenient', received: '"loose"' },
    ]);
  });
  it('masks secrets in what it says', () => {
    const error = failure({ DATABASE_URL: 'mysql://root:hunter2@db/footnote', FOOTNOTE_KEY: 'wrong-hunter2-key' });
    expect(`${error.message} ${JSON.stringify(error.errors)}`).not.toContain('hunter2');
    expect(error.errors.map((entry) => entry.field)).toEqual(['DATABASE_URL', 'FOOTNOTE_KEY']);
  });
  it('wants a key beside FOOTNOTE_URL and a server beside a foreign embedder', () => {
    expect(failure({ FOOTNOTE_URL: 'http://localhost:1' }).errors[0]?.field).toBe('FOOTNOTE_KEY');
    expect(failure({ EMBEDDING_MODEL: 'text-embedding-3-large' }).errors[0]?.field).toBe('EMBEDDING_MODEL');
  });
  it('takes prefixes as they are, for the model of EMBEDDING_MODEL', () => {
    const prefixes = { EMBEDDING_QUESTION_PREFIX: 'query: ', EMBEDDING_DOCUMENT_PREFIX: '' };
    const server = { EMBEDDING_MODEL: 'e5', OPENAI_BASE_URL: 'http://localhost:1/v1' };
    const given = { prefixes: { question: 'query: ', document: '' } };
    expect(loadConfig({ ...server, ...prefixes }).embedding).toMatchObject(given);
    expect(loadConfig(server).embedding).toMatchObject({ prefixes: { question: '', document: '' } });
    expect(failure(prefixes).errors[0]?.field).toBe('EMBEDDING_QUESTION_PREFIX');
    for (const [character, most] of [
      [':', 200],
      ['问', 66],
    ] as const) {
      const ofLength = (length: number) => ({ ...server, EMBEDDING_DOCUMENT_PREFIX: character.repeat(length) });
      expect(loadConfig(ofLength(most)).embedding).toMatchObject({ prefixes: { document: character.repeat(most) } });
      expect(failure(ofLength(most + 1)).errors[0]?.field).toBe('EMBEDDING_DOCUMENT_PREFIX');
    }
  });
  it('has no reranker by default, Cohere by a key, a server by its address, a model of its own by its file', () => {
    expect(loadConfig({}).reranker).toBeNull();
    expect(loadConfig({ COHERE_API_KEY: 'co-1', RERANK_TOP_N: '20' }).reranker).toEqual({
      provider: 'cohere',
      model: 'rerank-v3.5',
      apiKey: 'co-1',
      baseUrl: null,
      topN: 20,
      timeoutMs: 2000,
    });
    expect(loadConfig({ RERANK_URL: 'http://localhost:1/rerank', RERANK_SCORES: 'logit' }).reranker).toEqual({
      provider: 'http',
      url: 'http://localhost:1/rerank',
      apiKey: null,
      model: null,
      format: 'cohere',
      scale: 'logit',
      topN: 50,
      timeoutMs: 2000,
    });
    expect(loadConfig({ RERANK_FILE: 'models/reader/model.onnx' }).reranker).toEqual({
      provider: 'onnx',
      file: resolve('models/reader/model.onnx'),
      topN: 20,
      timeoutMs: 2000,
    });
    expect(loadConfig({ RERANK_FILE: 'a.onnx', RERANK_MODEL: 'none' }).reranker).toBeNull();
    expect(loadConfig({ COHERE_API_KEY: 'co-1', RERANK_MODEL: 'none' }).reranker).toBeNull();
  });
  it.each([
    ['a base URL without a key', { COHERE_BASE_URL: 'http://localhost:1' }, 'COHERE_API_KEY'],
    ['two rerankers', { COHERE_API_KEY: 'co-1', RERANK_URL: 'http://localhost:1/rerank' }, 'RERANK_URL'],
    ['a server and a file', { RERANK_URL: 'http://localhost:1/rerank', RERANK_FILE: 'a.onnx' }, 'RERANK_FILE'],
    ['a file that is no model', { RERANK_FILE: 'models/cross-encoder' }, 'RERANK_FILE'],
    ['a name beside a file', { RERANK_FILE: 'a.onnx', RERANK_MODEL: 'bge' }, 'RERANK_MODEL'],
    ['a key without an address', { RERANK_API_KEY: 'jina-1' }, 'RERANK_URL'],
    ['a model of nobody', { RERANK_MODEL: 'rerank-v3.5' }, 'RERANK_MODEL'],
    ['a format that is none', { RERANK_FORMAT: 'jina' }, 'RERANK_FORMAT'],
  ])('refuses %s', (_name, environment, field) => {
    expect(failure(environment).errors.map((error) => error.field)).toEqual([field]);
  });
});

it('.env.example lists every setting', () => {
  expect(readFileSync('.env.example', 'utf8')).toBe(environmentExample());
});
