import type { DocumentId, JobId, TenantId } from '../../domain/ids.ts';
import type { Job, JobFailure, JobState } from '../../domain/job.ts';
import type { JobStore } from '../jobs.ts';
import type { Sql, SqlDriver } from '../sql.ts';
import { decodeCursor, toPage } from './cursor.ts';
import { lockTenant } from './documents/tenant-lock.ts';

export interface JobStoreOptions {
  readonly now?: () => Date;
}

interface JobRow {
  readonly id: JobId;
  readonly state: JobState;
  readonly queued: number;
  readonly done: number;
  readonly failed: number;
  readonly total: number;
  readonly passages: number;
  readonly waiting: number;
  readonly failures: JobFailure[];
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** What a running job's outlook is reckoned from. */
interface Pace {
  /** Documents read a second of late, in this tenant; null until there are a few. */
  readonly documents: number | null;
  /** Vectors made a second of late, in this tenant. */
  readonly vectors: number | null;
  /** Passages of the tenant that wait for a vector, this job's among them. */
  readonly waiting: number;
}

const failuresShown = 100;
const paceSeconds = 60;
const paceSamples = 3;

/** Counts come from the items and documents themselves, so that no crash can make them drift. */
const jobRows = `select j.id, j.created_at as "createdAt", greatest(j.updated_at, c.finished_at) as "updatedAt",
    c.queued, c.done, c.failed, c.total, c.passages, c.waiting,
    case when j.cancelled_at is not null then 'cancelled'
      when c.queued > 0 or c.waiting > 0 then 'running'
      when c.failed > 0 and c.done = 0 then 'failed'
      else 'finished' end as state,
    (select coalesce(jsonb_agg(f), '[]') from (
       select i.document_id as "documentId", i.external_id as "externalId", i.title, i.error_code as code, i.error_detail as detail
       from job_items i where i.tenant_id = j.tenant_id and i.job_id = j.id and i.state = 'failed'
       order by i.finished_at, i.document_id limit ${failuresShown}) f) as failures
  from jobs j cross join lateral (
    select count(*) as total, count(*) filter (where i.state = 'queued') as queued, count(*) filter (where i.state = 'done') as done,
      count(*) filter (where i.state = 'failed') as failed, max(i.finished_at) as finished_at,
      coalesce(sum(d.passages), 0) as passages, coalesce(sum(d.waiting), 0) as waiting
    from job_items i
    left join documents d on d.tenant_id = i.tenant_id and d.id = i.document_id and d.current_version = i.version
      and d.deleted_at is null
    where i.tenant_id = j.tenant_id and i.job_id = j.id) c
  where j.tenant_id = $1`;

export function createJobStore(driver: SqlDriver, { now = () => new Date() }: JobStoreOptions = {}): JobStore {
  async function toJobs(tenant: TenantId, rows: readonly JobRow[]): Promise<Job[]> {
    const running = rows.filter(({ state }) => state === 'running').map(({ id }) => id);
    if (running.length === 0) return rows.map((row) => toJob(row, 0, null));
    const [pace, positions] = await Promise.all([
      readPace(driver, tenant, now()),
      driver.asOperator((sql) => readPositions(sql, tenant, running)),
    ]);
    return rows.map((row) => toJob(row, positions.get(row.id) ?? 0, pace));
  }

  return {
    async get(tenant, id) {
      const rows = await driver.queryAsTenant<JobRow>(tenant, `${jobRows} and j.id = $2`, [tenant, id]);
      return (await toJobs(tenant, rows))[0] ?? null;
    },

    async list(tenant, { limit, cursor, state }) {
      const [after = null] = decodeCursor(cursor, [/^job_/]) ?? [];
      const rows = await driver.queryAsTenant<JobRow>(
        tenant,
        `select * from (${jobRows} and ($2::text is null or j.id < $2)) j
         where $3::text is null or j.state = $3 order by j.id desc limit $4`,
        [tenant, after, state ?? null, limit + 1],
      );
      const page = toPage(rows, limit, ({ id }) => [id]);
      return { ...page, items: await toJobs(tenant, page.items) };
    },

    cancel: (tenant, id) => driver.asTenant(tenant, (sql) => cancelJob(sql, { tenant, id, now: now() })),
    retry: (tenant, id) => driver.asTenant(tenant, (sql) => retryFailed(sql, { tenant, id, now: now() })),
  };
}

function toJob(row: JobRow, queuePosition: number, pace: Pace | null): Job {
  const { queued, waiting, state, ...rest } = row;
  const isOver = state !== 'running';
  const isReading = !isOver && queued > 0;
  const seconds = isReading
    ? secondsFor(queued + queuePosition, pace?.documents)
    : secondsFor(pace?.waiting ?? waiting, pace?.vectors);
  return {
    ...rest,
    state,
    stage: isReading ? 'lexical' : isOver ? 'done' : 'dense',
    passagesEmbedded: row.passages - waiting,
    queuePosition: isReading ? queuePosition : 0,
    etaSeconds: isOver ? null : seconds,
  };
}

function secondsFor(remaining: number, rate: number | null | undefined): number | null {
  return rate ? Math.ceil(remaining / rate) : null;
}

/** Documents of other jobs, of any tenant, that stand before the next one of each of these jobs. */
async function readPositions(sql: Sql, tenant: TenantId, jobs: readonly JobId[]): Promise<Map<JobId, number>> {
  const rows = await sql.query<{ id: JobId; position: number }>(
    `select own.id, (
       select count(*) from document_versions v
       where v.state = 'queued' and v.queue_number < own.first and v.job_id <> own.id) as position
     from (
       select job_id as id, min(queue_number) as first from document_versions
       where state = 'queued' and tenant_id = $1 and job_id = any($2) group by job_id) own`,
    [tenant, jobs],
  );
  return new Map(rows.map(({ id, position }) => [id, position]));
}

async function readPace(driver: SqlDriver, tenant: TenantId, now: Date): Promise<Pace> {
  const since = new Date(now.getTime() - paceSeconds * 1000);
  const perSecond = `case when count(*) >= ${paceSamples}
    then count(*) / greatest(extract(epoch from $3::timestamptz - min(finished_at)), 1) end`;
  const [pace] = await driver.queryAsTenant<Pace>(
    tenant,
    `select (select ${perSecond} from job_items where tenant_id = $1 and finished_at > $2) as documents,
       (select ${perSecond} from (select created_at as finished_at from embeddings where tenant_id = $1 and created_at > $2) e) as vectors,
       (select coalesce(sum(waiting), 0) from documents where tenant_id = $1 and waiting > 0 and deleted_at is null) as waiting`,
    [tenant, since, now],
  );
  return pace ?? { documents: null, vectors: null, waiting: 0 };
}

interface ChangeOptions {
  readonly tenant: TenantId;
  readonly id: JobId;
  readonly now: Date;
}

/** A document that has nothing else than the dropped version goes with it. */
async function cancelJob(sql: Sql, { tenant, id, now }: ChangeOptions): Promise<boolean> {
  await lockTenant(sql, tenant);
  const [job] = await sql.query<{ state: JobState }>(`${jobRows} and j.id = $2`, [tenant, id]);
  if (job?.state !== 'running') return false;
  await sql.query('update jobs set cancelled_at = $3, updated_at = $3 where tenant_id = $1 and id = $2', [
    tenant,
    id,
    now,
  ]);
  await sql.query(
    `update job_items set state = 'dropped', finished_at = $3 where tenant_id = $1 and job_id = $2 and state = 'queued'`,
    [tenant, id, now],
  );
  const dropped = await sql.query<{ documentId: DocumentId }>(
    `delete from document_versions where tenant_id = $1 and job_id = $2 and state = 'queued' returning document_id as "documentId"`,
    [tenant, id],
  );
  const documents = dropped.map(({ documentId }) => documentId);
  await sql.query(
    `update documents d set updated_at = $3, latest_version = (
       select max(version) from document_versions v where v.tenant_id = d.tenant_id and v.document_id = d.id)
     where d.tenant_id = $1 and d.id = any($2)`,
    [tenant, documents, now],
  );
  await sql.query('delete from documents where tenant_id = $1 and id = any($2) and latest_version is null', [
    tenant,
    documents,
  ]);
  return true;
}

/** Only what is still the newest version of its document: a later one has its own fate. */
async function retryFailed(sql: Sql, { tenant, id, now }: ChangeOptions): Promise<number> {
  await lockTenant(sql, tenant);
  const queued = await sql.query(
    `with queued as (
       update document_versions v set state = 'queued', attempts = 0, lease_until = null, error_code = null, error_detail = null,
         queue_number = default
       from documents d
       where v.tenant_id = $1 and v.job_id = $2 and v.state = 'failed' and d.tenant_id = $1 and d.id = v.document_id
         and d.latest_version = v.version and d.deleted_at is null
       returning v.document_id, v.version)
     update job_items i set state = 'queued', error_code = null, error_detail = null, finished_at = null
     from queued where i.tenant_id = $1 and i.job_id = $2 and i.document_id = queued.document_id and i.version = queued.version
     returning 1`,
    [tenant, id],
  );
  if (queued.length > 0)
    await sql.query('update jobs set cancelled_at = null, updated_at = $3 where tenant_id = $1 and id = $2', [
      tenant,
      id,
      now,
    ]);
  return queued.length;
}
