import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeRunFolder } from '../../test/run-folder.ts';
import { runFiles } from '../summary.ts';
import { openRunFiles } from './read-run.ts';
import { followRun, walkRun } from './walk-run.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'footnote-walk-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** A run of four cases, each asked twice, with only some of the lines of a file. */
async function made(name: keyof typeof runFiles, change: (lines: string[]) => string[]) {
  await writeRunFolder(folder, { cases: 4, repeats: 2 });
  const file = join(folder, runFiles[name]);
  const lines = (await readFile(file, 'utf8')).trimEnd().split('\n');
  await writeFile(
    file,
    change(lines)
      .map((line) => `${line}\n`)
      .join(''),
  );
  return openRunFiles(folder);
}

const ids = ['case-00001', 'case-00002', 'case-00003', 'case-00004'];

describe('walkRun', () => {
  it('gives each case with its answers and cells, and none of what is missing', async () => {
    const walked = await Array.fromAsync(walkRun(await made('answers', (lines) => lines.toSpliced(2, 2))));
    expect(walked.map(({ own }) => own.id)).toEqual(ids);
    expect(walked.map(({ answers }) => answers.length)).toEqual([2, 0, 2, 2]);
    for (const { own, answers, cells } of walked) {
      expect(new Set([...answers, ...cells].map((line) => line.case))).toEqual(new Set([own.id]));
      expect(cells).toHaveLength(16);
    }
  });

  it.each(['answers', 'cells'] as const)('refuses %s in another order', async (name) => {
    const files = await made(name, (lines) => lines.toReversed());
    await expect(Array.fromAsync(walkRun(files))).rejects.toMatchObject({ code: 'INTERNAL' });
  });
});

it('followRun passes over what is not asked for, and has nothing of what is not there', async () => {
  const files = await made('answers', (lines) => lines.filter((line) => !line.includes('case-00003')));
  const take = followRun(files, (id) => id !== 'case-00002');
  const taken = [];
  for (const id of ['case-00001', 'case-00003', 'case-00004']) taken.push(await take(id));
  expect(taken.map(({ answers }) => answers.length)).toEqual([2, 0, 2]);
  expect(taken.map(({ cells }) => cells[0]?.case)).toEqual(['case-00001', 'case-00003', 'case-00004']);
});
