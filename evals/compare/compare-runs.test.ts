import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunFolderOptions, writeRunFolder } from '../../test/run-folder.ts';
import { EvalCase } from '../case.ts';
import { readRun } from '../reports/read-run.ts';
import { runFiles } from '../summary.ts';
import { compareRuns } from './compare-runs.ts';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'footnote-compare-'));
});
afterAll(() => rm(root, { recursive: true }));

async function made(name: string, options: RunFolderOptions) {
  await writeRunFolder(join(root, name), options);
  return await readRun(join(root, name));
}

describe('two runs', () => {
  it('that are the same differ in nothing', async () => {
    const run = await made('same', { cases: 60 });
    const { metrics, regressions, fixes, pairs } = await compareRuns(run, run, { isForced: false });
    expect([pairs, regressions, fixes]).toEqual([60, [], []]);
    expect(metrics.map(({ delta, verdict }) => [delta, verdict])).toEqual(metrics.map(() => [0, 'not shown']));
  });

  it('show what a drop cost: metric by metric, and the cases that lost most first', async () => {
    const before = await made('before', { cases: 300 });
    const after = await made('after', { cases: 300, seed: 2, drop: 0.3 });
    const { metrics, regressions, fixes } = await compareRuns(before, after, { isForced: false });
    const find = (name: string) => metrics.find(({ metric }) => metric === name);
    expect(find('ndcg@10')).toMatchObject({ pairs: 300, verdict: 'worse', flips: null });
    expect(find('ndcg@10')?.interval?.[1]).toBeLessThan(0);
    expect(find('recall@10')).toMatchObject({
      verdict: 'worse',
      flips: { up: expect.any(Number), down: expect.any(Number) },
    });
    expect(find('fabricatedQuotes')).toMatchObject({ delta: 0, minimumDetectable: null, verdict: 'not shown' });
    for (const { pValue, adjustedPValue } of metrics) expect(adjustedPValue).toBeGreaterThanOrEqual(pValue ?? 1);
    const gains = regressions.map(({ gain }) => gain);
    expect(gains).toEqual([...gains].sort((one, other) => one - other));
    expect(Math.max(...gains)).toBeLessThan(0);
    expect(regressions.length).toBeGreaterThan(fixes.length);
    expect(regressions[0]?.before.text).not.toBe(regressions[0]?.after.text);
  });

  it('list what only one was asked, and are refused where the cases are others', async () => {
    const before = await made('first', { cases: 30 });
    const after = await made('second', { cases: 30, seed: 2 });
    const extra = EvalCase.parse({ id: 'more', question: 'More?' });
    await appendFile(join(root, 'second', runFiles.cases), `${JSON.stringify(extra)}\n`);
    expect(await compareRuns(before, after, { isForced: false })).toMatchObject({
      pairs: 30,
      onlyBefore: [],
      onlyAfter: ['more'],
    });
    const other = await made('other', { cases: 20, dataset: 2 });
    await expect(compareRuns(before, other, { isForced: false })).rejects.toMatchObject({
      code: 'INVALID_REQUEST',
      errors: [{ field: 'dataset' }],
    });
    expect(await compareRuns(before, other, { isForced: true })).toMatchObject({ pairs: 20 });
  });
});
