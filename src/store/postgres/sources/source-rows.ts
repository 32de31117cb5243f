import { newId, type RunId, type SourceId, type TenantId } from '../../../domain/ids.ts';
import { noCounts, type RunChanges, type Source, type SourceRun } from '../../../domain/source.ts';
import type { AskedRun } from '../../sources.ts';
import type { Sql } from '../../sql.ts';
import { encodeJson } from '../sql-values.ts';

/** SQL of a run as an object, from the alias of its row. */
export const runObject = (r: string) => `jsonb_build_object(
  'id', ${r}.id, 'state', ${r}.state, 'trigger', ${r}.trigger, 'dryRun', ${r}.dry_run, 'jobId', ${r}.job_id,
  'changes', ${r}.changes, 'missing', ${r}.missing, 'errors', ${r}.errors, 'detail', ${r}.detail,
  'createdAt', ${time(`${r}.created_at`)}, 'startedAt', ${time(`${r}.started_at`)}, 'finishedAt', ${time(`${r}.finished_at`)}) || ${r}.counts`;

/** As times are written everywhere: ISO 8601, UTC, milliseconds. */
function time(column: string): string {
  return `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
}

/** $1 the tenant, $2 the time now. */
export const sourceColumns = `s.id, s.name, s.settings, s.credentials is not null as "hasCredentials",
  s.upload - 'hash' as upload, s.acl, s.tags, s.schedule,
  s.removal_limit as "removalLimit", s.paused_at as "pausedAt", s.next_run_at as "nextRunAt",
  extract(epoch from $2::timestamptz - s.in_step_at) as "lagSeconds", s.created_at as "createdAt", s.updated_at as "updatedAt",
  (select count(*) from source_items i join documents d on d.tenant_id = i.tenant_id and d.id = i.document_id and d.deleted_at is null
   where i.tenant_id = s.tenant_id and i.source_id = s.id) as documents,
  (select ${runObject('r')} from source_runs r where r.tenant_id = s.tenant_id and r.source_id = s.id
   order by r.id desc limit 1) as "lastRun"`;

export async function readSource(sql: Sql, tenant: TenantId, id: SourceId, now: Date): Promise<Source | null> {
  const [source] = await sql.query<Source>(
    `select ${sourceColumns} from sources s where s.tenant_id = $1 and s.id = $3`,
    [tenant, now, id],
  );
  return source ?? null;
}

export async function readRun(sql: Sql, tenant: TenantId, id: RunId): Promise<SourceRun | null> {
  const [row] = await sql.query<{ run: SourceRun }>(
    `select ${runObject('r')} as run from source_runs r where r.tenant_id = $1 and r.id = $2`,
    [tenant, id],
  );
  return row?.run ?? null;
}

const noChanges: RunChanges = { added: [], changed: [], removed: [] };

/** Inside a transaction that holds the source's row. What waits already takes the targets along: all of them, where either wants all. */
export async function insertRun(
  sql: Sql,
  place: { readonly tenant: TenantId; readonly source: SourceId },
  asked: AskedRun & { readonly allowedRemovals?: number; readonly now: Date },
): Promise<RunId> {
  const { trigger, dryRun, targets, allowedRemovals = 0, now } = asked;
  const [row] = await sql.query<{ id: RunId }>(
    `insert into source_runs (tenant_id, source_id, id, state, trigger, dry_run, targets, allowed_removals, counts, changes, errors, created_at)
     values ($1, $2, $3, 'queued', $4, $5, $6, $7, $8, $9, '[]', $10)
     on conflict (tenant_id, source_id, dry_run) where state = 'queued' do update set
       targets = case when source_runs.targets is null or excluded.targets is null then null
         else array(select distinct unnest(source_runs.targets || excluded.targets)) end,
       allowed_removals = greatest(source_runs.allowed_removals, excluded.allowed_removals)
     returning id`,
    [
      ...[place.tenant, place.source, newId('run', now.getTime()), trigger, dryRun, targets, allowedRemovals],
      ...[encodeJson(noCounts), encodeJson(noChanges), now],
    ],
  );
  if (!row) throw new Error('The run was not queued.');
  return row.id;
}
