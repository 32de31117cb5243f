import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { RunSummary } from '../evals/summary.ts';

/** Runs a suite as a reader does, with nothing set but the data folder; it asks nothing of a network. */
export async function runSuiteProcess(suite: string, folders: { readonly data: string; readonly out: string }) {
  const child = spawn(process.execPath, ['bin/footnote.js', '--json', 'eval', 'run', suite, '--out', folders.out], {
    env: { PATH: process.env.PATH, HOME: folders.data, DATA_DIR: folders.data },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const [printed, progress] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { code: await exited, summary: RunSummary.parse(JSON.parse(printed)), progress };
}
