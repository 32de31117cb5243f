import { afterEach, beforeEach, expect, it } from 'vitest';
import { fakePort } from '../../../../test/fake-port.ts';
import { type StubS3, startStubS3, stubS3Keys } from '../../../../test/stub-s3.ts';
import { type SourceCredentials, SourceSettings } from '../../../domain/source-settings.ts';
import { allowHosts } from '../../load/allowed-hosts.ts';
import { isUnlisted } from '../connector.ts';
import { createOpenConnector } from '../open-connector.ts';

const never = new AbortController().signal;
const keys = { username: stubS3Keys.accessKeyId, password: stubS3Keys.secretAccessKey };

let s3: StubS3;
beforeEach(async () => {
  s3 = await startStubS3();
});
afterEach(async () => await s3.close());

async function open({
  credentials = keys,
  hosts = [new URL(s3.url).host],
}: {
  credentials?: SourceCredentials | null;
  hosts?: string[];
} = {}) {
  const openConnector = createOpenConnector({
    fetch: { maxFileBytes: 1000, isAllowedAddress: allowHosts(hosts) },
    ...{ sourceFolders: [], cacheFolder: '/nonexistent', objects: fakePort('objects') },
  });
  const { region } = stubS3Keys;
  const settings = { kind: 's3', url: `${s3.url}/bucket/docs`, region, requestsPerSecond: 1000 };
  return await openConnector({ settings: SourceSettings.parse(settings), credentials, upload: null }, never);
}

async function listed(connector: Awaited<ReturnType<typeof open>>) {
  const entries = await Array.fromAsync(connector.list(new Map(), never));
  return entries.map((entry) => [entry.externalId, isUnlisted(entry) ? entry.error.code : entry.fingerprint]);
}

it('reads a listing of many pages, and names what is too large', async () => {
  for (let number = 10; number < 25; number += 1) s3.stored.set(`/bucket/docs/${number}.md`, Buffer.from(`${number}`));
  s3.stored.set('/bucket/docs/large.md', Buffer.alloc(1001));
  s3.stored.set('/bucket/docs/', Buffer.alloc(0));
  await using connector = await open();
  const entries = await listed(connector);
  expect(entries.map(([id]) => id)).toEqual([...Array.from({ length: 15 }, (_, i) => `${i + 10}.md`), 'large.md']);
  expect(entries.at(-1)).toEqual(['large.md', 'FILE_TOO_LARGE']);
  expect(s3.requests).toHaveLength(9);
});

it('a page that does not come ends the listing, and so does a wrong key, which nobody gets to see', async () => {
  for (const name of ['a', 'b', 'c']) s3.stored.set(`/bucket/docs/${name}.md`, Buffer.from(name));
  await using connector = await open();
  const listing = connector.list(new Map(), never);
  await listing.next();
  await listing.next();
  s3.fail(404);
  await expect(listing.next()).rejects.toMatchObject({ code: 'URL_UNREACHABLE' });
  s3.fail(null);
  await using wrong = await open({ credentials: { ...keys, password: 'another secret' } });
  await expect(listed(wrong)).rejects.toThrow(/^(?!.*another secret).*403 SignatureDoesNotMatch/);
});

it('asks as anybody without keys, and nobody outside of the public internet unless the operator allows it', async () => {
  await using anybody = await open({ credentials: null });
  await expect(listed(anybody)).rejects.toMatchObject({ code: 'URL_UNREACHABLE' });
  s3.requests.length = 0;
  await using refused = await open({ hosts: [] });
  await expect(listed(refused)).rejects.toMatchObject({ code: 'URL_NOT_ALLOWED' });
  expect(s3.requests).toEqual([]);
});

it('a server that promises more and says not where is no listing', async () => {
  for (const name of ['a', 'b', 'c']) s3.stored.set(`/bucket/docs/${name}.md`, Buffer.from(name));
  s3.pageSize = 0;
  await using connector = await open();
  await expect(listed(connector)).rejects.toMatchObject({ code: 'FILE_CORRUPT' });
});
