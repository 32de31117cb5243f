import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { RunSummary } from '../evals/summary.ts';

/** The suite as a reader runs it: the folder is new, and nothing is asked of a network. */
it('the smoke suite passes its gates: no fabricated quote, no sentence without a quote', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'footnote-smoke-'));
  try {
    const out = join(folder, 'run');
    const child = spawn(process.execPath, ['bin/footnote.js', '--json', 'eval', 'run', 'smoke', '--out', out], {
      env: { PATH: process.env.PATH, HOME: folder, DATA_DIR: folder },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
    const [printed, progress] = await Promise.all([text(child.stdout), text(child.stderr)]);
    expect(await exited, progress).toBe(0);
    const summary = RunSummary.parse(JSON.parse(printed));
    expect(summary).toMatchObject({ state: 'complete', cases: 30, errors: 0 });
    const gate = (name: string) => summary.gates.find((one) => one.gate === `${name} == 0`);
    expect(gate('fabricatedQuotes')).toMatchObject({ kind: 'invariant', passed: true });
    expect(gate('uncitedSentences')).toMatchObject({ kind: 'invariant', passed: true });
    // A tenth of the answers a line, on a stream that is no terminal.
    expect(progress.split('\n').filter((line) => line.startsWith('asking')).length).toBeLessThanOrEqual(11);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}, 300_000);
