import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type ConnectorFixture, describeConnector } from '../../../test/connector-contract.ts';
import { fakePort } from '../../../test/fake-port.ts';
import { startStubS3, stubS3Keys } from '../../../test/stub-s3.ts';
import { pageWith, startStubSite } from '../../../test/stub-site.ts';
import { type SourceCredentials, SourceSettings } from '../../domain/source-settings.ts';
import { allowHosts } from '../load/allowed-hosts.ts';
import { buildZip, type ZipPart } from '../parse/fixtures/build-zip.ts';
import { createOpenConnector } from './open-connector.ts';

const fast = { requestsPerSecond: 1000 };
const never = new AbortController().signal;

interface Opening {
  readonly settings: Record<string, unknown>;
  readonly hosts?: readonly string[];
  readonly folder?: string;
  readonly credentials?: SourceCredentials;
}

async function opener({ settings, hosts = [], folder = '/nonexistent', credentials }: Opening) {
  const cacheFolder = await mkdtemp(join(tmpdir(), 'footnote-cache-'));
  const open = createOpenConnector({
    fetch: { maxFileBytes: 1_000_000, isAllowedAddress: allowHosts(hosts) },
    sourceFolders: [folder],
    cacheFolder,
    objects: fakePort('objects'),
  });
  const source = { settings: SourceSettings.parse(settings), credentials: credentials ?? null, upload: null };
  return { open: () => open(source, never), dispose: () => rm(cacheFolder, { recursive: true, force: true }) };
}

async function folderFixture(): Promise<ConnectorFixture> {
  const root = await mkdtemp(join(tmpdir(), 'footnote-folder-'));
  const folder = join(root, 'files');
  await mkdir(folder);
  const { open, dispose } = await opener({ settings: { kind: 'folder', path: folder }, folder });
  return {
    open,
    idOf: (name) => `${name}.md`,
    put: (name, text) => writeFile(join(folder, `${name}.md`), text),
    remove: (name) => rm(join(folder, `${name}.md`)),
    setWorking: (isWorking) => (isWorking ? rename(join(root, 'away'), folder) : rename(folder, join(root, 'away'))),
    close: async () => {
      await dispose();
      await rm(root, { recursive: true, force: true });
    },
  };
}

async function gitFixture(): Promise<ConnectorFixture> {
  const root = await mkdtemp(join(tmpdir(), 'footnote-git-'));
  const folder = join(root, 'repository');
  const git = (...words: string[]) =>
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.com', '-C', folder, ...words], {
      stdio: 'pipe',
    });
  await mkdir(join(folder, 'docs'), { recursive: true });
  git('init', '--quiet');
  const settings = { kind: 'git', url: pathToFileURL(folder).href, folder: 'docs' };
  const { open, dispose } = await opener({ settings, folder: root });
  const commit = () => {
    git('add', '--all');
    git('commit', '--quiet', '--message', 'change');
  };
  return {
    open,
    idOf: (name) => `docs/${name}.md`,
    async put(name, text) {
      await writeFile(join(folder, 'docs', `${name}.md`), text);
      commit();
    },
    async remove(name) {
      await rm(join(folder, 'docs', `${name}.md`));
      commit();
    },
    setWorking: (isWorking) => (isWorking ? rename(join(root, 'away'), folder) : rename(folder, join(root, 'away'))),
    close: async () => {
      await dispose();
      await rm(root, { recursive: true, force: true });
    },
  };
}

/** A site whose first page, feed, sitemap or API reply is made anew from its texts. */
async function siteFixture(
  settings: Record<string, unknown>,
  {
    path,
    make,
    idOf,
  }: {
    path: string;
    make: (texts: ReadonlyMap<string, string>, url: string) => string;
    idOf: (url: string, name: string) => string;
  },
): Promise<ConnectorFixture> {
  const site = await startStubSite();
  const texts = new Map<string, string>();
  const { open, dispose } = await opener({
    settings: { ...settings, url: `${site.url}${path}`, ...fast },
    hosts: [site.host],
  });
  const remake = () => void site.pages.set(path, { body: make(texts, site.url) });
  return {
    open,
    idOf: (name) => idOf(site.url, name),
    async put(name, text) {
      texts.set(name, text);
      site.pages.set(`/${name}`, { body: pageWith(text) });
      remake();
    },
    async remove(name) {
      texts.delete(name);
      site.pages.delete(`/${name}`);
      remake();
    },
    setWorking: async (isWorking) => site.fail(isWorking ? null : 500),
    close: async () => {
      await dispose();
      await site.close();
    },
  };
}

async function s3Fixture(): Promise<ConnectorFixture> {
  const s3 = await startStubS3();
  const { accessKeyId: username, secretAccessKey: password, region } = stubS3Keys;
  const { open, dispose } = await opener({
    settings: { kind: 's3', url: `${s3.url}/bucket/a folder+`, region, ...fast },
    credentials: { username, password },
    hosts: [new URL(s3.url).host],
  });
  const path = (name: string) => `/bucket/a folder+/${name} & ü.md`;
  s3.stored.set('/bucket/a folder+/picture.png', Buffer.from('not read'));
  s3.stored.set('/bucket/elsewhere/other.md', Buffer.from('not in the folder'));
  return {
    open,
    idOf: (name) => `${name} & ü.md`,
    put: async (name, text) => void s3.stored.set(path(name), Buffer.from(text)),
    remove: async (name) => void s3.stored.delete(path(name)),
    setWorking: async (isWorking) => s3.fail(isWorking ? null : 403),
    close: async () => {
      await dispose();
      await s3.close();
    },
  };
}

/** A file with an export that is made anew from its texts. */
async function exportFixture(
  kind: string,
  { make, idOf }: { make: (texts: ReadonlyMap<string, string>) => ZipPart[]; idOf: (name: string) => string },
): Promise<ConnectorFixture> {
  const folder = await mkdtemp(join(tmpdir(), 'footnote-export-'));
  const path = join(folder, 'export.zip');
  const texts = new Map<string, string>();
  const { open, dispose } = await opener({ settings: { kind, path }, folder });
  const remake = () => writeFile(path, buildZip(make(texts)));
  await remake();
  return {
    ...{ open, idOf },
    async put(name, text) {
      texts.set(name, text);
      await remake();
    },
    async remove(name) {
      texts.delete(name);
      await remake();
    },
    // A copy that is still under way.
    setWorking: async (isWorking) => (isWorking ? await remake() : await truncate(path, 50)),
    close: async () => {
      await dispose();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** As Notion would name them. */
const hexOf = (name: string) => Buffer.from(name).toString('hex').padEnd(32, '0');
const json = (value: unknown) => JSON.stringify(value);
const slackTime = (name: string) => `${1_767_600_000 + name.length * 100_000 + name.charCodeAt(0)}.000100`;

const xml = '<?xml version="1.0"?>';
const startPage = '<html><head><meta name="robots" content="noindex"></head><body>';

describeConnector('a folder', folderFixture);
describeConnector('a Git repository', gitFixture);
describeConnector('a folder of a bucket', s3Fixture);
describeConnector('an export of Notion', () =>
  exportFixture('notion', {
    make: (texts) =>
      [...texts].map(([name, text]) => ({ name: `${name} ${hexOf(name)}.md`, content: `# ${name}\n\n${text}` })),
    idOf: hexOf,
  }),
);
describeConnector('an export of Confluence', () =>
  exportFixture('confluence', {
    make: (texts) => [
      ...[...texts].map(([name, text]) => ({
        name: `S/${name}_${parseInt(hexOf(name).slice(0, 8), 16)}.html`,
        content: `<html><body><h1 id="title-text">S : ${name}</h1><div id="main-content"><p>${text}</p></div></body></html>`,
      })),
    ],
    idOf: (name) => String(parseInt(hexOf(name).slice(0, 8), 16)),
  }),
);
describeConnector('an export of Zendesk', () =>
  exportFixture('zendesk', {
    make: (texts) => [
      {
        name: 'articles.json',
        content: json({
          articles: [...texts].map(([id, body]) => ({ id, title: id, body: `<p>${body}</p>`, locale: 'en' })),
        }),
      },
    ],
    idOf: (name) => `article/${name}/en`,
  }),
);
describeConnector('an export of Slack', () =>
  exportFixture('slack', {
    make: (texts) => [
      { name: 'channels.json', content: json([{ id: 'C1', name: 'support' }]) },
      {
        name: 'support/2026-01-05.json',
        content: json(
          [...texts].flatMap(([name, text]) => [
            { ts: slackTime(name), thread_ts: slackTime(name), user: 'U1', text },
            { ts: `${slackTime(name)}9`, thread_ts: slackTime(name), user: 'U2', text: 'Thanks' },
          ]),
        ),
      },
    ],
    idOf: (name) => `C1/${slackTime(name)}`,
  }),
);
describeConnector('a crawled site', () =>
  siteFixture(
    { kind: 'web' },
    {
      path: '/start',
      make: (texts) =>
        `${startPage}${[...texts.keys()].map((name) => `<a href="${name}#top">x</a>`).join('')}</body></html>`,
      idOf: (url, name) => `${url}/${name}`,
    },
  ),
);
describeConnector('a sitemap', () =>
  siteFixture(
    { kind: 'web', mode: 'sitemap' },
    {
      path: '/sitemap.xml',
      make: (texts, url) =>
        `${xml}<urlset>${[...texts.keys()].map((name) => `<url><loc>${url}/${name}</loc></url>`).join('')}</urlset>`,
      idOf: (url, name) => `${url}/${name}`,
    },
  ),
);
describeConnector('an RSS feed', () =>
  siteFixture(
    { kind: 'feed', removeOld: true },
    {
      path: '/rss',
      make: (texts) =>
        `${xml}<rss><channel>${[...texts].map(([name, text]) => `<item><guid>${name}</guid><title>${name}</title><description>&lt;p&gt;${text}&lt;/p&gt;</description></item>`).join('')}</channel></rss>`,
      idOf: (_url, name) => name,
    },
  ),
);
describeConnector('an Atom feed', () =>
  siteFixture(
    { kind: 'feed', removeOld: true },
    {
      path: '/atom',
      make: (texts, url) =>
        `${xml}<feed xmlns="http://www.w3.org/2005/Atom">${[...texts].map(([name, text]) => `<entry><id>tag:${name}</id><link href="${url}/${name}"/><content type="html"><![CDATA[<p>${text}</p>]]></content></entry>`).join('')}</feed>`,
      idOf: (_url, name) => `tag:${name}`,
    },
  ),
);
describeConnector('a JSON API', () =>
  siteFixture(
    { kind: 'json', items: '/data/items', id: '/key', text: '/body/value', acl: '/readers' },
    {
      path: '/api',
      make: (texts) =>
        JSON.stringify({
          data: { items: [...texts].map(([key, value]) => ({ key, body: { value }, readers: ['group:a'] })) },
        }),
      idOf: (_url, name) => name,
    },
  ),
);
