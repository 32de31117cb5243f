import type { PurgedDocument, PurgeReceipt, PurgeStore } from '../purges.ts';
import type { Sql, SqlDriver } from '../sql.ts';
import { appendOwnAudit } from './audit-log.ts';
import { lockObjects } from './documents/object-lock.ts';
import { lockTenant } from './documents/tenant-lock.ts';

export interface PurgeStoreOptions {
  readonly now?: () => Date;
}

/** Longer than removing a file takes with all attempts: whoever claimed it has ended. */
const claimMilliseconds = 300_000;

export function createPurgeStore(driver: SqlDriver, { now = () => new Date() }: PurgeStoreOptions = {}): PurgeStore {
  return {
    claimObjects: (limit) => driver.asOperator((sql) => claimObjects(sql, limit, now())),

    async objectRemoved(hash) {
      await driver.asOperator((sql) => sql.query('delete from object_purges where content_hash = $1', [hash]));
    },

    finished: (limit) =>
      driver.asOperator((sql) =>
        sql.query<PurgedDocument>(
          `select p.tenant_id as "tenantId", p.document_id as "documentId" from document_purges p
           where p.rows_gone_at is not null
             and not exists (select from object_purges o where o.content_hash = any(p.content_hashes))
           order by p.rows_gone_at limit $1`,
          [limit],
        ),
      ),

    writeReceipt: (document, { caches }) =>
      driver.asOperator((sql) => writeReceipt(sql, document, { caches, now: now() })),

    async textRemovals() {
      const rows = await driver.asOperator((sql) => sql.query<{ count: number }>('select count from text_removals'));
      return rows[0]?.count ?? 0;
    },
  };
}

/** Whether a version is made of a file, or a source of exports reads it; `hash` is SQL. */
function isUsed(hash: string): string {
  return `(exists (select from document_versions v where v.content_hash = ${hash})
    or exists (select from sources s where s.upload is not null and s.upload ->> 'hash' = ${hash}))`;
}

async function claimObjects(sql: Sql, limit: number, now: Date): Promise<string[]> {
  const stale = new Date(now.getTime() - claimMilliseconds);
  const candidates = await sql.query<{ hash: string }>(
    `select content_hash as hash from object_purges where claimed_at is null or claimed_at < $2 order by content_hash limit $1`,
    [limit, stale],
  );
  const hashes = candidates.map(({ hash }) => hash);
  if (hashes.length === 0) return [];
  await lockObjects(sql, hashes);
  await sql.query(
    `delete from object_purges o where o.content_hash = any($1) and (o.claimed_at is null or o.claimed_at < $2)
       and ${isUsed('o.content_hash')}`,
    [hashes, stale],
  );
  const claimed = await sql.query<{ hash: string }>(
    `update object_purges set claimed_at = $3 where content_hash = any($1) and (claimed_at is null or claimed_at < $2)
     returning content_hash as hash`,
    [hashes, stale, now],
  );
  return claimed.map(({ hash }) => hash);
}

async function writeReceipt(
  sql: Sql,
  { tenantId, documentId }: PurgedDocument,
  { caches, now }: { caches: number; now: Date },
): Promise<PurgeReceipt | null> {
  await lockTenant(sql, tenantId);
  const [counts] = await sql.query<Pick<PurgeReceipt, 'versions' | 'passages' | 'vectors' | 'objects'>>(
    `delete from document_purges where tenant_id = $1 and document_id = $2 and rows_gone_at is not null returning versions, passages, vectors, (
       select count(*) from unnest(content_hashes) as x(hash)
       where not ${isUsed('x.hash')}) as objects`,
    [tenantId, documentId],
  );
  if (!counts) return null;
  const receipt = { documentId, ...counts, caches, at: now.toISOString() };
  await appendOwnAudit(sql, tenantId, { at: now, action: 'document.purged', details: { ...receipt } });
  await countTextRemoval(sql);
  return receipt;
}

/** Tells every process that texts are gone. Last in its transaction: all that remove wait for this one row. */
export async function countTextRemoval(sql: Sql): Promise<void> {
  await sql.query('update text_removals set count = count + 1');
}
