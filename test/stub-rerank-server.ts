import type { IncomingMessage, ServerResponse } from 'node:http';
import { json as readJson } from 'node:stream/consumers';
import { closedByClient, sendJson, startLoopbackServer } from './loopback-server.ts';

export interface RerankServerRequest {
  readonly path: string;
  readonly authorization: string | undefined;
  readonly body: {
    readonly model?: string;
    readonly query: string;
    /** As Cohere, Jina, vLLM and Infinity take them. */
    readonly documents?: readonly string[];
    /** As Text Embeddings Inference takes them. */
    readonly texts?: readonly string[];
    readonly [name: string]: unknown;
  };
  /** Resolves when the client has closed the connection before the answer was complete. */
  readonly closedByClient: Promise<void>;
}

/** What the server does with one request. */
export type RerankBehaviour =
  /** One score for each text, answered best first, as servers do. */
  | { readonly kind: 'scores'; readonly scores: readonly number[] }
  /** Entries as they are given, in the field names and the frame of the request's protocol. */
  | { readonly kind: 'entries'; readonly entries: readonly { readonly index: unknown; readonly score: unknown }[] }
  /** 200 with these bytes. */
  | { readonly kind: 'bytes'; readonly text: string; readonly contentType?: string }
  | { readonly kind: 'status'; readonly status: number; readonly headers?: Readonly<Record<string, string>> }
  | { readonly kind: 'silence' }
  /** Status and headers, then nothing more; the connection stays open. */
  | { readonly kind: 'stall' }
  /** Half of a body, then the socket is cut. */
  | { readonly kind: 'half' };

export interface StubRerankServer extends AsyncDisposable {
  /** Without a path: the server answers at any that ends in /rerank. */
  readonly url: string;
  readonly requests: readonly RerankServerRequest[];
  /** Appends behaviours; each request takes the next one. */
  script(...behaviours: RerankBehaviour[]): void;
  close(): Promise<void>;
}

/**
 * A rerank server on a loopback port that behaves as its script says. A request beyond the script is scored by `scoreOf`, where that is
 * given; else it gets status 418.
 */
export async function startStubRerankServer(
  scoreOf?: (query: string, text: string) => number,
): Promise<StubRerankServer> {
  const requests: RerankServerRequest[] = [];
  const queue: RerankBehaviour[] = [];
  const handle = async (incoming: IncomingMessage, response: ServerResponse) => {
    const request = await readRequest(incoming, response);
    requests.push(request);
    const { query } = request.body;
    const behaviour =
      queue.shift() ??
      (scoreOf && ({ kind: 'scores', scores: textsOf(request).map((text) => scoreOf(query, text)) } as const));
    if (!behaviour || !request.path.endsWith('/rerank')) return sendJson(response, 418, { message: 'not scripted' });
    await behave(behaviour, request, response);
  };
  const server = await startLoopbackServer(handle);
  return {
    ...server,
    requests,
    script: (...behaviours) => queue.push(...behaviours),
  };
}

/** Share of the question's words that the text has. */
export function wordOverlap(query: string, text: string): number {
  const words = (value: string) => new Set(value.toLowerCase().match(/[\p{L}\p{N}]+/gu));
  const asked = words(query);
  return asked.size === 0 ? 0 : asked.intersection(words(text)).size / asked.size;
}

async function readRequest(incoming: IncomingMessage, response: ServerResponse): Promise<RerankServerRequest> {
  const closed = closedByClient(response);
  const body: unknown = await readJson(incoming);
  return {
    path: incoming.url ?? '',
    authorization: incoming.headers.authorization,
    body: body as RerankServerRequest['body'],
    closedByClient: closed,
  };
}

async function behave(
  behaviour: RerankBehaviour,
  request: RerankServerRequest,
  response: ServerResponse,
): Promise<void> {
  switch (behaviour.kind) {
    case 'scores': {
      if (behaviour.scores.length !== textsOf(request).length) throw new Error('the script has not one score a text');
      const entries = behaviour.scores.map((score, index) => ({ index, score }));
      return sendJson(
        response,
        200,
        frame(
          request,
          entries.sort((one, other) => other.score - one.score),
        ),
      );
    }
    case 'entries':
      return sendJson(response, 200, frame(request, behaviour.entries));
    case 'bytes':
      response.writeHead(200, { 'content-type': behaviour.contentType ?? 'application/json' });
      response.end(behaviour.text);
      return;
    case 'status':
      return sendJson(response, behaviour.status, { message: 'inner text of the stub' }, behaviour.headers);
    case 'silence':
      return;
    case 'stall':
      response.writeHead(200, { 'content-type': 'application/json' });
      response.write('{"results": [');
      return;
    case 'half':
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
      await new Promise<void>((resolve) => response.write('{"results": [{"ind', () => resolve()));
      response.destroy();
      return;
  }
}

const textsOf = ({ body }: RerankServerRequest): readonly string[] => body.documents ?? body.texts ?? [];

function frame({ body }: RerankServerRequest, entries: readonly { index: unknown; score: unknown }[]): object {
  if (body.texts) return entries;
  return { results: entries.map(({ index, score }) => ({ index, relevance_score: score })) };
}
