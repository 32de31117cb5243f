import { existsSync } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { busyMilliseconds, keptTables, openKeptResults, resultsFile, today } from './kept-results.ts';

/** What is kept of one kind. */
export interface KeptKind {
  readonly kind: 'answers' | 'scores' | 'verdicts';
  readonly entries: number;
  /** Of the texts; files take somewhat more. */
  readonly bytes: number;
  /** Day on which the oldest was left, as `2026-05-04`; null without any. */
  readonly oldest: string | null;
}

export interface CacheFolders {
  /** Of answers and scores. */
  readonly results: string;
  readonly verdicts: string;
}

const dayOf = (day: number) => new Date(day * millisecondsOfDay).toISOString().slice(0, 10);
const millisecondsOfDay = 86_400_000;

/** What answers, scores and verdicts of earlier runs take. */
export async function listKept(folders: CacheFolders): Promise<KeptKind[]> {
  const kinds: KeptKind[] = [];
  if (existsSync(join(folders.results, resultsFile))) {
    using database = await openDatabase(folders);
    for (const kind of keptTables) {
      const row = database
        .prepare(`select count(*) as entries, coalesce(sum(length(json)), 0) as bytes, min(day) as oldest from ${kind}`)
        .get();
      const oldest = typeof row?.oldest === 'number' ? dayOf(row.oldest) : null;
      kinds.push({ kind, entries: Number(row?.entries), bytes: Number(row?.bytes), oldest });
    }
  } else kinds.push(...keptTables.map((kind) => ({ kind, entries: 0, bytes: 0, oldest: null })));
  const files = await verdictFiles(folders.verdicts);
  const oldest = files.reduce((least, { day }) => Math.min(least, day), Number.POSITIVE_INFINITY);
  return [
    ...kinds,
    {
      kind: 'verdicts',
      entries: files.length,
      bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
      oldest: files.length > 0 ? dayOf(oldest) : null,
    },
  ];
}

/** Removes what was left so many days ago or earlier; resolves to how many of each kind. What a run leaves meanwhile stays. */
export async function removeKept(folders: CacheFolders, days: number): Promise<Record<KeptKind['kind'], number>> {
  const last = today() - days;
  const removed = { answers: 0, scores: 0, verdicts: 0 };
  if (existsSync(join(folders.results, resultsFile))) {
    using database = await openDatabase(folders);
    for (const kind of keptTables)
      removed[kind] = Number(database.prepare(`delete from ${kind} where day <= ?`).run(last).changes);
    // Gives the room back to the disk.
    if (removed.answers + removed.scores > 0) database.exec('vacuum');
  }
  for (const { path, day } of await verdictFiles(folders.verdicts)) {
    if (day > last) continue;
    await rm(path, { force: true });
    removed.verdicts += 1;
  }
  return removed;
}

async function openDatabase({ results }: CacheFolders) {
  // Brings a file of an earlier version into shape.
  (await openKeptResults(results, 'rw')).close();
  return new DatabaseSync(join(results, resultsFile), { timeout: busyMilliseconds });
}

async function verdictFiles(folder: string) {
  if (!existsSync(folder)) return [];
  const names = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.json'));
  const files: { readonly path: string; readonly bytes: number; readonly day: number }[] = [];
  for (const name of names) {
    const path = join(folder, name);
    const found = await stat(path).catch(() => null);
    if (found) files.push({ path, bytes: found.size, day: Math.floor(found.mtimeMs / millisecondsOfDay) });
  }
  return files;
}
