import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { writeRunFolder } from '../../test/run-folder.ts';

/** Answers and cells of one of the two runs, 22 MB in its files, have no room in it. */
const megabytes = 48;

it('compares, shows and keeps runs of 6,000 cases in the memory that small ones take', async () => {
  const root = await mkdtemp(join(tmpdir(), 'footnote-large-'));
  const [before, after, baseline] = [join(root, 'before'), join(root, 'after'), join(root, 'baseline')];
  try {
    await writeRunFolder(before, { cases: 6_000 });
    await writeRunFolder(after, { cases: 6_000, seed: 2, drop: 0.05 });
    const limits = [`--max-old-space-size=${megabytes}`, '--max-semi-space-size=2'];
    const words = [...limits, 'test/report-run-folders.ts', before, after, baseline];
    const { stdout } = await promisify(execFile)(process.execPath, words);
    expect(stdout).toMatch(/^6000 \d{7}\n$/);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}, 300_000);
