import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export interface ServerProcess {
  readonly child: ChildProcess;
  /** Address with the one-time token. */
  readonly signIn: string;
  /** Without a path. */
  readonly url: string;
  /** Ends it and waits until it is gone. */
  end(signal: NodeJS.Signals): Promise<void>;
}

/** `footnote serve` as its own process, once it prints its link; the environment holds PATH and what is set. */
export async function startServer(env: NodeJS.ProcessEnv): Promise<ServerProcess> {
  const child = spawn(process.execPath, ['bin/footnote.js', 'serve'], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  if (!child.stdout) throw new Error('the server has no output');
  for await (const line of createInterface({ input: child.stdout })) {
    const signIn = /https?:\/\/\S+\/sign-in\S*/.exec(line)?.[0];
    if (!signIn) continue;
    child.stdout.resume();
    return { child, signIn, url: new URL(signIn).origin, end: (signal) => end(child, signal) };
  }
  throw new Error('the server ended before it printed its link');
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill(signal);
  await exited;
}

/** The key by which commands on this machine reach the server of that folder. */
export async function localKeyOf(dataDir: string): Promise<string> {
  return (await readFile(join(dataDir, 'local.key'), 'utf8')).trim();
}
