import { once } from 'node:events';
import { ChatOpenAI, OpenAIEmbeddings } from '@langchain/openai';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  jsonBody,
  openApp,
  quotedAnswer,
  quoteOf,
  type ScriptedEvent,
  scriptedAnswer,
  type TestApp,
} from '../../../test/open-app.ts';
import { openTestDatabase } from '../../../test/open-database.ts';
import type { AnswerInput } from '../../chains/answer-question.ts';
import type { Answer } from '../../domain/answer.ts';
import { AppError } from '../../domain/errors.ts';
import { newId } from '../../domain/ids.ts';
import type { SqlDriver } from '../../store/sql.ts';
import { listen, type RunningServer } from '../listen.ts';

const text = '🗂️ Refunds\n\nA refund takes 5 days. It is free.';
const document = { id: newId('document'), title: 'Refunds', text };
const onTheWeb = {
  ...quoteOf(document, 'A refund takes 5 days.'),
  uri: 'https://docs.example/refunds#:~:text=A%20refund',
};
const inTheHouse = { ...quoteOf(document, 'It is free.'), number: 2 };

const failure = { type: '', title: '', status: 503, errors: [], requestId: '' };

let asked: AnswerInput[] = [];
let stopped: Promise<string>;

const scripts: Record<string, (signal: AbortSignal) => AsyncGenerator<ScriptedEvent>> = {
  async *quoted() {
    const sentences = [onTheWeb, inTheHouse].map(({ text: said, number }) => ({
      text: said,
      citations: number === 1 ? [1] : [1, 2],
      groundedness: 1,
    }));
    yield { type: 'quote-verified', ...onTheWeb };
    yield { type: 'text-delta', sentence: 0, text: onTheWeb.text };
    yield { type: 'quote-verified', ...inTheHouse };
    yield { type: 'text-delta', sentence: 1, text: ` ${inTheHouse.text}` };
    const [, , , finished] = quotedAnswer(onTheWeb);
    if (finished?.type !== 'answer-finished') throw new Error('The scripted answer has no end.');
    const usage = { inputTokens: 12, outputTokens: 3 };
    const all = `${onTheWeb.text} ${inTheHouse.text}`;
    yield { ...finished, text: all, sentences, quotes: [onTheWeb, inTheHouse], usage };
  },
  async *refused() {
    yield { type: 'answer-refused', reason: 'no-evidence', message: 'Your sources do not say.', nearest: [] };
  },
  async *broken() {
    yield { type: 'text-delta', sentence: 0, text: 'Half' };
    yield {
      type: 'answer-failed',
      error: { ...failure, code: 'INDEX_UNAVAILABLE', detail: 'The index does not answer.' },
    };
  },
  async *endless(signal) {
    const ended = Promise.withResolvers<string>();
    stopped = ended.promise;
    yield { type: 'text-delta', sentence: 0, text: 'Half a sentence' };
    if (!signal.aborted) await once(signal, 'abort');
    ended.resolve(AppError.from(signal.reason).code);
  },
};

let driver: SqlDriver;
let app: TestApp;
let server: RunningServer;
let key: string;
let client: OpenAI;

beforeAll(async () => {
  driver = await openTestDatabase();
  app = await openApp(driver, {
    answerQuestion: scriptedAnswer((input, signal) => {
      asked.push(input);
      return scripts[input.question]?.(signal) ?? [];
    }),
  });
  key = await app.createKey();
  server = await listen(app.application, {
    host: '127.0.0.1',
    port: 0,
    publicUrl: null,
    log: { info: () => {}, warn: () => {} },
    closeGraceMilliseconds: 200,
  });
  client = new OpenAI({ apiKey: key, baseURL: `${server.url}/v1`, maxRetries: 0 });
});

afterAll(async () => {
  await server.stop();
  await driver.close();
});

const ask = (question: string) => ({ model: 'footnote', messages: [{ role: 'user' as const, content: question }] });

/** What the client throws. */
async function errorOf(call: Promise<unknown>): Promise<InstanceType<typeof OpenAI.APIError>> {
  const error = await call.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (error instanceof OpenAI.APIError) return error;
  throw new Error('The call did not fail with an error of the API.', { cause: error });
}

/** The places that annotations name, as a reader would cut them out. */
const citedIn = (content: string, annotations: readonly OpenAI.ChatCompletionMessage.Annotation[]) =>
  annotations.map(({ url_citation: { start_index, end_index, url, title } }) => ({
    said: content.slice(start_index, end_index),
    url,
    title,
  }));

describe('a completion, with the openai package', () => {
  const citations = () => {
    const content = `${server.url}/v1/documents/${document.id}/content?version=1#:~:text=It%20is%20free.`;
    return [
      { said: 'A refund takes 5 days.', url: onTheWeb.uri, title: 'Refunds' },
      { said: 'It is free.', url: onTheWeb.uri, title: 'Refunds' },
      { said: 'It is free.', url: content, title: 'Refunds' },
    ];
  };

  it('is the answer with its citations, and is stored under its id', async () => {
    const completion = await client.chat.completions.create(ask('quoted'));
    const [choice] = completion.choices;
    expect(choice).toMatchObject({ finish_reason: 'stop', message: { role: 'assistant', refusal: null } });
    expect(choice?.message.content).toBe('A refund takes 5 days. It is free.');
    expect(citedIn(choice?.message.content ?? '', choice?.message.annotations ?? [])).toEqual(citations());
    expect(completion).toMatchObject({ object: 'chat.completion', model: 'footnote' });
    expect(completion.usage).toEqual({ prompt_tokens: 12, completion_tokens: 3, total_tokens: 15 });
    const stored = (await (await app.request(`/v1/answers/${completion.id}`, key)).json()) as Answer;
    expect(stored).toMatchObject({ state: 'finished', text: choice?.message.content });
  });

  it('carries the verified quote of each citation', async () => {
    const { choices } = await client.chat.completions.create(ask('quoted'));
    const [annotation] = choices[0]?.message.annotations ?? [];
    expect(annotation).toMatchObject({ quote: { documentId: document.id, version: 1 } });
    const { quote } = annotation as unknown as { quote: { text: string; start: number; end: number } };
    expect(text.slice(quote.start, quote.end)).toBe(quote.text);
  });

  it('streams to the same message', async () => {
    const stream = client.chat.completions.stream({ ...ask('quoted'), stream_options: { include_usage: true } });
    const parts: string[] = [];
    stream.on('content', (delta) => parts.push(delta));
    const { choices, usage, object } = await stream.finalChatCompletion();
    expect(parts).toEqual(['A refund takes 5 days.', ' It is free.']);
    const message = choices[0]?.message;
    expect(message?.content).toBe(parts.join(''));
    expect(citedIn(message?.content ?? '', message?.annotations ?? [])).toEqual(citations());
    expect([usage?.total_tokens, object, choices[0]?.finish_reason]).toEqual([15, 'chat.completion', 'stop']);
  });

  it('streams no usage unless asked, and ends with [DONE]', async () => {
    const { headers, ...init } = jsonBody({ ...ask('quoted'), stream: true });
    const response = await app.request('/v1/chat/completions', key, { ...init, headers: headers ?? {} });
    const body = await response.text();
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(body).toMatch(/\n\ndata: \[DONE\]\n\n$/);
    expect(body).not.toMatch(/usage|^event:|^id:/m);
  });

  it('refuses in `refusal`, without content', async () => {
    const { choices } = await client.chat.completions.create(ask('refused'));
    expect(choices[0]).toMatchObject({
      finish_reason: 'stop',
      message: { content: null, refusal: 'Your sources do not say.', annotations: [] },
    });
    const streamed = await client.chat.completions.stream(ask('refused')).finalMessage();
    expect(streamed).toMatchObject({ content: null, refusal: 'Your sources do not say.' });
  });

  it('fails with the code of the error, in a stream too', async () => {
    const error = await errorOf(client.chat.completions.create(ask('broken')));
    expect(error).toMatchObject({ status: 503, code: 'index_unavailable', type: 'server_error', param: null });
    const stream = await client.chat.completions.create({ ...ask('broken'), stream: true });
    const parts: string[] = [];
    const reading = (async () => {
      for await (const { choices } of stream) parts.push(choices[0]?.delta.content ?? '');
    })();
    expect(await errorOf(reading)).toMatchObject({ code: 'index_unavailable' });
    expect(parts.join('')).toBe('Half');
  });

  it('reads the turns before the question, and takes nothing from the system’s', async () => {
    asked = [];
    await client.chat.completions.create({
      model: 'scripted',
      messages: [
        { role: 'system', content: 'Answer from memory and cite nothing.' },
        { role: 'assistant', content: 'Hello!' },
        { role: 'user', content: [{ type: 'text', text: 'What is a refund?' }] },
        { role: 'assistant', content: null, refusal: 'That is not known.' },
        { role: 'user', content: 'quoted' },
      ],
    });
    expect(asked[0]).toMatchObject({
      question: 'quoted',
      history: [{ question: 'What is a refund?', answer: 'That is not known.' }],
    });
    expect(JSON.stringify(asked[0])).not.toContain('from memory');
  });

  it('takes parameters that change nothing here, and our own', async () => {
    asked = [];
    await client.chat.completions.create({
      ...ask('quoted'),
      temperature: 0,
      max_tokens: 100,
      top_p: 1,
      seed: 7,
      user: 'ada',
      n: 1,
      tools: [],
      tool_choice: 'none',
      response_format: { type: 'text' },
      logprobs: false,
      stop: null,
      ...{ mode: 'lenient', maxQuotes: 2 },
    });
    expect(asked[0]).toMatchObject({ mode: 'lenient', maxQuotes: 2 });
  });
});

describe('a client that goes away', () => {
  it('stops its answer while it streams', async () => {
    const stream = await client.chat.completions.create({ ...ask('endless'), stream: true });
    for await (const { choices } of stream) if (choices[0]?.delta.content === 'Half a sentence') break;
    expect(await stopped).toBe('ANSWER_STOPPED');
  });

  it('stops its answer while it waits', async () => {
    const leaving = new AbortController();
    const started = asked.length;
    const waiting = client.chat.completions.create(ask('endless'), { signal: leaving.signal });
    await expect.poll(() => asked.length).toBeGreaterThan(started);
    leaving.abort();
    await expect(waiting).rejects.toBeInstanceOf(OpenAI.APIUserAbortError);
    expect(await stopped).toBe('ANSWER_STOPPED');
  });

  it('comes back with the Idempotency-Key of its answer', async () => {
    const headers = { 'idempotency-key': 'once-more' };
    const stream = await client.chat.completions.create({ ...ask('quoted'), stream: true }, { headers });
    for await (const _chunk of stream) break;
    const calls = asked.length;
    const again = await client.chat.completions.create(ask('quoted'), { headers });
    expect(again.choices[0]?.message.content).toBe('A refund takes 5 days. It is free.');
    const streamed = await client.chat.completions.stream(ask('quoted'), { headers }).finalMessage();
    expect(streamed.annotations).toEqual(again.choices[0]?.message.annotations);
    expect(asked.length).toBe(calls);
  });
});

describe('errors of these routes', () => {
  const user = { role: 'user', content: 'quoted' };
  it.each<[string, object, string | null]>([
    ['tools', { tools: [{ type: 'function', function: { name: 'f' } }] }, 'tools'],
    ['functions', { functions: [{ name: 'f' }] }, 'functions'],
    ['a forced tool', { tool_choice: 'required' }, 'tool_choice'],
    ['two answers', { n: 2 }, 'n'],
    ['JSON', { response_format: { type: 'json_object' } }, 'response_format.type'],
    ['logprobs', { logprobs: true }, 'logprobs'],
    ['top_logprobs', { top_logprobs: 3 }, 'top_logprobs'],
    ['logit_bias', { logit_bias: { 1: 2 } }, 'logit_bias'],
    ['stop words', { stop: ['.'] }, 'stop'],
    ['sound', { modalities: ['text', 'audio'] }, 'modalities[1]'],
    ['the web', { web_search_options: { search_context_size: 'low' } }, 'web_search_options'],
    ['an unknown parameter', { top_k: 3 }, 'top_k'],
    ['a wrong type', { temperature: 'hot' }, 'temperature'],
    ['no messages', { messages: [] }, 'messages'],
    ['an image', { messages: [{ role: 'user', content: [{ type: 'image_url' }] }] }, 'messages[0].content'],
    ['a result of a tool', { messages: [{ role: 'tool', content: '4' }, user] }, 'messages[0].role'],
    ['a call of a tool', { messages: [{ role: 'assistant', tool_calls: [{}] }, user] }, 'messages[0].tool_calls'],
    ['a last message that asks nothing', { messages: [user, { role: 'assistant', content: 'x' }] }, 'messages[1].role'],
    ['an empty question', { messages: [{ role: 'user', content: ' ' }] }, 'messages[0].content'],
    ['a question that is too long', { messages: [{ role: 'user', content: 'x'.repeat(4001) }] }, 'messages[0].content'],
    ['an unknown filter', { filter: { tenant: 'other' } }, 'filter.tenant'],
  ])('name the parameter of %s', async (_name, change, param) => {
    const body = { ...ask('quoted'), ...change } as OpenAI.ChatCompletionCreateParamsNonStreaming;
    const error = await errorOf(client.chat.completions.create(body));
    expect(error).toBeInstanceOf(OpenAI.BadRequestError);
    expect(error).toMatchObject({ param, type: 'invalid_request_error', code: 'invalid_request' });
    expect(error.message).toContain('expected');
  });

  it('say which models there are', async () => {
    const error = await errorOf(client.chat.completions.create({ ...ask('quoted'), model: 'gpt-9' }));
    expect(error).toMatchObject({ status: 404, code: 'model_not_found', param: 'model' });
    expect(error.message).toContain('footnote');
  });

  it('tell a wrong key and a missing scope', async () => {
    const stranger = new OpenAI({ apiKey: 'fn_wrong_wrong_wrong_wrong', baseURL: `${server.url}/v1` });
    const error = await errorOf(stranger.chat.completions.create(ask('quoted')));
    expect(error).toBeInstanceOf(OpenAI.AuthenticationError);
    expect(error.code).toBe('invalid_api_key');
    const embedding = await errorOf(client.embeddings.create({ model: 'footnote', input: 'x' }));
    expect(embedding).toBeInstanceOf(OpenAI.PermissionDeniedError);
  });

  it.each<[string, string, RequestInit, number, string]>([
    ['bad JSON', '/v1/chat/completions', { ...jsonBody(''), body: '{' }, 400, 'invalid_json'],
    ['a body that is too large', '/v1/chat/completions', jsonBody('x'.repeat(2_000_000)), 413, 'payload_too_large'],
    [
      'another type',
      '/v1/chat/completions',
      { method: 'POST', body: 'x', headers: { 'content-type': 'text/csv' } },
      415,
      'unsupported_media_type',
    ],
    ['another method', '/v1/models', { method: 'DELETE' }, 405, 'method_not_allowed'],
    ['no such address', '/v1/chat/nothing', {}, 404, 'not_found'],
    ['no such model', '/v1/models/gpt-9', {}, 404, 'model_not_found'],
    ['another site', '/v1/models', { headers: { host: 'evil.example' } }, 403, 'origin_not_allowed'],
  ])('have OpenAI’s envelope for %s', async (_name, path, init, status, code) => {
    const response = await app.request(path, key, init);
    expect([response.status, response.headers.get('content-type')]).toEqual([status, 'application/json']);
    expect(response.headers.get('x-request-id')).toMatch(/\w/);
    const { error } = (await response.json()) as { error: object };
    expect(Object.keys(error)).toEqual(['message', 'type', 'param', 'code']);
    expect(error).toMatchObject({ code, message: expect.stringMatching(/\w/) });
  });

  it('say when to come back, and hide what an inner error said', async () => {
    const full = await openApp(driver, {
      answerQuestion: () => {
        throw new AppError('RATE_LIMITED', 'Too many questions.', { retryAfter: 2 });
      },
    });
    const limited = await full.request('/v1/chat/completions', await full.createKey(), jsonBody(ask('x')));
    expect([limited.status, limited.headers.get('retry-after')]).toEqual([429, '2']);
    expect(limited.headers.get('x-should-retry')).toBe('true');
    expect(await limited.json()).toMatchObject({ error: { code: 'rate_limit_exceeded', type: 'rate_limit_error' } });
    const broken = await openApp(driver, {
      answerQuestion: () => {
        throw new Error('password=hunter2');
      },
    });
    const failed = await broken.request('/v1/chat/completions', await broken.createKey(), jsonBody(ask('x')));
    expect(failed.status).toBe(500);
    expect(await failed.text()).not.toContain('hunter2');
  });
});

describe('models and embeddings, with the openai package', () => {
  it('are listed as far as the key may use them', async () => {
    const ids = async (from: OpenAI) => {
      const listed: string[] = [];
      for await (const { id } of from.models.list()) listed.push(id);
      return listed;
    };
    expect(await ids(client)).toEqual(['footnote', 'scripted', 'extractive']);
    expect(await client.models.retrieve('footnote')).toMatchObject({ id: 'footnote', object: 'model' });
    const embedding = await app.createKey({ role: 'reader', scopes: ['read', 'embeddings'] });
    const reader = new OpenAI({ apiKey: embedding, baseURL: `${server.url}/v1` });
    expect(await ids(reader)).toEqual(['footnote', 'scripted', 'extractive', 'flat']);
  });

  it('embed one text or many, as numbers or as bytes', async () => {
    const apiKey = await app.createKey({ scopes: ['embeddings'] });
    const embedder = new OpenAI({ apiKey, baseURL: `${server.url}/v1` });
    const inBytes = await embedder.embeddings.create({ model: 'footnote', input: ['one two', 'three'] });
    expect(inBytes.data.map(({ index, embedding }) => [index, [...embedding]])).toEqual([
      [0, [1, 0, 0, 0]],
      [1, [1, 0, 0, 0]],
    ]);
    expect(inBytes.usage).toEqual({ prompt_tokens: 3, total_tokens: 3 });
    const single = { model: 'flat', input: 'one', encoding_format: 'float', dimensions: 4 } as const;
    expect((await embedder.embeddings.create(single)).data[0]?.embedding).toEqual([1, 0, 0, 0]);
    const wrong = [
      [{ ...single, dimensions: 3 }, 'dimensions'],
      [{ ...single, input: '' }, 'input'],
      [{ ...single, input: [1, 2] }, 'input'],
      [{ ...single, input: new Array(513).fill('x') }, 'input'],
      [{ ...single, input: ['short', 'long '.repeat(99).trim()] }, 'input[1]'],
    ] as const;
    for (const [body, param] of wrong) {
      const error = await errorOf(embedder.embeddings.create(body as OpenAI.EmbeddingCreateParams));
      expect([error.status, error.param]).toEqual([400, param]);
    }
    expect((await errorOf(embedder.embeddings.create({ ...single, model: 'scripted' }))).code).toBe('model_not_found');
  });
});

describe('LangChain’s classes for OpenAI', () => {
  it('ask and embed with what they send by themselves', async () => {
    const apiKey = await app.createKey({ scopes: ['read', 'embeddings'] });
    const options = { model: 'footnote', apiKey, maxRetries: 0, configuration: { baseURL: `${server.url}/v1` } };
    const chat = new ChatOpenAI({ ...options, temperature: 0, streamUsage: true });
    expect((await chat.invoke('quoted')).content).toBe('A refund takes 5 days. It is free.');
    const parts: unknown[] = [];
    for await (const { content } of await chat.stream('quoted')) parts.push(content);
    expect(parts.join('')).toBe('A refund takes 5 days. It is free.');
    expect(await new OpenAIEmbeddings(options).embedDocuments(['one', 'two'])).toEqual([
      [1, 0, 0, 0],
      [1, 0, 0, 0],
    ]);
  });
});
