import type { TenantId } from '../../domain/ids.ts';
import type { Principal } from '../../domain/principal.ts';
import type { AuditEntry, AuditLog } from '../audit.ts';
import type { Sql, SqlDriver } from '../sql.ts';
import { decodeCursor, toPage } from './cursor.ts';
import { encodeJson } from './sql-values.ts';

export function createAuditLog(driver: SqlDriver): AuditLog {
  return {
    async list(tenant, { limit, cursor, action = null, documentId = null }) {
      const [before = null] = decodeCursor(cursor, [/^\d{1,18}$/]) ?? [];
      const rows = await driver.queryAsTenant<AuditEntry & { readonly ordinal: number }>(
        tenant,
        `select ordinal, at, actor, action, details from audit_entries
         where tenant_id = $1 and ($2::bigint is null or ordinal < $2::bigint)
           and ($4::text is null or action = $4) and ($5::text is null or details ->> 'documentId' = $5)
         order by ordinal desc limit $3`,
        [tenant, before, limit + 1, action, documentId],
      );
      const { items, nextCursor } = toPage(rows, limit, (last) => [String(last.ordinal)]);
      return { items: items.map(({ at, actor, action, details }) => ({ at, actor, action, details })), nextCursor };
    },
  };
}

type NewEntry = Pick<AuditEntry, 'action' | 'details'> & { readonly at: Date };

/** Part of the transaction of what it tells: the two are kept together or not at all. */
export async function appendAudit(
  sql: Sql,
  { tenantId, userId, credential }: Principal,
  entry: NewEntry,
): Promise<void> {
  await append(sql, tenantId, { ...entry, actor: userId ?? credential });
}

/** The same, of what the program does by itself. */
export async function appendOwnAudit(sql: Sql, tenant: TenantId, entry: NewEntry): Promise<void> {
  await append(sql, tenant, { ...entry, actor: 'footnote' });
}

async function append(
  sql: Sql,
  tenant: TenantId,
  { at, actor, action, details }: NewEntry & Pick<AuditEntry, 'actor'>,
): Promise<void> {
  await sql.query('insert into audit_entries (tenant_id, at, actor, action, details) values ($1, $2, $3, $4, $5)', [
    tenant,
    at,
    actor,
    action,
    encodeJson(details),
  ]);
}
