import { readdir, readFile } from 'node:fs/promises';
import { AppError } from '../../domain/errors.ts';
import { sha256 } from '../../domain/sha256.ts';
import type { Sql, SqlDriver } from '../sql.ts';
import { DatabaseError } from './database-error.ts';

/** A numbered .sql file; `checksum` is the SHA-256 of its text with Unix line ends, hexadecimal. */
export interface Migration {
  readonly name: string;
  readonly text: string;
  readonly checksum: string;
}

const folder = new URL('./migrations/', import.meta.url);
/** Any number that no other program on the database is likely to lock. */
const lockNumber = 4_680_001;
const timeoutSeconds = 3_600;
const insufficientPrivilege = '42501';

/**
 * Brings the database up to date, in one transaction and under a lock, so that processes may start together.
 * Returns the names of the files that were applied. Throws CONFIGURATION_INVALID when the database is newer than this
 * program, when an applied file was changed, or when the user may not create what is needed; the database is unchanged then.
 */
export async function migrate(driver: SqlDriver, migrations?: readonly Migration[]): Promise<string[]> {
  const known = migrations ?? (await readMigrations());
  try {
    return await driver.asOperator((sql) => applyMissing(sql, known), { timeoutSeconds });
  } catch (error) {
    if (error instanceof DatabaseError && error.code === insufficientPrivilege)
      throw new AppError(
        'CONFIGURATION_INVALID',
        'The user of DATABASE_URL may not create tables or roles. Run as an administrator of the database: ' +
          '`create role footnote_tenant nologin; grant footnote_tenant to <user>; grant create on schema public to <user>;`',
        { cause: error },
      );
    throw error;
  }
}

export async function readMigrations(): Promise<Migration[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort();
  return await Promise.all(
    names.map(async (name) => {
      const text = (await readFile(new URL(name, folder), 'utf8')).replaceAll('\r\n', '\n');
      return { name, text, checksum: sha256(text) };
    }),
  );
}

async function applyMissing(sql: Sql, known: readonly Migration[]): Promise<string[]> {
  await sql.query('select pg_advisory_xact_lock($1)', [lockNumber]);
  await sql.query(
    'create table if not exists schema_migrations (name text primary key, checksum text not null, applied_at timestamptz not null default now())',
  );
  const applied = await sql.query<{ name: string; checksum: string }>(
    'select name, checksum from schema_migrations order by name',
  );
  for (const { name, checksum } of applied) {
    const migration = known.find((candidate) => candidate.name === name);
    if (!migration)
      throw new AppError(
        'CONFIGURATION_INVALID',
        `The database is newer than this program: it holds ${name}. Start the version that wrote it, or a later one.`,
      );
    if (migration.checksum !== checksum)
      throw new AppError(
        'CONFIGURATION_INVALID',
        `The file ${name} is not the one that was applied to the database. Restore it; changes go into a new file.`,
      );
  }
  const missing = known.filter(({ name }) => !applied.some((row) => row.name === name));
  for (const { name, text, checksum } of missing) {
    await sql.query(text);
    await sql.query('insert into schema_migrations (name, checksum) values ($1, $2)', [name, checksum]);
  }
  return missing.map(({ name }) => name);
}
