import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { AppError } from '../domain/errors.ts';
import { readBackup, unpackBackup } from './backup-file.ts';
import { createMakeBackup } from './make-backup.ts';
import { missingObject } from './objects.ts';
import type { RowArchive } from './row-archive.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'footnote-backup-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

const summary = (objects: readonly string[] = []) => ({ migrations: ['0001.sql'], rows: 200, objects });
/** Rows that do not get smaller by packing. */
const batch = () => {
  const text = Array.from({ length: 2_000 }, () => Math.random()).join();
  return { table: 'passages', count: 1, rows: JSON.stringify([{ text }]) };
};
const make = (archive: Pick<RowArchive, 'read'>, objects: Readonly<Record<string, string>> = {}) =>
  createMakeBackup({
    archive,
    objects: {
      async get(hash) {
        const text = objects[hash];
        if (text === undefined) throw missingObject(hash);
        return Buffer.from(text);
      },
    },
    folder,
    version: '1',
    now: () => new Date(0),
  })();

it('holds the rows and the files that they name; one that was purged meanwhile is left out', async () => {
  const bytes = make(
    {
      async read(begin, take) {
        await begin(summary(['a', 'gone', 'b']));
        for (let number = 0; number < 200; number += 1) await take(batch());
      },
    },
    { a: 'A', b: 'B' },
  );
  const entries = await Array.fromAsync(readBackup(unpackBackup(Readable.from(bytes))));
  expect(entries.filter(({ kind }) => kind === 'rows')).toHaveLength(200);
  expect(entries.flatMap((entry) => (entry.kind === 'object' ? [String(entry.bytes)] : []))).toEqual(['A', 'B']);
  expect(entries.at(-1)).toMatchObject({ kind: 'end', end: { rows: 200, objects: 2 } });
  expect(await readdir(folder)).toEqual([]);
});

it('ends its transaction while a slow reader has hardly begun', async () => {
  const ended = Promise.withResolvers<void>();
  const bytes = make({
    async read(begin, take) {
      await begin(summary());
      for (let number = 0; number < 200; number += 1) await take(batch());
      ended.resolve();
    },
  });
  await bytes.next();
  await ended.promise;
  await bytes.return(undefined);
});

it('ends the reading of rows when nobody takes them any more', async () => {
  let failure: unknown = null;
  const bytes = make({
    async read(begin, take) {
      await begin(summary());
      try {
        for (;;) await take(batch());
      } catch (error) {
        failure = error;
        throw error;
      }
    },
  });
  await bytes.next();
  await bytes.return(undefined);
  expect(failure).not.toBeNull();
  expect(await readdir(folder)).toEqual([]);
});

it('fails with what the database throws, at once or in the middle', async () => {
  const away = new AppError('DATABASE_UNAVAILABLE', 'away');
  await expect(make({ read: () => Promise.reject(away) }).next()).rejects.toBe(away);
  const bytes = make({
    async read(begin, take) {
      await begin(summary());
      for (let number = 0; number < 100; number += 1) await take(batch());
      throw away;
    },
  });
  await expect(Array.fromAsync(bytes)).rejects.toBe(away);
});
