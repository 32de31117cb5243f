import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { AwsV4Signer } from 'aws4fetch';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type LoopbackServer, startLoopbackServer } from '../../../../test/loopback-server.ts';
import { createS3Objects } from './s3-objects.ts';

const keys = { accessKeyId: 'FOOTNOTE', secretAccessKey: 'a secret', region: 'eu-central-1' };
const bytes = new TextEncoder().encode('raw bytes');
const hash = createHash('sha256').update(bytes).digest('hex');
const path = `/bucket/some/prefix/${hash.slice(0, 2)}/${hash}`;

let server: LoopbackServer;
let stored: Map<string, Buffer>;
let requests: string[];
/** Statuses that the next requests are answered with, whatever they ask for. */
let failures: number[];

/** Path-style S3: objects by path, every request signed by the keys above, bodies as long and as summed as announced. */
beforeEach(async () => {
  stored = new Map();
  requests = [];
  failures = [];
  server = await startLoopbackServer(async (incoming, response) => {
    const { method = '', url = '', headers } = incoming;
    const body = await buffer(incoming);
    requests.push(`${method} ${url}`);
    const failure = failures.shift();
    const end = (status: number, content: Buffer | string = '') => response.writeHead(status).end(content);
    if (failure) return void end(failure, '<Error><Code>SlowDown</Code></Error>');
    const sum = String(headers['x-amz-content-sha256']);
    const signer = new AwsV4Signer({
      ...{
        ...keys,
        method,
        service: 's3',
        url: `http://${headers.host}${url}`,
        datetime: String(headers['x-amz-date']),
      },
      headers: { 'x-amz-content-sha256': sum },
    });
    const signed = (await signer.sign()).headers.get('authorization');
    if (headers.authorization !== signed) return void end(403, '<Error><Code>SignatureDoesNotMatch</Code></Error>');
    if (method === 'PUT' && createHash('sha256').update(body).digest('hex') !== sum) return void end(400);
    if (method === 'PUT') stored.set(url, body);
    const object = stored.get(url);
    if (method === 'DELETE') stored.delete(url);
    if (!object) return void end(404, method === 'HEAD' ? '' : '<Error><Code>NoSuchKey</Code></Error>');
    response.setHeader('content-length', object.length);
    end(200, method === 'GET' ? object : '');
  });
});
afterEach(async () => await server.close());

const open = (changes: Partial<typeof keys> = {}) =>
  createS3Objects({ ...keys, url: `${server.url}/bucket/some/prefix/`, ...changes });

it('keeps bytes under their hash, below the prefix, and writes the same ones once', async () => {
  const objects = open();
  expect(await objects.put(bytes)).toEqual({ hash, size: 9 });
  expect(await objects.put(bytes)).toEqual({ hash, size: 9 });
  expect(requests.filter((request) => request.startsWith('PUT'))).toEqual([`PUT ${path}`]);
  expect([await objects.has(hash, 9), await objects.has(hash, 8)]).toEqual([true, false]);
  expect(Buffer.from(await objects.get(hash))).toEqual(Buffer.from(bytes));
  await objects.remove(hash);
  await objects.remove(hash);
  expect(await objects.has(hash, 9)).toBe(false);
  await expect(objects.get(hash)).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

it('keeps an empty file', async () => {
  const objects = open();
  const { hash: name } = await objects.put(new Uint8Array());
  expect(await objects.get(name)).toHaveLength(0);
});

it('asks again when the server is busy', async () => {
  failures = [503, 503];
  expect(await open().put(bytes)).toEqual({ hash, size: 9 });
});

it('says what the server answered, and never a key', async () => {
  await expect(open({ secretAccessKey: 'wrong' }).put(bytes)).rejects.toMatchObject({
    code: 'STORAGE_UNAVAILABLE',
    detail: 'The server of OBJECTS_URL: it answered 403 SignatureDoesNotMatch.',
  });
});

it('takes no bytes that are not the ones of the name', async () => {
  const objects = open();
  await objects.put(bytes);
  stored.set(path, Buffer.from('other'));
  await expect(objects.get(hash)).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' });
});

it('asks for nothing that is no hash', async () => {
  const objects = open();
  await expect(objects.get('../secret')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await objects.remove('../secret');
  expect(requests).toEqual([]);
});

it('is unavailable when nobody listens', async () => {
  await server.close();
  await expect(open().get(hash)).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' });
  server = await startLoopbackServer(async () => {});
});
