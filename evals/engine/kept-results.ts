import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { RecordedAnswer } from '../answer-record.ts';

export const cacheModes = ['rw', 'ro', 'off', 'replay'] as const;
export type CacheMode = (typeof cacheModes)[number];

/** Results of earlier runs by their key. Errors are never among them. */
export interface KeptResults {
  answer(key: string): RecordedAnswer | null;
  keepAnswer(key: string, answer: RecordedAnswer): void;
  /** JSON that `keepScores` was given. */
  scores(key: string): string | null;
  keepScores(key: string, scores: string): void;
  close(): void;
}

/** Takes and leaves nothing. */
export const nothingKept: KeptResults = {
  answer: () => null,
  keepAnswer: () => {},
  scores: () => null,
  keepScores: () => {},
  close: () => {},
};

const busyMilliseconds = 5_000;

/** A database in the folder, which several runs may use at the same time. `ro` leaves it as it is. */
export async function openKeptResults(folder: string, mode: CacheMode): Promise<KeptResults> {
  if (mode === 'off' || mode === 'replay') return nothingKept;
  await mkdir(folder, { recursive: true });
  const database = new DatabaseSync(join(folder, 'results.sqlite'), { timeout: busyMilliseconds });
  // A result that a crash loses is computed again; the runs themselves are synced.
  database.exec('pragma journal_mode = wal; pragma synchronous = normal;');
  for (const table of ['answers', 'scores'])
    database.exec(`create table if not exists ${table} (key text primary key, json text not null) without rowid`);
  const read = (table: string) => {
    const statement = database.prepare(`select json from ${table} where key = ?`);
    return (key: string) => (statement.get(key)?.json as string | undefined) ?? null;
  };
  const write = (table: string) => {
    if (mode === 'ro') return () => {};
    const statement = database.prepare(`insert or replace into ${table} (key, json) values (?, ?)`);
    return (key: string, json: string) => void statement.run(key, json);
  };
  const [answerOf, scoresOf] = [read('answers'), read('scores')];
  const [keepAnswer, keepScores] = [write('answers'), write('scores')];
  return {
    answer(key) {
      const json = answerOf(key);
      const parsed = json === null ? null : RecordedAnswer.safeParse(JSON.parse(json));
      return parsed?.data ?? null;
    },
    keepAnswer: (key, answer) => keepAnswer(key, JSON.stringify(answer)),
    scores: scoresOf,
    keepScores,
    close: () => database.close(),
  };
}
