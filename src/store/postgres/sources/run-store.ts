import { hostname } from 'node:os';
import type { DocumentId, RunId, SourceId, TenantId } from '../../../domain/ids.ts';
import { sha256 } from '../../../domain/sha256.ts';
import type { ClaimedRun, RunProgress, RunResult, SourceItem, SourceRunStore } from '../../sources.ts';
import type { Sql, SqlDriver } from '../../sql.ts';
import { removeDocuments } from '../documents/remove-documents.ts';
import { lockTenant } from '../documents/tenant-lock.ts';
import { encodeJson } from '../sql-values.ts';
import { insertRun } from './source-rows.ts';

export interface RunStoreOptions {
  readonly now?: () => Date;
  /** Names this process across restarts. */
  readonly processName?: string;
}

/** Of a source's history so many runs are kept. */
const runsKept = 200;
const dueAtOnce = 100;

export function createRunStore(driver: SqlDriver, options: RunStoreOptions = {}): SourceRunStore {
  const { now = () => new Date(), processName = hostname() } = options;
  const leaseEnd = (seconds: number) => new Date(now().getTime() + seconds * 1000);

  return {
    queueDue: (next) => driver.asOperator((sql) => queueDue(sql, next, now())),

    claim: (limit, leaseSeconds) =>
      driver.asOperator((sql) =>
        claimRuns(sql, { limit, processName, now: now(), leaseUntil: leaseEnd(leaseSeconds) }),
      ),

    async renew(runs, leaseSeconds) {
      if (runs.length === 0) return [];
      const rows = await driver.asOperator((sql) =>
        sql.query<{ id: RunId }>(
          `update source_runs r set lease_until = $3 from sources s
           where r.id = any($1) and r.state = 'running' and r.claimed_by = $2
             and s.tenant_id = r.tenant_id and s.id = r.source_id and s.paused_at is null returning r.id`,
          [runs.map(({ id }) => id), processName, leaseEnd(leaseSeconds)],
        ),
      );
      return rows.map(({ id }) => id);
    },

    async giveBack(runs, reason) {
      await driver.asOperator((sql) =>
        sql.query(
          `update source_runs set lease_until = null, claimed_by = null, detail = $3
           where id = any($1) and state = 'running' and claimed_by = $2`,
          [runs.map(({ id }) => id), processName, reason],
        ),
      );
    },

    async release() {
      await driver.asOperator((sql) =>
        sql.query(
          "update source_runs set lease_until = null, claimed_by = null where state = 'running' and claimed_by = $1",
          [processName],
        ),
      );
    },

    items: ({ tenantId, sourceId }) =>
      driver.queryAsTenant<SourceItem>(
        tenantId,
        `select i.external_id as "externalId", i.document_id as "documentId", i.fingerprint, i.memo
         from source_items i join documents d on d.tenant_id = i.tenant_id and d.id = i.document_id and d.deleted_at is null
         where i.tenant_id = $1 and i.source_id = $2`,
        [tenantId, sourceId],
      ),

    save: (run, items, progress) =>
      driver.asTenant(run.tenantId, (sql) => saveProgress(sql, { run, items, progress, processName })),

    removeItems: (run, externalIds) =>
      driver.asTenant(run.tenantId, (sql) => removeItems(sql, { run, externalIds, processName, now: now() })),

    finish: (run, result) =>
      driver.asTenant(run.tenantId, (sql) => finishRun(sql, { run, result, processName, now: now() })),

    watched: () =>
      driver.asOperator((sql) =>
        sql.query<{ tenantId: TenantId; sourceId: SourceId; path: string }>(
          `select tenant_id as "tenantId", id as "sourceId", settings ->> 'path' as path from sources
           where paused_at is null and settings ->> 'kind' = 'folder' and (settings ->> 'watch')::boolean`,
        ),
      ),
  };
}

async function queueDue(sql: Sql, next: (schedule: string) => Date | null, now: Date): Promise<number> {
  const due = await sql.query<{ tenant: TenantId; source: SourceId; schedule: string }>(
    `select tenant_id as tenant, id as source, schedule from sources
     where next_run_at <= $1 and paused_at is null and schedule is not null order by next_run_at limit $2 for update skip locked`,
    [now, dueAtOnce],
  );
  for (const { schedule, ...place } of due) {
    await insertRun(sql, place, { trigger: 'schedule', dryRun: false, targets: null, now });
    await sql.query('update sources set next_run_at = $3 where tenant_id = $1 and id = $2', [
      place.tenant,
      place.source,
      next(schedule),
    ]);
  }
  return due.length;
}

interface ClaimOptions {
  readonly limit: number;
  readonly processName: string;
  readonly now: Date;
  readonly leaseUntil: Date;
}

/** A run that began before somebody ended is taken up before a new one of its source. */
async function claimRuns(sql: Sql, { limit, processName, now, leaseUntil }: ClaimOptions): Promise<ClaimedRun[]> {
  return await sql.query<ClaimedRun>(
    `with open as (
       select r.tenant_id, r.id from source_runs r
       join sources s on s.tenant_id = r.tenant_id and s.id = r.source_id and s.paused_at is null
       where r.state = 'running' and (r.lease_until is null or r.lease_until <= $2)
         or r.state = 'queued' and not exists (select from source_runs o
           where o.tenant_id = r.tenant_id and o.source_id = r.source_id and (o.state = 'running' or o.state = 'queued' and o.id < r.id))
       order by (select count(*) from source_runs o where o.tenant_id = r.tenant_id and o.state = 'running' and o.lease_until > $2), r.created_at
       limit $1 for update of r, s skip locked
     ), claimed as (
       update source_runs r set state = 'running', claimed_by = $3, lease_until = $4, started_at = coalesce(r.started_at, $2), detail = null
       from open where r.tenant_id = open.tenant_id and r.id = open.id returning r.*
     )
     select c.tenant_id as "tenantId", c.source_id as "sourceId", c.id, s.name, s.acl, s.tags,
       s.removal_limit as "removalLimit", s.cursor, c.dry_run as "dryRun", c.targets, c.allowed_removals as "allowedRemovals",
       c.job_id as "jobId", c.changes, c.counts
     from claimed c join sources s on s.tenant_id = c.tenant_id and s.id = c.source_id`,
    [limit, now, processName, leaseUntil],
  );
}

interface Held {
  readonly run: ClaimedRun;
  readonly processName: string;
}

/** Whether the run is still this process's; locks it until the transaction ends. */
async function hold(sql: Sql, { run, processName }: Held): Promise<boolean> {
  const rows = await sql.query(
    `select from source_runs where tenant_id = $1 and id = $2 and state = 'running' and claimed_by = $3 for update`,
    [run.tenantId, run.id, processName],
  );
  return rows.length > 0;
}

function keyOf(externalId: string): string {
  return sha256(externalId);
}

async function saveProgress(
  sql: Sql,
  { items, progress, ...held }: Held & { items: readonly SourceItem[]; progress: RunProgress },
): Promise<boolean> {
  if (!(await hold(sql, held))) return false;
  const { tenantId, sourceId, id } = held.run;
  const rows = items.map((item) => ({
    external_key: keyOf(item.externalId),
    external_id: item.externalId,
    document_id: item.documentId,
    fingerprint: item.fingerprint,
    memo: item.memo,
  }));
  await sql.query(
    `insert into source_items (tenant_id, source_id, external_key, external_id, document_id, fingerprint, memo)
     select $1, $2, x.external_key, x.external_id, x.document_id, x.fingerprint, x.memo
     from jsonb_to_recordset($3::jsonb) as x(external_key text, external_id text, document_id text, fingerprint text, memo jsonb)
     on conflict (tenant_id, source_id, external_key) do update set
       document_id = excluded.document_id, fingerprint = excluded.fingerprint, memo = excluded.memo`,
    [tenantId, sourceId, encodeJson(rows)],
  );
  await sql.query(
    'update source_runs set counts = $3, changes = $4, job_id = $5, errors = $6 where tenant_id = $1 and id = $2',
    [
      tenantId,
      id,
      encodeJson(progress.counts),
      encodeJson(progress.changes),
      progress.jobId,
      encodeJson(progress.errors),
    ],
  );
  return true;
}

async function removeItems(
  sql: Sql,
  { externalIds, now, ...held }: Held & { externalIds: readonly string[]; now: Date },
): Promise<number> {
  if (externalIds.length === 0) return 0;
  const { tenantId: tenant, sourceId } = held.run;
  await lockTenant(sql, tenant);
  if (!(await hold(sql, held))) return 0;
  const rows = await sql.query<{ id: DocumentId }>(
    'delete from source_items where tenant_id = $1 and source_id = $2 and external_key = any($3) returning document_id as id',
    [tenant, sourceId, externalIds.map(keyOf)],
  );
  return await removeDocuments(sql, { tenant, documents: rows.map(({ id }) => id), now });
}

async function finishRun(sql: Sql, { result, now, ...held }: Held & { result: RunResult; now: Date }): Promise<void> {
  if (!(await hold(sql, held))) return;
  const { tenantId, sourceId, id, dryRun, targets } = held.run;
  const { state, counts, changes, jobId, errors, missing, detail, cursor } = result;
  const [run] = await sql.query<{ startedAt: string }>(
    `update source_runs set state = $3, counts = $4, changes = $5, job_id = $6, errors = $7, missing = $8, detail = $9, finished_at = $10,
       claimed_by = null, lease_until = null
     where tenant_id = $1 and id = $2 returning started_at as "startedAt"`,
    [
      ...[tenantId, id, state, encodeJson(counts), encodeJson(changes), jobId, encodeJson(errors)],
      ...[missing, detail, now],
    ],
  );
  const isWhole = state === 'finished' && targets === null && counts.failed === 0;
  if (!dryRun)
    await sql.query(
      `update sources set cursor = coalesce($3, cursor), in_step_at = case when $4 then $5::timestamptz else in_step_at end
       where tenant_id = $1 and id = $2`,
      [tenantId, sourceId, cursor, isWhole, run?.startedAt ?? now],
    );
  await sql.query(
    `delete from source_runs where tenant_id = $1 and source_id = $2 and id in (
       select id from source_runs where tenant_id = $1 and source_id = $2 and finished_at is not null order by id desc offset $3)`,
    [tenantId, sourceId, runsKept],
  );
}
