import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { createServerDatabase } from '../test/open-database.ts';
import { startStubModelServer } from '../test/stub-model-server.ts';
import { startStubRerankServer, wordOverlap } from '../test/stub-rerank-server.ts';
import { startStubUnstructuredServer } from '../test/stub-unstructured-server.ts';

/**
 * Runs every ```sh block of README.md and docs/guide as a reader would, with a folder of its own and model servers on loopback;
 * of these files only, where some are named.
 */
const root = resolve(import.meta.dirname, '..');
const defaultAddress = 'http://localhost:4680';
const home = mkdtempSync(join(tmpdir(), 'footnote-commands-'));
const model = await startStubModelServer({ otherwise: { kind: 'text', text: 'A stub has no answer.' } });
const reranker = await startStubRerankServer(wordOverlap);
const partitioner = await startStubUnstructuredServer(() => [{ type: 'NarrativeText', text: 'A scan.' }]);
let server: ChildProcess | null = null;
/** Where the server of the file listens; the docs name the default port. */
let address = defaultAddress;
const databases: { drop(): Promise<void> }[] = [];
let failures = 0;
let commands = 0;

mkdirSync(join(home, 'handbook'));
writeFileSync(
  join(home, 'handbook', 'remote-work.md'),
  '# Remote work\n\nOur handbook says that remote work is possible on three days a week. Agree the days with your team.\n',
);
cpSync(join(root, 'datasets/handbook/documents/billing'), join(home, 'handbook', 'billing'), { recursive: true });

const guides = readdirSync(join(root, 'docs/guide')).map((name) => join('docs/guide', name));
const named = process.argv.slice(2);
for (const file of named.length > 0 ? named : ['README.md', ...guides]) await checkFile(file);
await stopServer();
for (const { drop } of databases) await drop();
await model.close();
await reranker.close();
await partitioner[Symbol.asyncDispose]();
rmSync(home, { recursive: true, force: true });
console.log(`${commands} documented commands, ${failures} failed`);
process.exitCode = failures === 0 && commands > 0 ? 0 : 1;

async function checkFile(file: string): Promise<void> {
  const environment: Record<string, string | undefined> = {
    ...process.env,
    HOME: home,
    DATA_DIR: join(home, 'data', file.replaceAll('/', '-')),
    PORT: '0',
    npm_config_update_notifier: 'false',
  };
  const text = readFileSync(join(root, file), 'utf8');
  for (const [, block] of text.matchAll(/^```sh\n([\s\S]*?)^```/gm))
    for (const line of (block ?? '').split('\n').map((entry) => entry.replace(/\s+#.*$/, '').trim())) {
      if (line === '') continue;
      const name = /^export (\w+)=/.exec(line)?.[1];
      if (name !== undefined) {
        if (!(await substitute(name, environment))) {
          console.warn(`SKIPPED from here on in ${file}: there is no server for ${name}`);
          break;
        }
      } else {
        await checkCommand(file, line, environment);
      }
    }
  await stopServer();
}

/** The values in the docs are examples; these work here. False when there is none. */
async function substitute(name: string, environment: Record<string, string | undefined>): Promise<boolean> {
  const values: Record<string, Record<string, string | undefined>> = {
    OPENAI_API_KEY: { OPENAI_API_KEY: 'sk-check', OPENAI_BASE_URL: model.url },
    RERANK_URL: { RERANK_URL: `${reranker.url}/rerank` },
    UNSTRUCTURED_URL: { UNSTRUCTURED_URL: partitioner.url },
    UNSTRUCTURED_FORMATS: { UNSTRUCTURED_FORMATS: 'pdf=auto,image=unstructured,docx=builtin' },
    DATABASE_URL: { DATABASE_URL: name === 'DATABASE_URL' ? await createDatabase() : undefined },
    SOURCE_FOLDERS: { SOURCE_FOLDERS: join(home, 'handbook') },
    QDRANT_URL: { QDRANT_URL: process.env.QDRANT_URL, QDRANT_ALIAS: `commands-${process.pid}` },
  };
  const value = values[name];
  if (!value) throw new Error(`No value for ${name}: add one to scripts/check-commands.ts.`);
  Object.assign(environment, value);
  return Object.values(value).every((entry) => entry !== undefined);
}

/** An empty database for one file, dropped at the end; undefined without a server of TEST_DATABASE_URL. */
async function createDatabase(): Promise<string | undefined> {
  const serverUrl = process.env.TEST_DATABASE_URL;
  if (serverUrl === undefined) return undefined;
  const database = await createServerDatabase(serverUrl);
  databases.push(database);
  return database.url;
}

async function checkCommand(
  file: string,
  line: string,
  environment: Record<string, string | undefined>,
): Promise<void> {
  commands += 1;
  const started = performance.now();
  // The packages are installed by the time that this script runs.
  const command = line.replace(/^npm ci && /, '').replaceAll(defaultAddress, address);
  const output = command === 'npm start' ? await startServer(environment) : await run(command, environment);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${output.ok ? 'ok    ' : 'FAILED'} ${file}: ${line} (${seconds} s)`);
  if (output.ok) return;
  failures += 1;
  console.log(output.text);
}

function run(command: string, environment: Record<string, string | undefined>): Promise<{ ok: boolean; text: string }> {
  return new Promise((done) => {
    const child = spawn('bash', ['-c', command], { cwd: root, env: environment, timeout: 300_000 });
    let text = '';
    child.stdout.on('data', (part) => (text += part));
    child.stderr.on('data', (part) => (text += part));
    child.on('close', (code) => done({ ok: code === 0, text }));
  });
}

/** Up when it has printed its sign-in link and answers. */
async function startServer(environment: Record<string, string | undefined>): Promise<{ ok: boolean; text: string }> {
  await stopServer();
  const child = spawn('npm', ['start'], {
    cwd: root,
    env: environment,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  server = child;
  let text = '';
  child.stderr.on('data', (part) => (text += part));
  const timer = setTimeout(() => stopServer(), 60_000);
  try {
    for await (const line of createInterface({ input: child.stdout })) {
      text += `${line}\n`;
      const link = /https?:\/\/\S+\/sign-in\S*/.exec(line)?.[0];
      if (link) {
        child.stdout.resume();
        address = new URL(link).origin;
        const health = await fetch(new URL('/healthz', link));
        return { ok: health.ok, text };
      }
    }
  } finally {
    clearTimeout(timer);
  }
  return { ok: false, text };
}

async function stopServer(): Promise<void> {
  const child = server;
  server = null;
  if (!child?.pid || child.exitCode !== null) return;
  const ended = new Promise((done) => child.once('exit', done));
  process.kill(-child.pid, 'SIGTERM');
  await ended;
}
