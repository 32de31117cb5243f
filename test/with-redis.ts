import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { describe } from 'vitest';
import { freePort } from './free-port.ts';

export interface RunningRedis {
  readonly url: string;
  /** Null where the server is another's: nothing may be done to it. */
  readonly kill: (() => Promise<void>) | null;
  close(): Promise<void>;
}

const isOnPath = () => spawnSync('redis-server', ['--version'], { stdio: 'ignore' }).status === 0;

/** Whether `startRedis` has something to start or to talk to. */
export const hasRedis = (): boolean => Boolean(process.env.REDIS_URL) || isOnPath();

/** The server of REDIS_URL, unless a test needs its own; else a `redis-server` on PATH, in memory, on a free port of this machine. */
export async function startRedis({ own = false } = {}): Promise<RunningRedis> {
  const url = process.env.REDIS_URL;
  if (url && !own) return { url, kill: null, close: async () => {} };
  const port = await freePort();
  const settings = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
  const server = spawn('redis-server', settings, { stdio: ['ignore', 'pipe', 'ignore'] });
  const onExit = () => void server.kill('SIGKILL');
  process.once('exit', onExit);
  for await (const line of createInterface(server.stdout)) if (line.includes('Ready to accept connections')) break;
  server.stdout.resume();
  const kill = async () => {
    process.off('exit', onExit);
    if (server.exitCode !== null || server.signalCode !== null) return;
    server.kill('SIGKILL');
    await once(server, 'exit');
  };
  return { url: `redis://127.0.0.1:${port}`, kill, close: kill };
}

/** A suite that needs a real server: run when there is one, else skipped where everybody sees it. */
export function describeWithRedis(name: string, suite: () => void): void {
  if (hasRedis()) {
    describe(name, suite);
    return;
  }
  console.warn(`${name}: NOT RUN. Set REDIS_URL, or put a \`redis-server\` on PATH, to include it.`);
  describe.skip(`${name} (needs REDIS_URL or a redis-server on PATH)`, suite);
}
