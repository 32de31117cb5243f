import { mkdtemp, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { stubAnswer } from '../../test/stub-suite.ts';
import { createVerdictCache } from '../judge/verdict-cache.ts';
import { listKept, removeKept } from './cache-upkeep.ts';
import { openKeptResults } from './kept-results.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'footnote-cache-'));
});
afterEach(() => rm(root, { recursive: true }));
const folders = () => ({ results: join(root, 'cache'), verdicts: join(root, 'verdicts') });
const openRaw = () => new DatabaseSync(join(root, 'cache', 'results.sqlite'));

/** Two answers, one of them left 40 days ago, a score of today, and two verdicts of which one is as old. */
async function fill() {
  const kept = await openKeptResults(folders().results, 'rw');
  kept.keepAnswer('old', stubAnswer('old'));
  kept.keepAnswer('new', stubAnswer('new'));
  kept.keepScores('new', '{}');
  kept.close();
  const database = openRaw();
  database.exec("update answers set day = day - 40 where key = 'old'");
  database.close();
  const verdicts = createVerdictCache(folders().verdicts);
  const asked = { provider: 'p', model: 'm', prompt: 'v1' };
  for (const key of ['aa1', 'bb2']) await verdicts.set(key, 'reply', asked);
  const old = new Date(Date.now() - 40 * 86_400_000);
  await utimes(join(folders().verdicts, 'aa', 'aa1.json'), old, old);
}

describe('what is kept of earlier runs', () => {
  it('is nothing where no run left anything', async () => {
    const kinds = await listKept(folders());
    expect(kinds.map(({ kind, entries, bytes, oldest }) => [kind, entries, bytes, oldest])).toEqual(
      ['answers', 'scores', 'verdicts'].map((kind) => [kind, 0, 0, null]),
    );
    expect(await removeKept(folders(), 30)).toEqual({ answers: 0, scores: 0, verdicts: 0 });
  });

  it('is listed with its size and the day of the oldest, and removed by age', async () => {
    await fill();
    const day = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);
    expect(await listKept(folders())).toMatchObject([
      { kind: 'answers', entries: 2, bytes: expect.any(Number), oldest: day(40) },
      { kind: 'scores', entries: 1, bytes: 2, oldest: day(0) },
      { kind: 'verdicts', entries: 2, oldest: day(40) },
    ]);
    expect(await removeKept(folders(), 41)).toEqual({ answers: 0, scores: 0, verdicts: 0 });
    expect(await removeKept(folders(), 40)).toEqual({ answers: 1, scores: 0, verdicts: 1 });
    const kept = await openKeptResults(folders().results, 'ro');
    expect([kept.answer('old'), kept.answer('new')?.text]).toEqual([null, 'new']);
    kept.close();
    expect(await createVerdictCache(folders().verdicts).get('bb2')).toEqual({ reply: 'reply' });
  });

  it('counts what an earlier version left as left today', async () => {
    await fill();
    const database = openRaw();
    database.exec('alter table answers drop column day');
    database.close();
    expect(await removeKept(folders(), 1)).toMatchObject({ answers: 0 });
    expect((await listKept(folders()))[0]).toMatchObject({ entries: 2 });
  });
});
