import { expect, it } from 'vitest';
import { AppError } from '../domain/errors.ts';
import { sha256 } from '../domain/sha256.ts';
import type { WalkEntry } from '../ingest/load/walk-folder.ts';
import { hashWhile } from './hash-ahead.ts';

function file(externalId: string, read = async (): Promise<Uint8Array> => Buffer.from(externalId)): WalkEntry {
  return { kind: 'file', externalId, path: externalId, size: 1, modifiedMilliseconds: 0, read };
}

it('hashes what it finds while a listing lasts, gives out nothing before its end, and keeps the order', async () => {
  const listing = Promise.withResolvers<void>();
  const read: string[] = [];
  let isListed = false;
  async function* entries(): AsyncGenerator<WalkEntry> {
    const refused = file('broken', () => Promise.reject(new AppError('FILE_UNREADABLE', 'No.')));
    const names = Array.from({ length: 20 }, (_, place) => `page ${place}`);
    yield* [refused, ...names.map((name) => file(name))];
    // As the last of them is read the listing ends; what comes later is left to whoever needs it.
    isListed = true;
    listing.resolve();
    await listing.promise;
    yield file('late', () => Promise.reject(new Error('read ahead')));
  }
  const given: [string, string | null][] = [];
  for await (const { entry, hash } of hashWhile(listing.promise, entries(), ({ externalId }) =>
    read.push(externalId),
  )) {
    expect(isListed).toBe(true);
    given.push([entry.externalId, hash]);
  }
  const pages = Array.from({ length: 20 }, (_, place) => `page ${place}`);
  expect(given).toEqual([['broken', null], ...pages.map((name) => [name, sha256(Buffer.from(name))]), ['late', null]]);
  expect(read.sort()).toEqual(['broken', ...pages].sort());
});

it('throws what the listing throws, and gives out nothing', async () => {
  async function* entries(): AsyncGenerator<WalkEntry> {
    yield* [file('a'), file('b')];
  }
  const given: unknown[] = [];
  const reading = (async () => {
    for await (const entry of hashWhile(Promise.reject(new Error('listing')), entries(), () => {})) given.push(entry);
  })();
  await expect(reading).rejects.toThrow('listing');
  expect(given).toEqual([]);
});
