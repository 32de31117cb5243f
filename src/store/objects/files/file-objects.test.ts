import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createFileObjects } from './file-objects.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'footnote-objects-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const bytes = new TextEncoder().encode('raw bytes');
const hash = createHash('sha256').update(bytes).digest('hex');
const files = async () =>
  (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());

it('gives back the bytes under their hash', async () => {
  const objects = await createFileObjects(folder);
  expect(await objects.put(bytes)).toEqual({ hash, size: bytes.byteLength });
  expect(new Uint8Array(await objects.get(hash))).toEqual(bytes);
  expect(await objects.put(new Uint8Array())).toMatchObject({ size: 0 });
});

it('writes the same bytes once', async () => {
  const objects = await createFileObjects(folder);
  await objects.put(bytes);
  const path = join(folder, hash.slice(0, 2), hash);
  const before = new Date('2020-01-01T00:00:00Z');
  await utimes(path, before, before);
  await objects.put(bytes);
  expect((await stat(path)).mtime).toEqual(before);
  expect(await files()).toHaveLength(1);
});

it('takes the same bytes from many at once', async () => {
  const objects = await createFileObjects(folder);
  await Promise.all(Array.from({ length: 20 }, () => objects.put(bytes)));
  expect(await files()).toHaveLength(1);
});

it('replaces a file that was cut off', async () => {
  const objects = await createFileObjects(folder);
  await objects.put(bytes);
  await writeFile(join(folder, hash.slice(0, 2), hash), 'raw');
  await objects.put(bytes);
  expect(new Uint8Array(await objects.get(hash))).toEqual(bytes);
});

it('throws NOT_FOUND for what is not there, removed or no hash', async () => {
  const objects = await createFileObjects(folder);
  await objects.put(bytes);
  await objects.remove(hash);
  await objects.remove(hash);
  await writeFile(join(folder, 'secret'), 'x');
  for (const name of [hash, '../secret', 'secret', ''])
    await expect(objects.get(name)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await objects.remove('../secret');
  expect(await readFile(join(folder, 'secret'), 'utf8')).toBe('x');
});

it('removes what a killed process left unfinished, not what another one is writing', async () => {
  await mkdir(join(folder, 'unfinished'));
  for (const name of ['left', 'under way']) await writeFile(join(folder, 'unfinished', name), 'half');
  const twoHoursAgo = new Date(Date.now() - 7_200_000);
  await utimes(join(folder, 'unfinished', 'left'), twoHoursAgo, twoHoursAgo);
  await createFileObjects(folder);
  expect((await files()).map(({ name }) => name)).toEqual(['under way']);
});

it('leaves nothing behind when writing fails', async () => {
  const objects = await createFileObjects(folder);
  await mkdir(join(folder, hash.slice(0, 2), hash), { recursive: true });
  await expect(objects.put(bytes)).rejects.toMatchObject({ code: 'INTERNAL' });
  expect(await files()).toEqual([]);
});
