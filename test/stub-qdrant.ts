import { createServer, type IncomingMessage } from 'node:http';

export interface StubReply {
  readonly status?: number;
  /** An object is sent as JSON, text as it is. */
  readonly body?: object | string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sends nothing until the caller leaves. */
  readonly never?: boolean;
}

export interface StubRequest {
  readonly method: string;
  readonly path: string;
  readonly apiKey: string | undefined;
  readonly body: unknown;
}

export interface StubQdrant {
  readonly url: string;
  readonly requests: readonly StubRequest[];
  /** Requests that the caller left before they were answered. */
  readonly left: readonly string[];
  /** What comes next, in this order; afterwards the answers of a healthy, empty server. */
  reply(...replies: readonly StubReply[]): void;
  /** What the collections say of themselves from now on; before, that they are ours. */
  describeAs(metadata: object): void;
  /** From now on every request is answered like this; null: healthy again. */
  always(reply: StubReply | null): void;
  close(): Promise<void>;
}

/** The wire of Qdrant on loopback: healthy unless a test says otherwise. */
export async function startStubQdrant(): Promise<StubQdrant> {
  const requests: StubRequest[] = [];
  const left: string[] = [];
  const replies: StubReply[] = [];
  let always: StubReply | null = null;
  let metadata: object = { footnote: { schema: 1, embedder: 'test', dimensions: 3 } };
  const server = createServer(async (request, response) => {
    const body = await readBody(request);
    const path = request.url ?? '';
    const method = request.method ?? '';
    requests.push({ method, path, apiKey: request.headers['api-key']?.toString(), body });
    response.on('close', () => {
      if (!response.writableFinished) left.push(path);
    });
    const reply = replies.shift() ?? always ?? healthy(method, path, { body, metadata });
    if (reply.never) return;
    const { status = 200, body: content = {}, headers = {} } = reply;
    const isText = typeof content === 'string';
    response.writeHead(status, { 'content-type': isText ? 'text/plain' : 'application/json', ...headers });
    response.end(isText ? content : JSON.stringify(content));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The stub has no port.');
  return {
    url: `http://127.0.0.1:${address.port}`,
    requests,
    left,
    reply: (...next) => void replies.push(...next),
    describeAs(next) {
      metadata = next;
    },
    always(reply) {
      always = reply;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

const result = (value: unknown): StubReply => ({ body: { result: value, status: 'ok', time: 0.001 } });

/** A server with the one collection `footnote_test_1` of 3 dimensions behind the alias `footnote`, without points. */
function healthy(method: string, path: string, { body, metadata }: { body: unknown; metadata: object }): StubReply {
  if (path === '/') return { body: { title: 'qdrant', version: '1.18.3' } };
  if (path === '/aliases') return result({ aliases: [{ alias_name: 'footnote', collection_name: 'footnote_test_1' }] });
  if (method === 'GET') return result({ config: { metadata }, status: 'green' });
  if (path.endsWith('/points/query/batch')) return result(searchesOf(body).map(() => ({ points: [] })));
  if (path.endsWith('/points/count')) return result({ count: 0 });
  return result({ operation_id: 1, status: 'completed' });
}

function searchesOf(body: unknown): unknown[] {
  const searches = typeof body === 'object' && body !== null ? Reflect.get(body, 'searches') : [];
  return Array.isArray(searches) ? searches : [];
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  let text = '';
  for await (const part of request) text += String(part);
  return text === '' ? null : JSON.parse(text);
}

/** The body of an error as Qdrant sends it. */
export const qdrantError = (status: number, error: string): StubReply => ({
  status,
  body: { status: { error }, time: 0.001, result: null },
});
