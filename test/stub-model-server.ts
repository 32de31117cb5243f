import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { text as readText } from 'node:stream/consumers';
import { closedByClient, sendJson, startLoopbackServer } from './loopback-server.ts';

export interface ModelRequest {
  readonly path: string;
  readonly authorization: string | undefined;
  readonly body: {
    readonly model?: string;
    readonly messages?: readonly { readonly role: string; readonly content: string }[];
    readonly input?: string | readonly string[];
    readonly stream?: boolean;
    readonly [name: string]: unknown;
  };
  /** Resolves when the client has closed the connection before the answer was complete. */
  readonly closedByClient: Promise<void>;
}

/** What the server does with one request. */
export type Behaviour =
  /** A complete reply, in pieces of `pieceLength` characters; a function sees the request. */
  | {
      readonly kind: 'text';
      readonly text: string | ((request: ModelRequest) => string);
      readonly pieceLength?: number;
      /** The name that the reply gives as its model's. */
      readonly model?: string;
    }
  | { readonly kind: 'status'; readonly status: number; readonly headers?: Readonly<Record<string, string>> }
  | { readonly kind: 'silence' }
  /** Some text, then nothing more, the connection stays open. */
  | { readonly kind: 'stall'; readonly text: string; readonly onSent?: () => void }
  /** 200 with bytes that are no reply. */
  | { readonly kind: 'garbage'; readonly contentType?: string }
  /** Some text, then the socket is cut (`cut`) or the stream ends without its final chunk. */
  | { readonly kind: 'half'; readonly text: string; readonly cut: boolean }
  /** A complete reply of which the socket lets so many bytes of the body through, then is cut. */
  | { readonly kind: 'cut'; readonly text: string; readonly bytes: number }
  /** The same text again and again, until the client leaves. */
  | { readonly kind: 'endless'; readonly text: string };

export interface StubModelServer extends AsyncDisposable {
  /** Base address of the protocol, ending in /v1. */
  readonly url: string;
  readonly requests: readonly ModelRequest[];
  /** Appends behaviours; each chat request takes the next one. A request beyond the script gets `otherwise`, or status 418. */
  script(...behaviours: Behaviour[]): void;
  close(): Promise<void>;
}

/** An OpenAI-compatible server on a loopback port that behaves as its script says; embeddings are made from the text's hash. */
export async function startStubModelServer({
  dimensions = 8,
  otherwise,
}: {
  dimensions?: number;
  otherwise?: Behaviour;
} = {}): Promise<StubModelServer> {
  const requests: ModelRequest[] = [];
  const queue: Behaviour[] = [];
  const handle = async (incoming: IncomingMessage, response: ServerResponse) => {
    const request = await readRequest(incoming, response);
    requests.push(request);
    if (request.path.endsWith('/embeddings')) return sendJson(response, 200, embeddings(request, dimensions));
    const behaviour = queue.shift() ?? otherwise;
    if (!behaviour) return sendJson(response, 418, { error: { message: 'the script of the stub is at its end' } });
    await behave(behaviour, request, response);
  };
  const server = await startLoopbackServer(handle);
  return {
    ...server,
    url: `${server.url}/v1`,
    requests,
    script: (...behaviours) => queue.push(...behaviours),
  };
}

async function readRequest(incoming: IncomingMessage, response: ServerResponse): Promise<ModelRequest> {
  const closed = closedByClient(response);
  const body: unknown = JSON.parse((await readText(incoming)) || '{}');
  return {
    path: incoming.url ?? '',
    authorization: incoming.headers.authorization,
    body: body as ModelRequest['body'],
    closedByClient: closed,
  };
}

async function behave(behaviour: Behaviour, request: ModelRequest, response: ServerResponse): Promise<void> {
  switch (behaviour.kind) {
    case 'status':
      return sendJson(
        response,
        behaviour.status,
        { error: { message: 'sk-inner-text of the stub' } },
        behaviour.headers,
      );
    case 'silence':
      return;
    case 'garbage':
      response.writeHead(200, { 'content-type': behaviour.contentType ?? 'text/event-stream' });
      response.end('data: {"choices": [{"del\n\n<html>what is this</html>\n\n');
      return;
    case 'stall':
      await sendPieces(response, [behaviour.text]);
      behaviour.onSent?.();
      return;
    case 'half':
      await sendPieces(response, [behaviour.text]);
      if (behaviour.cut) response.destroy();
      else response.end();
      return;
    case 'cut':
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      await written(response, completeBody(behaviour.text).subarray(0, behaviour.bytes));
      response.destroy();
      return;
    case 'endless':
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      while (!response.destroyed) await written(response, deltaOf(behaviour.text));
      return;
    case 'text': {
      const text = typeof behaviour.text === 'string' ? behaviour.text : behaviour.text(request);
      await sendPieces(response, piecesOf(text, behaviour.pieceLength ?? 12), behaviour.model);
      response.end(endOf(behaviour.model));
      return;
    }
  }
}

/** Writes each piece and waits until it has left, so that the client reads them one by one. */
async function sendPieces(response: ServerResponse, pieces: readonly string[], model?: string): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  for (const content of pieces) await written(response, deltaOf(content, model));
}

/** Resolves when the bytes have left, or never will. */
async function written(response: ServerResponse, data: string | Uint8Array): Promise<void> {
  await new Promise<void>((resolve) => response.write(data, () => resolve()));
}

/** The bytes of a whole reply, for tests that cut it. */
export function completeBody(text: string): Buffer {
  return Buffer.from(
    `${piecesOf(text, 12)
      .map((piece) => deltaOf(piece))
      .join('')}${endOf()}`,
  );
}

function deltaOf(content: string, model?: string): string {
  return chunk({ choices: [{ index: 0, delta: { role: 'assistant', content }, finish_reason: null }] }, model);
}

function endOf(model?: string): string {
  const usage = { prompt_tokens: 100, completion_tokens: 20, total_tokens: 120 };
  const stop = chunk({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }, model);
  return `${stop}${chunk({ choices: [], usage }, model)}data: [DONE]\n\n`;
}

function chunk(fields: object, model = 'stub'): string {
  const whole = { id: 'chatcmpl-stub', object: 'chat.completion.chunk', created: 1, model, ...fields };
  return `data: ${JSON.stringify(whole)}\n\n`;
}

function piecesOf(text: string, length: number): string[] {
  return Array.from({ length: Math.ceil(text.length / length) }, (_, index) =>
    text.slice(index * length, (index + 1) * length),
  );
}

function embeddings({ body }: ModelRequest, dimensions: number): object {
  const texts = typeof body.input === 'string' ? [body.input] : (body.input ?? []);
  const isBase64 = body.encoding_format === 'base64';
  const data = texts.map((text, index) => {
    const vector = vectorOf(text, Number(body.dimensions ?? dimensions));
    const embedding = isBase64 ? Buffer.from(vector.buffer).toString('base64') : [...vector];
    return { object: 'embedding', index, embedding };
  });
  return {
    object: 'list',
    model: body.model,
    data,
    usage: { prompt_tokens: texts.length, total_tokens: texts.length },
  };
}

function vectorOf(text: string, dimensions: number): Float32Array {
  const bytes = Float32Array.from({ length: dimensions }, (_, index) => {
    const digest = createHash('sha256').update(`${index} ${text}`).digest();
    return digest.readInt32LE(0) / 2 ** 31;
  });
  const length = Math.hypot(...bytes);
  return bytes.map((value) => value / length);
}
