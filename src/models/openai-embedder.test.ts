import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { createOpenAiEmbedder, type OpenAiEmbedderOptions } from './openai-embedder.ts';

interface EmbeddingsBody {
  readonly input: readonly string[];
  readonly [name: string]: unknown;
}

/** An HTTP server on loopback; `reply` answers each request to /v1/embeddings. */
async function openServer(reply: (body: EmbeddingsBody, response: ServerResponse, call: number) => void) {
  const bodies: EmbeddingsBody[] = [];
  const server = createServer(async (incoming, response) => {
    const body = (await json(incoming)) as EmbeddingsBody;
    bodies.push(body);
    reply(body, response, bodies.length);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    bodies,
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

const sendJson = (response: ServerResponse, body: unknown, status = 200) => {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
};
const sendVectors = (response: ServerResponse, vectors: readonly unknown[]) =>
  sendJson(response, { data: vectors.map((embedding, index) => ({ index, embedding })), usage: {} });

const open = (baseUrl: string, options: Partial<OpenAiEmbedderOptions> = {}) =>
  createOpenAiEmbedder({ model: 'stub', apiKey: 'sk-test', baseUrl, dimensions: 2, retryDelayMs: 1, ...options });
const never = new AbortController().signal;

describe('createOpenAiEmbedder', () => {
  it('sends texts as they are and brings vectors to unit length', async () => {
    await using server = await openServer((body, response) =>
      sendVectors(
        response,
        body.input.map((text) => [3 * text.length, 4 * text.length]),
      ),
    );
    const embedder = await open(server.baseUrl);
    const vectors = await embedder.embedDocuments(['two\nlines', 'x'], never);
    expect(vectors).toEqual([Float32Array.of(0.6, 0.8), Float32Array.of(0.6, 0.8)]);
    expect(server.bodies).toEqual([
      { model: 'stub', input: ['two\nlines', 'x'], dimensions: 2, encoding_format: 'float' },
    ]);
  });

  it('puts in front of each text what the model wants there, and says so in its id', async () => {
    await using server = await openServer((body, response) =>
      sendVectors(
        response,
        body.input.map((text) => [text.startsWith('query: ') ? 1 : 2, 1]),
      ),
    );
    const embedder = await open(server.baseUrl, { prefixes: { question: 'query: ', document: 'passage: ' } });
    await embedder.embedQuestions(['When?'], never);
    await embedder.embedSentences(['On Monday.'], never);
    await embedder.embedDocuments(['It is on Monday.', 'It was.'], never);
    expect(server.bodies.map(({ input }) => input)).toEqual([
      ['query: When?'],
      ['passage: On Monday.'],
      ['passage: It is on Monday.', 'passage: It was.'],
    ]);
    expect(embedder.id).toBe('openai:stub:2?question=query%3A+&document=passage%3A+');
    await embedder.similarity?.();
    const measured = server.bodies.slice(3).flatMap(({ input }) => input);
    expect(measured.filter((text) => text.startsWith('query: '))).toHaveLength(64);
    expect(measured.filter((text) => text.startsWith('passage: '))).toHaveLength(64);
  });

  it('splits long lists and keeps their order', async () => {
    await using server = await openServer((body, response) =>
      sendVectors(
        response,
        body.input.map((text) => [Math.cos(Number(text)), Math.sin(Number(text))]),
      ),
    );
    const texts = Array.from({ length: 150 }, (_, index) => String(index / 100));
    const vectors = await (await open(server.baseUrl)).embedDocuments(texts, never);
    expect(vectors.map((vector) => vector[0])).toEqual(texts.map((text) => Math.fround(Math.cos(Number(text)))));
    expect(server.bodies.length).toBeGreaterThan(1);
  });

  it('sends requests of so many tokens as servers take, not only of so many texts', async () => {
    await using server = await openServer((body, response) =>
      sendVectors(
        response,
        body.input.map(() => [1, 0]),
      ),
    );
    const long = 'word '.repeat(4_000);
    await (await open(server.baseUrl)).embedDocuments(Array(10).fill(long), never);
    expect(server.bodies.map(({ input }) => input.length).sort()).toEqual([1, 3, 3, 3]);
  });

  it('answers questions while documents are asked to wait, and obeys without asking again', async () => {
    const isDocument = ({ input }: EmbeddingsBody) => input[0] === 'document';
    await using server = await openServer((body, response) => {
      if (!isDocument(body)) return sendVectors(response, [[1, 0]]);
      response.setHeader('retry-after', '300');
      sendJson(response, { error: { message: 'slow down' } }, 429);
    });
    const embedder = await open(server.baseUrl);
    const refused = { code: 'MODEL_RATE_LIMITED', retryAfter: 300, detail: expect.stringContaining('300 s') };
    await expect(embedder.embedDocuments(['document'], never)).rejects.toMatchObject(refused);
    await expect(embedder.embedDocuments(['document'], never)).rejects.toMatchObject({ code: 'MODEL_RATE_LIMITED' });
    expect(await embedder.embedQuestions(['question'], never)).toHaveLength(1);
    expect(server.bodies.filter(isDocument)).toHaveLength(1);
  });

  it('tells how long a server that is away asks to wait, also by a date', async () => {
    await using server = await openServer((_body, response) => {
      response.setHeader('retry-after', new Date(Date.now() + 90_000).toUTCString());
      sendJson(response, { error: { message: 'back soon' } }, 503);
    });
    const failure = await (await open(server.baseUrl)).embedDocuments(['text'], never).catch((error) => error);
    expect(failure).toMatchObject({ code: 'MODEL_UNAVAILABLE' });
    expect(failure.retryAfter).toBeGreaterThan(80);
    expect(failure.retryAfter).toBeLessThanOrEqual(91);
  });

  it('asks an unknown model for its dimensions', async () => {
    await using server = await openServer((body, response) =>
      sendVectors(
        response,
        body.input.map(() => [1, 0, 0]),
      ),
    );
    const embedder = await open(server.baseUrl, { dimensions: null });
    expect(embedder).toMatchObject({ id: 'openai:stub:3', dimensions: 3 });
    expect(server.bodies[0]).not.toHaveProperty('dimensions');
  });

  it('tries once more what may pass', async () => {
    await using server = await openServer((_body, response, call) =>
      call === 1 ? sendJson(response, { error: { message: 'busy' } }, 503) : sendVectors(response, [[1, 0]]),
    );
    expect(await (await open(server.baseUrl)).embedQuestions(['q'], never)).toHaveLength(1);
    expect(server.bodies).toHaveLength(2);
  });

  it.each([
    ['a rejected key', 401, 'MODEL_REJECTED_KEY'],
    ['a rate limit', 429, 'MODEL_RATE_LIMITED'],
    ['a broken server', 500, 'MODEL_UNAVAILABLE'],
    ['an unknown model', 404, 'MODEL_BAD_RESPONSE'],
  ])('tells %s and keeps what the server said to the log', async (_name, status, code) => {
    await using server = await openServer((_body, response) =>
      sendJson(response, { error: { message: 'inner text' } }, status),
    );
    const failure = await (await open(server.baseUrl)).embedQuestions(['q'], never).catch((error) => error);
    expect(failure).toMatchObject({ code });
    expect(failure.detail).not.toContain('inner text');
  });

  it.each([
    ['too few vectors', []],
    ['vectors of other dimensions', [[1, 0, 0]]],
    ['vectors that are none', ['AAAA']],
    ['a vector without a direction', [[0, 0]]],
    ['null', [null]],
  ])('refuses %s', async (_name, vectors) => {
    await using server = await openServer((_body, response) => sendVectors(response, vectors));
    await expect((await open(server.baseUrl)).embedQuestions(['q'], never)).rejects.toMatchObject({
      code: 'MODEL_BAD_RESPONSE',
    });
  });

  it('refuses a body that is no reply', async () => {
    await using server = await openServer((_body, response) => {
      response.writeHead(200, { 'content-type': 'text/html' });
      response.end('<html></html>');
    });
    await expect((await open(server.baseUrl)).embedQuestions(['q'], never)).rejects.toMatchObject({
      code: 'MODEL_BAD_RESPONSE',
    });
  });

  it('says when nobody answers', async () => {
    const server = await openServer(() => {});
    await server[Symbol.asyncDispose]();
    await expect((await open(server.baseUrl)).embedQuestions(['q'], never)).rejects.toMatchObject({
      code: 'MODEL_UNAVAILABLE',
    });
  });

  it('gives up at the deadline', async () => {
    await using server = await openServer(() => {});
    const embedder = await open(server.baseUrl, { questionDeadlineMs: 30 });
    await expect(embedder.embedQuestions(['q'], never)).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
  });

  it('closes the request when the caller stops', async () => {
    const closed = Promise.withResolvers<void>();
    const controller = new AbortController();
    await using server = await openServer((_body, response) => {
      response.once('close', () => closed.resolve());
      controller.abort(new Error('no longer wanted'));
    });
    const embedder = await open(server.baseUrl);
    await expect(embedder.embedDocuments(['text'], controller.signal)).rejects.toThrow('no longer wanted');
    await closed.promise;
  });
});
