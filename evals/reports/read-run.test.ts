import { appendFile, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeRunFolder } from '../../test/run-folder.ts';
import { runFiles } from '../summary.ts';
import { readRun } from './read-run.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'footnote-run-'));
  await writeRunFolder(folder, { cases: 5, repeats: 2 });
});
afterEach(() => rm(folder, { recursive: true }));

const count = async (lines: AsyncIterable<unknown>) => (await Array.fromAsync(lines)).length;
const field = (name: string) => expect.objectContaining({ field: name });

describe('a run folder', () => {
  it('gives plan, summary and what was asked and came of it', async () => {
    const run = await readRun(folder);
    expect(run.plan).toMatchObject({ suite: 'support', dataset: { cases: 5 } });
    expect(run.summary.metrics.length).toBeGreaterThan(3);
    expect([await count(run.cases()), await count(run.answers()), await count(run.cells())]).toEqual([5, 10, 80]);
  });

  it('is refused where a newer version wrote it', async () => {
    const plan = join(folder, runFiles.plan);
    const written = JSON.parse(await readFile(plan, 'utf8'));
    await writeFile(plan, JSON.stringify({ ...written, format: 2, more: true }));
    await expect(readRun(folder)).rejects.toMatchObject({ code: 'INVALID_REQUEST', errors: [{ field: 'format' }] });
  });

  it.each(Object.values(runFiles).filter((name) => name !== runFiles.verdicts))(
    'names %s where it is missing',
    async (name) => {
      await rm(join(folder, name));
      await expect(readRun(folder)).rejects.toMatchObject({ code: 'INVALID_REQUEST', errors: [{ field: name }] });
    },
  );

  it('names the line that is torn', async () => {
    const file = join(folder, runFiles.cells);
    await truncate(file, (await readFile(file)).length - 20);
    const { cells } = await readRun(folder);
    await expect(count(cells())).rejects.toMatchObject({ code: 'INVALID_REQUEST', errors: [field('line 80')] });
  });

  it('names line and field of what has another shape', async () => {
    const file = join(folder, runFiles.answers);
    await appendFile(file, '{"case":"x","repeat":-1,"key":"k","answer":null,"error":null}\n');
    const { answers } = await readRun(folder);
    await expect(count(answers())).rejects.toMatchObject({ errors: [field('line 11, repeat')] });
  });
});
