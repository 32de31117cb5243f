import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { writeRunFolder } from '../../test/run-folder.ts';

/** An empty run takes half of it; answers and cells of this one, 70 MB in its files, have no room in the rest. */
const megabytes = 48;

it('summarises 20,000 cases in the memory that a small run takes', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'footnote-summary-'));
  try {
    await writeRunFolder(folder, { cases: 20_000 });
    const limits = [`--max-old-space-size=${megabytes}`, '--max-semi-space-size=2'];
    const { stdout } = await promisify(execFile)(process.execPath, [...limits, 'test/summarize-run-folder.ts', folder]);
    expect(stdout.trim()).toBe('20000');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}, 300_000);
