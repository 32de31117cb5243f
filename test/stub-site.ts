import { createHash } from 'node:crypto';
import { type LoopbackServer, startLoopbackServer } from './loopback-server.ts';

export interface StubPage {
  readonly body: string | Uint8Array;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface StubSite extends LoopbackServer {
  /** `127.0.0.1:PORT`, as an operator would allow it. */
  readonly host: string;
  /** By path with its query; what is not here is 404. Replies with 200 carry an ETag and are not sent again. */
  readonly pages: Map<string, StubPage>;
  /** `METHOD path status`, in order. */
  readonly requests: string[];
  /** Headers of the last request. */
  lastHeaders(): NodeJS.Dict<string | string[]>;
  /** Every request gets this status until it is null again. */
  fail(status: number | null): void;
}

/** A web site on loopback. */
export async function startStubSite(pages: Readonly<Record<string, StubPage | string>> = {}): Promise<StubSite> {
  const served = new Map(
    Object.entries(pages).map(([path, page]) => [path, typeof page === 'string' ? { body: page } : page]),
  );
  const requests: string[] = [];
  let headers: NodeJS.Dict<string | string[]> = {};
  let failing: number | null = null;
  const server = await startLoopbackServer(async (incoming, response) => {
    headers = incoming.headers;
    const page = served.get(incoming.url ?? '') ?? { status: 404, body: 'not here' };
    const body = Buffer.from(page.body);
    const etag = `"${createHash('sha1').update(body).digest('hex')}"`;
    const status = failing ?? page.status ?? 200;
    const isSame = status === 200 && incoming.headers['if-none-match'] === etag;
    requests.push(`${incoming.method} ${incoming.url} ${isSame ? 304 : status}`);
    const tag = status === 200 ? { etag } : {};
    response.writeHead(isSame ? 304 : status, { 'content-type': 'text/html; charset=utf-8', ...tag, ...page.headers });
    response.end(isSame ? undefined : body);
  });
  return {
    ...server,
    host: new URL(server.url).host,
    pages: served,
    requests,
    lastHeaders: () => headers,
    fail: (status) => {
      failing = status;
    },
  };
}

/** A page that links to others. */
export function pageWith(text: string, links: readonly string[] = []): string {
  const list = links.map((link) => `<li><a href="${link}">${link}</a></li>`).join('');
  return `<html><head><title>${text}</title></head><body><main><h1>${text}</h1><p>${text} is described here.</p><ul>${list}</ul></main></body></html>`;
}
