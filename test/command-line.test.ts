import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ServerProcess, startServer } from './server-process.ts';
import { pageWith, startStubSite } from './stub-site.ts';

interface Result {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

let home: string;
let server: ServerProcess;
let signIn: string;
let environment: NodeJS.ProcessEnv;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'footnote command line 🗂️ '));
  environment = { PATH: process.env.PATH, DATA_DIR: join(home, 'data'), PORT: '0', LOG_LEVEL: 'error' };
  server = await startServer(environment);
  ({ signIn } = server);
});

afterAll(async () => {
  await server.end('SIGTERM');
  await rm(home, { recursive: true, force: true });
});

async function footnote(words: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Result> {
  const child = spawn(process.execPath, ['bin/footnote.js', ...words], { env: { ...environment, ...env } });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (part) => (stdout += part));
  child.stderr.on('data', (part) => (stderr += part));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout, stderr };
}

async function json<T>(...words: string[]): Promise<T> {
  const result = await footnote(['--json', ...words]);
  return JSON.parse(result.stdout) as T;
}

describe('a folder of one’s own', () => {
  let folder: string;

  beforeAll(async () => {
    folder = join(home, 'my files 📄');
    await mkdir(join(folder, 'deep'), { recursive: true });
    await writeFile(join(folder, 'badger.md'), '# Badgers\n\nThe Zorblatt badger sleeps for nineteen hours a day.\n');
    await writeFile(
      join(folder, 'deep', 'otter.txt'),
      Buffer.from('The Quibble otter weighs 12 kg, caf\xe9 included.', 'latin1'),
    );
    await writeFile(
      join(folder, 'heron.html'),
      '<title>Herons</title><main><p>The Vexel heron nests in June.</p></main>',
    );
    await writeFile(join(folder, 'fake.md'), Buffer.from([0, 1, 2, 3, 255, 254, 0, 9, 8, 7]));
    await symlink(folder, join(folder, 'deep', 'loop'));
  });

  it('is taken in, with a reason for the file that cannot be read', async () => {
    const result = await footnote(['ingest', folder]);
    expect(result.stdout).toContain('3 added, 0 changed, 0 removed, 0 unchanged, 1 failed');
    expect(result.stdout).toMatch(/failed {2}fake\.md: FILE_TYPE_UNSUPPORTED: \S/);
    expect(result.code).toBe(1);
    const { items } = await json<{ items: { total: number }[] }>('jobs', 'list', '--limit', '1');
    expect(items, 'one job for all its files').toMatchObject([{ total: 4 }]);
  });

  it('answers with the quote, title and place', async () => {
    const result = await footnote(['ask', 'How long does the Zorblatt badger sleep?']);
    expect(result.stdout).toContain('[1] “The Zorblatt badger sleeps for nineteen hours a day.”');
    expect(result.stdout).toMatch(/Badgers \(characters \d+-\d+\)/);
    expect(result.code).toBe(0);
  });

  it('prints the event stream, numbered from 0 and ending in a final event', async () => {
    const { stdout } = await footnote(['ask', '--events', 'When does the Vexel heron nest?']);
    const events = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string; sequence: number });
    expect(events.map((event) => event.sequence)).toEqual(events.map((_, index) => index));
    expect(events[0]?.type).toBe('answer-started');
    expect(events.at(-1)?.type).toBe('answer-finished');
  });

  it('refuses what the sources do not hold, with exit code 4', async () => {
    const result = await footnote(['ask', 'Who wrote the opera about the Lisbon earthquake?']);
    expect(result.code).toBe(4);
    expect(result.stdout).toContain('Nearest documents:');
  });

  it('costs nothing when nothing changed, replaces what did, and prunes what is gone', async () => {
    const again = await footnote(['ingest', folder]);
    expect(again.stdout).toContain('0 added, 0 changed, 0 removed, 3 unchanged');

    await writeFile(join(folder, 'badger.md'), '# Badgers\n\nThe Zorblatt badger sleeps for twenty hours a day.\n');
    await rm(join(folder, 'heron.html'));
    const dryRun = await footnote(['ingest', folder, '--prune', '--dry-run']);
    expect(dryRun.stdout).toContain('changed  badger.md');
    expect(dryRun.stdout).toMatch(/\nWould embed 1 passage with about \d+ tokens by all-MiniLM-L6-v2-int8: no cost\n/);
    expect(dryRun.stdout).toContain('failed  fake.md: FILE_TYPE_UNSUPPORTED');
    expect(dryRun.stdout).toContain('removed  heron.html');

    const real = await footnote(['ingest', folder, '--prune']);
    expect(real.stdout).toContain('0 added, 1 changed, 1 removed, 1 unchanged');
    const listed = await json<{ items: { externalId: string; version: number }[] }>(
      'documents',
      'list',
      '--source',
      folder,
    );
    expect(
      Object.fromEntries(
        listed.items.filter(({ version }) => version).map(({ externalId, version }) => [externalId, version]),
      ),
    ).toEqual({
      'badger.md': 2,
      'deep/otter.txt': 1,
    });
    const answer = await footnote(['ask', 'How long does the Zorblatt badger sleep?']);
    expect(answer.stdout).toContain('twenty hours');
    expect(answer.stdout).not.toContain('nineteen');
  });

  it('an empty folder says so', async () => {
    const empty = join(home, 'empty');
    await mkdir(empty);
    const result = await footnote(['ingest', empty]);
    expect(result.stderr).toContain('holds no files that can be read');
    expect(result.code).toBe(0);
  });
});

describe('calibration on the tenant’s own documents', { timeout: 180_000 }, () => {
  it('asks the running server, and stores the threshold when it is told to', async () => {
    const folder = join(home, 'questions');
    await mkdir(folder);
    const sample = await readFile('datasets/handbook/queries.jsonl', 'utf8');
    const questions = sample
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { answerable: boolean; history?: unknown });
    const some = [true, false].flatMap((answerable) =>
      questions.filter((question) => question.answerable === answerable && !question.history).slice(0, 10),
    );
    await writeFile(join(folder, 'queries.jsonl'), some.map((question) => JSON.stringify(question)).join('\n'));
    const report = await json<{ threshold: number }>('eval', 'calibrate', folder, '--over-refusal', '0.2', '--apply');
    expect(report).toMatchObject({ answerable: 10, unanswerable: 10, errors: 0, applied: true });
    expect(report.threshold).toBeGreaterThan(0);
    expect(report.threshold).toBeLessThan(1);
    const shown = await json<{ refusalThreshold: number }>('settings', 'show');
    expect(shown.refusalThreshold).toBe(report.threshold);
    await footnote(['settings', 'set', 'refusalThreshold=null']);
  });
});

describe('metadata and filters', { timeout: 120_000 }, () => {
  it('are given with the files, and choose what is searched', async () => {
    const folder = join(home, 'sizes');
    await mkdir(folder);
    await writeFile(join(folder, 'tern.md'), '# Terns\n\nThe Arctic tern flies to Antarctica.\n');
    const declared = await footnote(['metadata', 'declare', 'length', '--type', 'number']);
    expect(declared.stdout).toContain('Declared length (number)');
    const ingested = await footnote(['ingest', folder, '--tag', 'kind=sea', '--metadata', 'length=36.5']);
    expect(ingested.stdout).toContain('1 added');
    const filter = ['--filter', '{"metadata":{"length":{"gt":36}}}', '--tag', 'kind=sea'];
    const { passages } = await json<{ passages: { title: string }[] }>('search', 'Arctic tern', ...filter);
    expect(passages.map(({ title }) => title)).toEqual(['Terns']);
    const wrong = await footnote(['ask', 'x', '--filter', '{"colour":"red"}']);
    expect(wrong.stderr).toMatch(/filter\.colour: expected one of the fields .*metadata\.length \(number\)/);
    expect(wrong.code).toBe(2);
  });
});

describe('a sitemap', { timeout: 120_000 }, () => {
  it('is taken in page by page, and brought up to date by the same command', async () => {
    await using site = await startStubSite({
      '/a.html': pageWith('The Zorblatt pump'),
      '/b.html': pageWith('The Quibble valve'),
    });
    const list = ['/a.html', '/b.html'].map((path) => `<url><loc>${site.url}${path}</loc></url>`).join('');
    const headers = { 'content-type': 'application/xml' };
    site.pages.set('/sitemap.xml', { body: `<urlset>${list}</urlset>`, headers });
    const own = { DATA_DIR: join(home, 'sitemap'), FETCH_ALLOWED_HOSTS: site.host };
    const ingest = async (...options: string[]) =>
      await footnote(['ingest', `${site.url}/sitemap.xml`, '--wait', 'lexical', ...options], own);
    expect(await ingest('--dry-run')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('Would have: 2 added'),
    });
    expect((await footnote(['sources', 'list'], own)).stdout).toContain('No sources.');
    expect(await ingest()).toMatchObject({ code: 0, stdout: expect.stringMatching(/^2 added/) });
    site.pages.set('/b.html', { body: pageWith('The Quibble valve, second edition') });
    expect(await ingest()).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^0 added, 1 changed, 0 removed, 1 un/),
    });
    const refused = await footnote(['ingest', `${site.url}/sitemap.xml`], { ...own, FETCH_ALLOWED_HOSTS: '' });
    expect(refused).toMatchObject({ code: 1, stdout: expect.stringContaining('public internet') });
  });
});

describe('wrong use', () => {
  it.each([
    [['ask'], 2, /missing required argument/],
    [['ask', ''], 2, /INVALID_REQUEST/],
    [['ask', 'x'.repeat(100_000)], 2, /at most 4000 characters/],
    [['nonsense'], 2, /unknown command/],
    [['search', 'x', '--filter', 'source=wiki'], 2, /expected JSON/],
    [['ingest', '/does/not/exist'], 1, /FILE_UNREADABLE.*\/does\/not\/exist/],
    [['documents', 'show', 'doc_unknown'], 1, /NOT_FOUND/],
  ])('%j exits with %i and says why', async (words, code, message) => {
    const result = await footnote(words);
    expect(result.stderr).toMatch(message);
    expect(result.stderr).not.toMatch(/ at .*\.ts:\d+/);
    expect(result.code).toBe(code);
  });

  it('a wrong setting names variable, value and what is expected', async () => {
    const result = await footnote(['ask', 'hello'], { PORT: 'eighty' });
    expect(result.code).toBe(2);
    expect(result.stderr).toContain('PORT: expected a whole number from 0 to 65535, read "eighty"');
  });

  it('a second server in the folder is turned away, and the first one goes on', async () => {
    const result = await footnote(['serve']);
    expect(result.code).toBe(1);
    expect(result.stderr).toContain(`is in use by process ${server.child.pid}`);
    expect((await fetch(new URL('/healthz', signIn))).status).toBe(200);
  });

  it('a taken port is named', async () => {
    const { port } = new URL(signIn);
    const result = await footnote(['serve'], { DATA_DIR: join(home, 'other'), PORT: port });
    expect(result.stderr).toMatch(new RegExp(`PORT_IN_USE.*${port}`));
    expect(result.code).toBe(1);
  });
});

describe('keys', () => {
  it('work until they are revoked, and the local one is for its owner only', async () => {
    const made = await json<{ id: string; secret: string }>('keys', 'create', 'test', '--role', 'reader');
    expect(made.secret).toMatch(/^fn_/);
    const remote = { FOOTNOTE_URL: new URL(signIn).origin, FOOTNOTE_KEY: made.secret };
    expect((await footnote(['documents', 'list'], remote)).code).toBe(0);
    const forbidden = await footnote(['keys', 'list'], remote);
    expect(forbidden.stderr).toContain('FORBIDDEN');
    await footnote(['keys', 'revoke', made.id]);
    expect((await footnote(['documents', 'list'], remote)).stderr).toContain('UNAUTHENTICATED');

    const { mode } = await stat(join(home, 'data', 'local.key'));
    expect(mode & 0o777).toBe(0o600);
    expect(await readFile(join(home, 'data', 'local.key'), 'utf8')).toMatch(/^fn_/);
  });

  it('doctor finds every part well', async () => {
    const result = await footnote(['doctor']);
    expect(result.stdout).toMatch(/✓ database/);
    expect(result.code).toBe(0);
  });
});
