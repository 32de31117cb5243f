import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { AwsV4Signer } from 'aws4fetch';
import { type LoopbackServer, startLoopbackServer } from './loopback-server.ts';

export const stubS3Keys = { accessKeyId: 'FOOTNOTE', secretAccessKey: 'a secret', region: 'eu-central-1' };

export interface StubS3 extends LoopbackServer {
  /** Objects by the path of their address, such as `/bucket/folder/a.md`. */
  readonly stored: Map<string, Buffer>;
  /** `METHOD path?query`, in order. */
  readonly requests: string[];
  /** Statuses that the next requests are answered with, whatever they ask for. */
  readonly failures: number[];
  /** Every request is answered with this status until it is null again. */
  fail(status: number | null): void;
  /** Objects of one page of a listing. */
  pageSize: number;
}

/** Path-style S3: every request signed by the keys above, bodies as long and as summed as announced, listings in pages. */
export async function startStubS3(): Promise<StubS3> {
  const stored = new Map<string, Buffer>();
  const requests: string[] = [];
  const failures: number[] = [];
  let failing: number | null = null;
  const fail = (status: number | null) => {
    failing = status;
  };
  const stub = { stored, requests, failures, pageSize: 2, fail };
  const server = await startLoopbackServer(async (incoming, response) => {
    const { method = '', url = '', headers } = incoming;
    const body = await buffer(incoming);
    requests.push(`${method} ${url}`);
    const end = (status: number, content: Buffer | string = '') => response.writeHead(status).end(content);
    const failure = failing ?? failures.shift();
    if (failure) return void end(failure, '<Error><Code>SlowDown</Code></Error>');
    if (!(await isSigned(incoming))) return void end(403, '<Error><Code>SignatureDoesNotMatch</Code></Error>');
    const sum = headers['x-amz-content-sha256'];
    if (method === 'PUT' && createHash('sha256').update(body).digest('hex') !== sum) return void end(400);
    const { pathname, searchParams } = new URL(url, 'http://localhost');
    if (searchParams.get('list-type') === '2')
      return void end(200, listing(stub, `${decodeURIComponent(pathname)}/`, searchParams));
    const path = decodeURIComponent(pathname);
    if (method === 'PUT') stored.set(path, body);
    const object = stored.get(path);
    if (method === 'DELETE') stored.delete(path);
    if (!object) return void end(404, method === 'HEAD' ? '' : '<Error><Code>NoSuchKey</Code></Error>');
    response.setHeader('content-length', object.length);
    response.setHeader('etag', `"${etagOf(object)}"`);
    end(200, method === 'GET' ? object : '');
  });
  return Object.assign(stub, server);
}

async function isSigned({ method = '', url = '', headers }: IncomingMessage): Promise<boolean> {
  const signer = new AwsV4Signer({
    ...{ ...stubS3Keys, method, service: 's3', url: `http://${headers.host}${url}` },
    datetime: String(headers['x-amz-date']),
    headers: { 'x-amz-content-sha256': String(headers['x-amz-content-sha256']) },
  });
  return headers.authorization === (await signer.sign()).headers.get('authorization');
}

function listing({ stored, pageSize }: Pick<StubS3, 'stored' | 'pageSize'>, bucket: string, query: URLSearchParams) {
  const prefix = query.get('prefix') ?? '';
  const after = query.get('continuation-token') ?? '';
  const keys = [...stored.keys()].flatMap((path) => (path.startsWith(bucket) ? [path.slice(bucket.length)] : []));
  const rest = keys.filter((key) => key.startsWith(prefix) && key > after).sort();
  const page = rest.slice(0, pageSize);
  const contents = page.map((key) => {
    const object = stored.get(bucket + key) ?? Buffer.alloc(0);
    const shown = encodeURIComponent(key).replaceAll('%20', '+');
    return `<Contents><Key>${shown}</Key><ETag>&quot;${etagOf(object)}&quot;</ETag><Size>${object.length}</Size></Contents>`;
  });
  const isTruncated = rest.length > pageSize;
  const next = isTruncated ? `<NextContinuationToken>${page.at(-1) ?? ''}</NextContinuationToken>` : '';
  return `<?xml version="1.0" encoding="UTF-8"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><IsTruncated>${isTruncated}</IsTruncated>${next}${contents.join('')}</ListBucketResult>`;
}

function etagOf(object: Buffer): string {
  return createHash('md5').update(object).digest('hex');
}
