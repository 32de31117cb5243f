import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { crashSuite } from './crash-suite.ts';

it('keeps every answer, cell and verdict exactly once, wherever a run is killed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'footnote-crash-suite-'));
  try {
    expect(await crashSuite({ folder, kills: 6, killsPerRun: 3, seed: 7 })).toEqual({
      ...{ kills: 6, runs: 2, lost: 0, doubled: 0, changed: 0, askedAgain: 0, judgedAgain: 0 },
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}, 240_000);
