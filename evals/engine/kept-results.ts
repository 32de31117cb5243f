import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { AppError } from '../../src/domain/errors.ts';
import { RecordedAnswer } from '../answer-record.ts';

export const cacheModes = ['rw', 'ro', 'off', 'replay'] as const;
export type CacheMode = (typeof cacheModes)[number];

/** Results of earlier runs by their key. Errors are never among them. */
export interface KeptResults {
  answer(key: string): RecordedAnswer | null;
  /** Throws STORAGE_FULL, as `keepScores` does. */
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

export const busyMilliseconds = 5_000;
export const resultsFile = 'results.sqlite';
export const keptTables = ['answers', 'scores'] as const;

/** Days since 1970. */
export const today = () => Math.floor(Date.now() / 86_400_000);

/** A database in the folder, which several runs may use at the same time. `ro` leaves it as it is. Throws STORAGE_FULL, and INVALID_REQUEST for a damaged one. */
export async function openKeptResults(folder: string, mode: CacheMode): Promise<KeptResults> {
  if (mode === 'off' || mode === 'replay') return nothingKept;
  await mkdir(folder, { recursive: true });
  const path = join(folder, resultsFile);
  const database = new DatabaseSync(path, { timeout: busyMilliseconds });
  try {
    // A result that a crash loses is computed again; the runs themselves are synced.
    database.exec('pragma journal_mode = wal; pragma synchronous = normal;');
    for (const table of keptTables) prepareTable(database, table);
  } catch (error) {
    database.close();
    throw isDamaged(error) ? damaged(path, error) : AppError.from(error);
  }
  const read = (table: string) => {
    const statement = database.prepare(`select json from ${table} where key = ?`);
    return (key: string) => (statement.get(key)?.json as string | undefined) ?? null;
  };
  const write = (table: string) => {
    if (mode === 'ro') return () => {};
    const statement = database.prepare(`insert or replace into ${table} (key, json, day) values (?, ?, ?)`);
    return (key: string, json: string) => {
      try {
        statement.run(key, json, today());
      } catch (error) {
        throw AppError.from(error);
      }
    };
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

const damagedCodes: ReadonlySet<unknown> = new Set([11, 26]);

/** SQLite's own words for a file whose parts contradict each other, and for one that is no database. */
function isDamaged(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && damagedCodes.has(error.errcode);
}

function damaged(path: string, cause: unknown): AppError {
  return new AppError('INVALID_REQUEST', 'The answers of earlier runs cannot be read.', {
    errors: [{ field: path, expected: 'kept answers', received: 'a damaged file: remove it, or use --cache off' }],
    cause,
  });
}

/** A table of an earlier version has no day: what stands in it counts as left today. */
function prepareTable(database: DatabaseSync, table: string): void {
  const day = `day integer not null default ${today()}`;
  database.exec(`create table if not exists ${table} (key text primary key, json text not null, ${day}) without rowid`);
  const columns = database.prepare(`select name from pragma_table_info('${table}')`).all();
  if (!columns.some(({ name }) => name === 'day')) database.exec(`alter table ${table} add column ${day}`);
}
