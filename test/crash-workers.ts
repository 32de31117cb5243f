import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type Client, createClient } from '../src/cli/client.ts';
import { readLocalKey } from '../src/store/data-folder.ts';
import { type CrashReport, inspect } from './crash-ingest.ts';
import { freePort } from './free-port.ts';

interface CrashWorkersOptions {
  /** An empty database. */
  readonly databaseUrl: string;
  readonly folder: string;
  readonly kills: number;
  /** Longest time between two kills. */
  readonly longestMilliseconds: number;
  readonly onKill?: (note: string) => void;
}

export interface CrashWorkersReport extends CrashReport {
  /** From the last kill until everything was read. */
  readonly secondsAfterLastKill: number;
}

type Role = 'server' | 'worker 1' | 'worker 2';
const roles: readonly Role[] = ['server', 'worker 1', 'worker 2'];

/**
 * A server and two workers on one Postgres take a folder in, again and again; one of the three is killed at random moments and started
 * anew. Then everything must be there, once and whole.
 */
export async function crashWorkers(options: CrashWorkersOptions): Promise<CrashWorkersReport> {
  const { databaseUrl, folder, kills, longestMilliseconds, onKill } = options;
  const dataDir = await mkdtemp(join(tmpdir(), 'footnote-crash-'));
  const port = String(await freePort());
  const environment = {
    ...{ PATH: process.env.PATH, DATABASE_URL: databaseUrl, DATA_DIR: dataDir, PORT: port, LOG_LEVEL: 'error' },
  };
  const start = (role: Role) => startProcess([role === 'server' ? 'serve' : 'worker'], environment);
  const running = new Map(roles.map((role) => [role, start(role)]));
  const stopping = new AbortController();
  try {
    const ingesting = ingestUntil(stopping.signal, folder, environment);
    for (let kill = 1; kill <= kills; kill += 1) {
      await pause(200 + Math.random() * (longestMilliseconds - 200));
      const role = roles[Math.floor(Math.random() * roles.length)] ?? 'server';
      const victim = running.get(role);
      victim?.kill('SIGKILL');
      if (victim && victim.exitCode === null && victim.signalCode === null) await once(victim, 'exit');
      running.set(role, start(role));
      onKill?.(`${kill}: ${role}`);
    }
    const lastKill = performance.now();
    stopping.abort();
    await ingesting;
    await ingestOnce(folder, environment);
    const secondsAfterLastKill = (performance.now() - lastKill) / 1000;
    return { kills, secondsAfterLastKill, ...(await inspect(await clientOf(port, dataDir), folder)) };
  } finally {
    stopping.abort();
    for (const child of running.values()) child.kill('SIGKILL');
    await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
  }
}

function startProcess(words: string[], environment: NodeJS.ProcessEnv): ChildProcess {
  return spawn(process.execPath, ['bin/footnote.js', ...words], { env: environment, stdio: 'ignore' });
}

/** Each run ends early while its server is away; the next one goes on. */
async function ingestUntil(signal: AbortSignal, folder: string, environment: NodeJS.ProcessEnv): Promise<void> {
  while (!signal.aborted) {
    await runIngest(folder, environment);
    await pause(500);
  }
}

/** Tries until every document is in, or has failed by itself. */
async function ingestOnce(folder: string, environment: NodeJS.ProcessEnv): Promise<void> {
  for (let attempt = 1; attempt <= 60; attempt += 1) {
    if ((await runIngest(folder, environment)) === 0) return;
    await pause(1_000);
  }
  throw new Error('The folder could not be taken in.');
}

async function runIngest(folder: string, { DATA_DIR, PORT, PATH }: NodeJS.ProcessEnv): Promise<number | null> {
  const key = await readLocalKey(DATA_DIR ?? '');
  if (!key) return null;
  const words = ['ingest', folder, '--wait', 'lexical', '--source', 'crash'];
  const child = startProcess(words, { PATH, FOOTNOTE_URL: `http://127.0.0.1:${PORT}`, FOOTNOTE_KEY: key });
  const [code] = (await once(child, 'exit')) as [number | null];
  return code;
}

async function clientOf(port: string, dataDir: string): Promise<Client> {
  const key = (await readLocalKey(dataDir)) ?? '';
  return createClient(
    (path, init) => fetch(`http://127.0.0.1:${port}${path}`, init),
    key,
    async () => {},
  );
}
