import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runSuiteProcess } from './run-suite-process.ts';

/** The suite as a reader runs it: the folder is new, and nothing is asked of a network. */
it('the smoke suite passes its gates: no fabricated quote, no sentence without a quote', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'footnote-smoke-'));
  try {
    const { code, summary, progress } = await runSuiteProcess('smoke', { data: folder, out: join(folder, 'run') });
    expect(code, progress).toBe(0);
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
