import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { describe } from 'vitest';
import { freePort } from './free-port.ts';

export interface RunningQdrant {
  readonly url: string;
  readonly apiKey: string | null;
  readonly version: string;
  close(): Promise<void>;
}

/** Below the time that a hook has; a busy machine needs most of it. */
const startMilliseconds = 50_000;

/** Whether `startQdrant` has something to start or to talk to. */
export const hasQdrant = (): boolean => Boolean(process.env.QDRANT_URL) || isOnPath();

const isOnPath = () => spawnSync('qdrant', ['--version'], { stdio: 'ignore' }).status === 0;

/** The server of QDRANT_URL; else a `qdrant` on PATH, started on a free port of this machine in an empty folder. */
export async function startQdrant(): Promise<RunningQdrant> {
  const url = process.env.QDRANT_URL;
  if (url) {
    const apiKey = process.env.QDRANT_API_KEY ?? null;
    return { url, apiKey, version: await waitForVersion(url, apiKey), close: async () => {} };
  }
  const folder = await mkdtemp(join(tmpdir(), 'footnote-qdrant-'));
  const port = await freePort();
  const server = spawnServer(folder, port);
  const kill = () => void server.kill('SIGKILL');
  process.once('exit', kill);
  const own = `http://127.0.0.1:${port}`;
  const close = async () => {
    process.off('exit', kill);
    kill();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    return { url: own, apiKey: null, version: await waitForVersion(own, null, server), close };
  } catch (error) {
    await close();
    throw error;
  }
}

function spawnServer(folder: string, port: number): ChildProcess {
  const settings = {
    RUN_MODE: 'production',
    QDRANT__SERVICE__HOST: '127.0.0.1',
    QDRANT__SERVICE__HTTP_PORT: String(port),
    // No gRPC: a second port might be taken.
    QDRANT__SERVICE__GRPC_PORT: '0',
    QDRANT__STORAGE__STORAGE_PATH: join(folder, 'storage'),
    QDRANT__STORAGE__SNAPSHOTS_PATH: join(folder, 'snapshots'),
    QDRANT__TELEMETRY_DISABLED: 'true',
    QDRANT__LOG_LEVEL: 'WARN',
  };
  return spawn('qdrant', ['--disable-telemetry'], {
    cwd: folder,
    env: { ...process.env, ...settings },
    stdio: 'ignore',
  });
}

async function waitForVersion(url: string, apiKey: string | null, server?: ChildProcess): Promise<string> {
  const headers: Record<string, string> = apiKey === null ? {} : { 'api-key': apiKey };
  const until = Date.now() + startMilliseconds;
  for (;;) {
    try {
      const response = await fetch(url, { headers });
      const { version } = (await response.json()) as { version: string };
      return version;
    } catch (error) {
      if (typeof server?.exitCode === 'number')
        throw new Error(`The qdrant on PATH ended with ${server.exitCode}.`, { cause: error });
      if (Date.now() > until) throw new Error(`No Qdrant answers at ${url}.`, { cause: error });
      await pause(100);
    }
  }
}

/** A suite that needs a real server: run when there is one, else skipped where everybody sees it. */
export function describeWithQdrant(name: string, suite: () => void): void {
  if (hasQdrant()) {
    describe(name, suite);
    return;
  }
  console.warn(`${name}: NOT RUN. Set QDRANT_URL, or put a \`qdrant\` on PATH, to include it.`);
  describe.skip(`${name} (needs QDRANT_URL or a qdrant on PATH)`, suite);
}
