import { createHash } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type StubS3, startStubS3, stubS3Keys } from '../../../../test/stub-s3.ts';
import { createS3Objects } from './s3-objects.ts';

const keys = stubS3Keys;
const bytes = new TextEncoder().encode('raw bytes');
const hash = createHash('sha256').update(bytes).digest('hex');
const path = `/bucket/some/prefix/${hash.slice(0, 2)}/${hash}`;

let server: StubS3;
beforeEach(async () => {
  server = await startStubS3();
});
afterEach(async () => await server.close());

const open = (changes: Partial<typeof keys> = {}) =>
  createS3Objects({ ...keys, url: `${server.url}/bucket/some/prefix/`, ...changes });

it('keeps bytes under their hash, below the prefix, and writes the same ones once', async () => {
  const objects = open();
  expect(await objects.put(bytes)).toEqual({ hash, size: 9 });
  expect(await objects.put(bytes)).toEqual({ hash, size: 9 });
  expect(server.requests.filter((request) => request.startsWith('PUT'))).toEqual([`PUT ${path}`]);
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
  server.failures.push(503, 503);
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
  server.stored.set(path, Buffer.from('other'));
  await expect(objects.get(hash)).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' });
});

it('asks for nothing that is no hash', async () => {
  const objects = open();
  await expect(objects.get('../secret')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await objects.remove('../secret');
  expect(server.requests).toEqual([]);
});

it('is unavailable when nobody listens', async () => {
  await server.close();
  await expect(open().get(hash)).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' });
  server = await startStubS3();
});
