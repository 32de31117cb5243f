import { isDeepStrictEqual } from 'node:util';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import type { TenantId } from '../../domain/ids.ts';
import { defaultTenantSettings, TenantSettings } from '../../domain/tenant-settings.ts';
import type { Sql, SqlDriver } from '../sql.ts';
import type { TenantSettingsStore, TenantState } from '../tenant-settings.ts';
import { appendAudit } from './audit-log.ts';
import { lockTenant, raiseGeneration } from './documents/tenant-lock.ts';
import { encodeJson } from './sql-values.ts';

const mostKnown = 10_000;
const read = 'select settings from tenant_settings where tenant_id = $1';
const stateOfTenant = `select t.generation, s.settings from tenants t left join tenant_settings s on s.tenant_id = t.id where t.id = $1`;

/** For others that must know them in their own transaction. */
export async function readSettings(sql: Sql, tenant: TenantId): Promise<TenantSettings> {
  const [row] = await sql.query<Pick<Row, 'settings'>>(read, [tenant]);
  return parse(row);
}

const tenantHold = "coalesce((h.settings ->> 'legalHold')::boolean, false)";

/** Whether all of a tenant is under legal hold; `tenant` is an expression of SQL. */
export function isHeld(tenant: string): string {
  return `exists (select from tenant_settings h where h.tenant_id = ${tenant} and ${tenantHold})`;
}

/** Whether anything of a tenant is: it cannot go as a whole then. */
export function holdsAnything(tenant: string): string {
  return `exists (select from tenant_settings h where h.tenant_id = ${tenant} and (${tenantHold}
    or coalesce(jsonb_array_length(h.settings -> 'heldSources'), 0) > 0 or coalesce(jsonb_array_length(h.settings -> 'heldDocuments'), 0) > 0))`;
}

/** Whether a document is: its tenant, its source or itself; `d` is the alias of its row. */
export function isDocumentHeld(d: string): string {
  return `exists (select from tenant_settings h where h.tenant_id = ${d}.tenant_id and (${tenantHold}
    or coalesce(h.settings -> 'heldSources' ? ${d}.source, false) or coalesce(h.settings -> 'heldDocuments' ? ${d}.id, false)))`;
}

export function createTenantSettingsStore(
  driver: SqlDriver,
  { now = () => new Date() }: { readonly now?: () => Date } = {},
): TenantSettingsStore {
  const states = new LRUCache<TenantId, TenantState>({ max: mostKnown });
  const readState = async (tenant: TenantId) => {
    const [row] = await driver.queryAsTenant<Row>(tenant, stateOfTenant, [tenant]);
    if (!row) return null;
    const state = { settings: parse(row), generation: row.generation };
    states.set(tenant, state);
    return state;
  };
  return {
    read: async (tenant) => (await readState(tenant))?.settings ?? parse(),
    readState,
    lastState: (tenant) => states.get(tenant) ?? null,

    change: (principal, change) =>
      driver.asTenant(principal.tenantId, async (sql) => {
        const { tenantId } = principal;
        await lockTenant(sql, tenantId);
        const before = await readSettings(sql, tenantId);
        const given = Object.entries(change).filter(([, value]) => value !== undefined);
        const after = Stored.parse({ ...before, ...Object.fromEntries(given) });
        const changes = differences(before, after);
        if (Object.keys(changes).length === 0) return before;
        await raiseGeneration(sql, tenantId);
        await write(sql, tenantId, { settings: after, at: now() });
        await appendAudit(sql, principal, { at: now(), action: 'settings.changed', details: changes });
        return after;
      }),
  };
}

interface Row {
  readonly generation: number;
  /** Null: none was ever set. */
  readonly settings: object | null;
}

/** Names that this version does not know are left alone. */
const Stored = z.object(TenantSettings.shape);
const parse = (row?: Pick<Row, 'settings'>) => Stored.parse({ ...defaultTenantSettings, ...row?.settings });

function differences(before: TenantSettings, after: TenantSettings): Record<string, { from: unknown; to: unknown }> {
  const names = Object.keys(after) as (keyof TenantSettings)[];
  const changed = names.filter((name) => !isDeepStrictEqual(before[name], after[name]));
  return Object.fromEntries(changed.map((name) => [name, { from: before[name], to: after[name] }]));
}

async function write(
  sql: Sql,
  tenant: TenantId,
  { settings, at }: { readonly settings: TenantSettings; readonly at: Date },
): Promise<void> {
  await sql.query(
    `insert into tenant_settings (tenant_id, settings, updated_at) values ($1, $2, $3)
     on conflict (tenant_id) do update set settings = excluded.settings, updated_at = excluded.updated_at`,
    [tenant, encodeJson(settings), at],
  );
}
