import type { LookupFunction } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allowHosts } from '../src/ingest/load/allowed-hosts.ts';
import { createFetchUrl } from '../src/ingest/load/fetch-url.ts';
import { createSubmitDocuments } from '../src/ingest/submit-document.ts';
import type { SqlDriver } from '../src/store/sql.ts';
import { jsonBody, openApp, type TestApp } from './open-app.ts';
import { openTestDatabase } from './open-database.ts';
import { type StubSite, startStubSite } from './stub-site.ts';

const innerAddresses = ['127.0.0.1', '169.254.169.254', '10.0.0.1', '192.168.1.1', '172.16.0.1', '100.64.0.1'];

/** Every way in which an address of four bytes is written. */
function spellings(address: string): string[] {
  const bytes = address.split('.').map(Number);
  const [a = 0, b = 0, c = 0, d = 0] = bytes;
  const whole = ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
  const hex = (value: number, digits: number) => value.toString(16).padStart(digits, '0');
  const words = `${hex((a << 8) | b, 4)}:${hex((c << 8) | d, 4)}`;
  const wide = [...address]
    .map((one) => (one === '.' ? one : String.fromCharCode(one.charCodeAt(0) + 0xfee0)))
    .join('');
  return [
    ...[address, `${address}.`, String(whole), `0x${hex(whole, 8)}`, `0${whole.toString(8)}`],
    ...[bytes.map((byte) => `0x${hex(byte, 2)}`).join('.'), bytes.map((byte) => `0${byte.toString(8)}`).join('.')],
    ...[`${a}.${(b << 16) | (c << 8) | d}`, `${a}.${b}.${(c << 8) | d}`, wide, address.replace('.', '%2e')],
    ...[`[::ffff:${address}]`, `[::ffff:${words}]`, `[::${words}]`, `[64:ff9b::${words}]`, `[2002:${words}::]`],
    ...[`${address}.nip.example`, `www.${address}.nip.example`],
  ];
}

const hosts = [
  ...innerAddresses.flatMap(spellings),
  ...['localhost', 'LOCALHOST', 'localhost.', '0', '0.0.0.0', '127.1', '127.0.1', '127.127.127.127', '168.63.129.16'],
  ...[
    '100.100.100.200',
    '169.254.170.2',
    '192.0.0.192',
    '192.0.2.1',
    '198.18.0.1',
    '224.0.0.1',
    '240.0.0.1',
    '255.255.255.255',
  ],
  ...['[::1]', '[::]', '[0:0:0:0:0:0:0:1]', '[fd00:ec2::254]', '[fe80::1]', '[fec0::1]', '[ff02::1]', '[2001:db8::1]'],
  ...[
    '[fc00::1]',
    '[100::1]',
    '[2001::1]',
    'metadata.google.internal',
    'metadata.google.internal.',
    'mixed.example',
    'six.example',
  ],
];
const addresses = [
  ...hosts.map((host) => `http://${host}/`),
  ...['22', '25', '5432', '6333', '6379', '9200', '11211'].map((port) => `http://outside.example:${port}/`),
  ...[
    'file:///etc/passwd',
    'ftp://outside.example/',
    'gopher://outside.example/',
    'data:text/html,x',
    'javascript:alert(1)',
  ],
  ...[
    'jar:http://outside.example!/',
    'blob:http://outside.example/x',
    'dict://outside.example/',
    'ldap://outside.example/',
  ],
  ...[
    'http://ada:secret@outside.example/',
    'http://ada@outside.example/',
    'http://outside.example@127.0.0.1/',
    'http://127.0.0.1#@outside.example/',
  ],
  ...['http://127.0.0.1\\@outside.example/', 'http:127.0.0.1/', '//127.0.0.1/', 'http://[::1', 'http://'],
];

/** Names as an attacker's own server answers them. */
const lookup: LookupFunction = (name, _options, callback) => {
  const inner = /(\d+\.\d+\.\d+\.\d+)\.nip\.example$/.exec(name)?.[1];
  const known: Record<string, string[]> = {
    'metadata.google.internal': ['169.254.169.254'],
    'metadata.google.internal.': ['169.254.169.254'],
    localhost: ['127.0.0.1'],
    'localhost.': ['127.0.0.1'],
    'mixed.example': ['93.184.216.34', '127.0.0.1'],
    'six.example': ['93.184.216.34', '::1'],
    'outside.example': ['93.184.216.34'],
    'intranet.example': ['127.0.0.1'],
  };
  const found = inner === undefined ? known[name] : [inner];
  if (!found) callback(Object.assign(new Error('unknown'), { code: 'ENOTFOUND' }), []);
  else
    callback(
      null,
      found.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );
};

let driver: SqlDriver;
let site: StubSite;
beforeAll(async () => {
  driver = await openTestDatabase();
  site = await startStubSite({ '/page': '<h1>Page</h1><p>It can be read.</p>' });
});
afterAll(async () => {
  await driver.close();
  await site.close();
});

/** The documents route over the real guard; what is fetched is not kept. */
async function open(
  allowed: readonly string[] = [],
): Promise<{ add(url: string): Promise<{ status: number; code?: string }> }> {
  const fetchUrl = createFetchUrl({ maxFileBytes: 100_000, isAllowedAddress: allowHosts(allowed), lookup });
  const probe: TestApp = await openApp(driver);
  const submit = createSubmitDocuments({
    ...{ documents: probe.stores.documents, fetchUrl, maxFileBytes: 100_000, onQueued: () => {} },
    objects: {
      put: async (bytes) => ({ hash: String(bytes.byteLength), size: bytes.byteLength }),
      has: async () => true,
    },
  });
  const app = await openApp(driver, { submit });
  const key = await app.createKey();
  return {
    async add(url) {
      const response = await app.request('/v1/documents', key, jsonBody({ url }));
      return { status: response.status, ...((await response.json()) as { code?: string }) };
    },
  };
}

describe('an address that somebody gives', () => {
  it('is one of at least 120', () => expect(new Set(addresses).size).toBeGreaterThanOrEqual(120));

  it('is not connected to where it leads inside, however it is written', async () => {
    const { add } = await open();
    const passed: string[] = [];
    for (const address of addresses) {
      const { code } = await add(address);
      if (code !== 'URL_NOT_ALLOWED' && code !== 'INVALID_REQUEST') passed.push(`${address} ${code}`);
    }
    expect(passed).toEqual([]);
    expect(site.requests).toEqual([]);
  });

  it('is followed to no place inside by any redirect, at any step', async () => {
    const { add } = await open([site.host]);
    const port = Number(new URL(site.url).port) === 8080 ? 8000 : 8080;
    for (const status of [301, 302, 303, 307, 308])
      for (const target of [
        `http://127.0.0.1:${port}/`,
        'http://169.254.169.254/',
        'http://[::1]/',
        'file:///etc/passwd',
        'http://mixed.example/',
      ]) {
        site.pages.set('/first', { body: '', status, headers: { location: '/second' } });
        site.pages.set('/second', { body: '', status, headers: { location: target } });
        expect([status, target, (await add(`${site.url}/first`)).code]).toEqual([status, target, 'URL_NOT_ALLOWED']);
      }
  });

  it('does not unpack a bomb', async () => {
    const { add } = await open([site.host]);
    site.pages.set('/bomb', { body: gzipSync(Buffer.alloc(50_000_000)), headers: { 'content-encoding': 'gzip' } });
    expect((await add(`${site.url}/bomb`)).code).toBe('FILE_TOO_LARGE');
  });

  it.each([
    ['an address with its port', () => [site.host], () => `${site.url}/page`],
    [
      'a name with its port',
      () => [`localhost:${new URL(site.url).port}`],
      () => `http://localhost:${new URL(site.url).port}/page`,
    ],
    [
      'another name',
      () => [`intranet.example:${new URL(site.url).port}`],
      () => `http://intranet.example:${new URL(site.url).port}/page`,
    ],
    ['an address in decimal', () => [site.host], () => `http://2130706433:${new URL(site.url).port}/page`],
  ])('is fetched where the operator allows %s', async (_what, allowed, url) => {
    const { add } = await open(allowed());
    expect(await add(url())).toMatchObject({ status: 202 });
  });

  it.each([[301], [302], [303], [307], [308]])('is fetched through a %i to a place that is allowed', async (status) => {
    const { add } = await open([site.host]);
    site.pages.set('/moved', { body: '', status, headers: { location: '/page' } });
    expect(await add(`${site.url}/moved`)).toMatchObject({ status: 202 });
  });

  it('is not fetched at another port or name of an allowed host', async () => {
    const { add } = await open(['127.0.0.1:9', 'wiki.example', '10.0.0.0/8']);
    for (const url of [`${site.url}/page`, 'http://127.0.0.1:8080/', 'http://192.168.1.1/', 'http://10.0.0.1:6379/'])
      expect([url, (await add(url)).code]).toEqual([url, 'URL_NOT_ALLOWED']);
  });
});

it('what is allowed is the public internet and what the operator names, no more', () => {
  const allows = allowHosts(['10.1.0.0/16', 'wiki.example', 'db.example:9000', 'fd00::/8']);
  const verdicts = [
    allows('93.184.216.34', 443, 'a.example'),
    allows('10.1.2.3', 443, 'a.example'),
    allows('::ffff:10.1.2.3', 443, 'a.example'),
    allows('fd00::1', 80, 'a.example'),
    allows('192.168.0.1', 443, 'WIKI.example'),
    allows('192.168.0.1', 9000, 'db.example'),
    allows('10.2.0.1', 443, 'a.example'),
    allows('10.1.2.3', 9000, 'a.example'),
    allows('192.168.0.1', 9000, 'wiki.example'),
    allows('192.168.0.1', 443, 'db.example'),
    allows('192.168.0.1', 443, 'evil-wiki.example'),
  ];
  expect(verdicts).toEqual([true, true, true, true, true, true, false, false, false, false, false]);
});
