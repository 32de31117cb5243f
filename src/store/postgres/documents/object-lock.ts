import { AppError } from '../../../domain/errors.ts';
import type { Sql } from '../../sql.ts';

/** Until the transaction ends nobody else registers or removes files of these hashes. */
export async function lockObjects(sql: Sql, hashes: readonly string[]): Promise<void> {
  await sql.query(
    `select pg_advisory_xact_lock(hashtextextended(hash, 4680)) from (
       select distinct hash from unnest($1::text[]) as x(hash) order by hash) x`,
    [hashes],
  );
}

/** Throws CONFLICT with a time to wait while one of the files is being removed: its bytes have to be stored again afterwards. */
export async function holdObjects(sql: Sql, hashes: readonly string[]): Promise<void> {
  if (hashes.length === 0) return;
  const [, leaving] = await Promise.all([
    lockObjects(sql, hashes),
    sql.query('select from object_purges where content_hash = any($1) and claimed_at is not null limit 1', [hashes]),
  ]);
  if (leaving.length > 0)
    throw new AppError('CONFLICT', 'The same file is being removed at this moment. Send it again.', { retryAfter: 1 });
}

/** These files are looked at later, and removed when no version has them. */
export async function leaveObjects(sql: Sql, hashes: readonly string[]): Promise<void> {
  if (hashes.length === 0) return;
  await sql.query(
    'insert into object_purges (content_hash) select distinct unnest($1::text[]) on conflict (content_hash) do nothing',
    [hashes],
  );
}
