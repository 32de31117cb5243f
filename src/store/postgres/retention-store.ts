import type { ConversationId, DocumentId, TenantId } from '../../domain/ids.ts';
import type { RetentionStore } from '../retention.ts';
import type { Sql, SqlDriver } from '../sql.ts';
import { appendOwnAudit } from './audit-log.ts';
import { removeDocuments } from './documents/remove-documents.ts';
import { lockTenant } from './documents/tenant-lock.ts';
import { isDocumentHeld, readSettings } from './tenant-settings-store.ts';

export interface RetentionStoreOptions {
  readonly now?: () => Date;
}

interface Expiry {
  readonly tenant: TenantId;
  readonly limit: number;
  readonly now: Date;
}

const dayMilliseconds = 86_400_000;

export function createRetentionStore(
  driver: SqlDriver,
  { now = () => new Date() }: RetentionStoreOptions = {},
): RetentionStore {
  return {
    async removeExpired(limit) {
      const rows = await driver.asOperator((sql) =>
        sql.query<{ tenant: TenantId }>('select tenant_id as tenant from tenant_settings order by tenant_id'),
      );
      let removed = 0;
      for (const { tenant } of rows)
        removed += await driver.asTenant(tenant, (sql) => removeOfTenant(sql, { tenant, limit, now: now() }));
      return removed;
    },
  };
}

/** The settings are read before the lock too: most tenants keep everything, and none of their writers should wait for that. */
async function removeOfTenant(sql: Sql, expiry: Expiry): Promise<number> {
  if (!keepsFor(await readSettings(sql, expiry.tenant))) return 0;
  await lockTenant(sql, expiry.tenant);
  // A hold that began meanwhile counts.
  const settings = await readSettings(sql, expiry.tenant);
  if (settings.legalHold) return 0;
  let removed = 0;
  if (settings.conversationRetentionDays !== null)
    removed += await removeConversations(sql, expiry, settings.conversationRetentionDays);
  for (const [source, days] of Object.entries(settings.documentRetentionDays))
    removed += await removeOfSource(sql, expiry, { source, days });
  return removed;
}

function keepsFor({
  legalHold,
  conversationRetentionDays,
  documentRetentionDays,
}: Awaited<ReturnType<typeof readSettings>>) {
  return !legalHold && (conversationRetentionDays !== null || Object.keys(documentRetentionDays).length > 0);
}

async function removeConversations(sql: Sql, { tenant, limit, now }: Expiry, days: number): Promise<number> {
  const rows = await sql.query<{ id: ConversationId }>(
    `delete from conversations c using (
       select id from conversations where tenant_id = $1 and updated_at < $2 order by updated_at, id limit $3) as expired
     where c.tenant_id = $1 and c.id = expired.id returning c.id`,
    [tenant, daysBefore(now, days), limit],
  );
  const conversations = rows.map(({ id }) => id);
  await tell(sql, { tenant, now }, { action: 'conversations.expired', days, conversations });
  return conversations.length;
}

async function removeOfSource(
  sql: Sql,
  { tenant, limit, now }: Expiry,
  { source, days }: { readonly source: string; readonly days: number },
): Promise<number> {
  const rows = await sql.query<{ id: DocumentId }>(
    `select d.id from documents d where d.tenant_id = $1 and d.source = $2 and d.deleted_at is null and d.updated_at < $3
       and not ${isDocumentHeld('d')}
     order by d.updated_at, d.id limit $4`,
    [tenant, source, daysBefore(now, days), limit],
  );
  const documents = rows.map(({ id }) => id);
  if (documents.length > 0) await removeDocuments(sql, { tenant, documents, now });
  await tell(sql, { tenant, now }, { action: 'documents.expired', source, days, documents });
  return documents.length;
}

type Told = { readonly action: string; readonly days: number } & Readonly<Record<string, unknown>>;

async function tell(
  sql: Sql,
  { tenant, now }: Pick<Expiry, 'tenant' | 'now'>,
  { action, ...details }: Told,
): Promise<void> {
  const isEmpty = [details.conversations, details.documents].every((ids) => !Array.isArray(ids) || ids.length === 0);
  if (!isEmpty) await appendOwnAudit(sql, tenant, { at: now, action, details });
}

function daysBefore(now: Date, days: number): Date {
  return new Date(now.getTime() - days * dayMilliseconds);
}
