import { embeddingCost } from '../../domain/embedding-cost.ts';
import type { JobId, TenantId } from '../../domain/ids.ts';
import type { Job, JobFailure, JobState } from '../../domain/job.ts';
import type { JobStore } from '../jobs.ts';
import type { Sql, SqlDriver } from '../sql.ts';
import type { WorkerFaults } from '../workers.ts';
import { decodeCursor, toPage } from './cursor.ts';
import { type ChangeOptions, cancelJob, pauseJob, resumeJob, retryFailed } from './job-changes.ts';
import { createReadJobSpend } from './job-spend.ts';
import { createWorkerStore } from './worker-store.ts';

export interface JobStoreOptions {
  readonly now?: () => Date;
  /** US dollars for a million tokens of an embedder; null where it is not known. */
  readonly embeddingPriceOf?: (embedder: string) => number | null;
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
      when j.paused_at is not null and c.queued > 0 then 'paused'
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

export function createJobStore(driver: SqlDriver, options: JobStoreOptions = {}): JobStore {
  const { now = () => new Date(), embeddingPriceOf = () => null } = options;
  const readSpend = createReadJobSpend(driver);
  const workers = createWorkerStore(driver, { now });

  async function toJobs(tenant: TenantId, rows: readonly JobRow[]): Promise<Job[]> {
    const running = rows.filter(({ state }) => state === 'running').map(({ id }) => id);
    if (running.length === 0) return rows.map((row) => toJob(row, idle));
    const [pace, positions, living] = await Promise.all([
      readPace(driver, tenant, now()),
      driver.asOperator((sql) => readPositions(sql, tenant, running)),
      workers.list(),
    ]);
    const faults = {
      reading: living.find(({ reading }) => reading)?.reading ?? null,
      embedding: living.find(({ embedding }) => embedding)?.embedding ?? null,
    };
    return rows.map((row) => toJob(row, { pace, faults, queuePosition: positions.get(row.id) ?? 0 }));
  }

  const change = <T>(tenant: TenantId, id: JobId, work: (sql: Sql, options: ChangeOptions) => Promise<T>) =>
    driver.asTenant(tenant, (sql) => work(sql, { tenant, id, now: now() }));

  return {
    async get(tenant, id) {
      const rows = await driver.queryAsTenant<JobRow>(tenant, `${jobRows} and j.id = $2`, [tenant, id]);
      const [job] = await toJobs(tenant, rows);
      if (!job) return null;
      const { tokens, embedder } = await readSpend(tenant, id);
      const price = embedder === null ? null : embeddingPriceOf(embedder);
      return { ...job, tokensEmbedded: tokens, embeddingCost: embeddingCost(tokens, price) };
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

    cancel: (tenant, id) => change(tenant, id, cancelJob),
    pause: (tenant, id) => change(tenant, id, pauseJob),
    resume: (tenant, id) => change(tenant, id, resumeJob),
    retry: (tenant, id, document) => change(tenant, id, (sql, options) => retryFailed(sql, { ...options, document })),
  };
}

interface Outlook {
  readonly pace: Pace;
  readonly faults: WorkerFaults;
  readonly queuePosition: number;
}

const idle: Outlook = {
  pace: { documents: null, vectors: null, waiting: 0 },
  faults: { reading: null, embedding: null },
  queuePosition: 0,
};

function toJob(row: JobRow, { pace, faults, queuePosition }: Outlook): Job {
  const { queued, waiting, state, ...rest } = row;
  const isOver = state !== 'running' && state !== 'paused';
  const isReading = !isOver && queued > 0;
  const seconds = isReading
    ? secondsFor(queued + queuePosition, pace.documents)
    : secondsFor(pace.waiting || waiting, pace.vectors);
  const waitingFor = state === 'running' ? (isReading ? faults.reading : faults.embedding) : null;
  return {
    ...rest,
    state,
    stage: isReading ? 'lexical' : isOver ? 'done' : 'dense',
    passagesEmbedded: row.passages - waiting,
    tokensEmbedded: null,
    embeddingCost: null,
    queuePosition: isReading ? queuePosition : 0,
    etaSeconds: state === 'running' && !waitingFor ? seconds : null,
    documentsPerSecond: pace.documents,
    passagesPerSecond: pace.vectors,
    waitingFor,
  };
}

function secondsFor(remaining: number, rate: number | null | undefined): number | null {
  return rate ? Math.ceil(remaining / rate) : null;
}

/** Documents of other jobs whose turn comes before that of the next one of each of these jobs: tenants take turns. */
async function readPositions(sql: Sql, tenant: TenantId, jobs: readonly JobId[]): Promise<Map<JobId, number>> {
  const rows = await sql.query<{ id: JobId; position: number }>(
    `with own as (
       select j.id, v.turn_at, v.queue_number from unnest($2::text[]) as j(id) cross join lateral (
         select turn_at, queue_number from document_versions
         where state = 'queued' and tenant_id = $1 and job_id = j.id order by turn_at, queue_number limit 1) v
     ), places as (
       select own.id, (
         select count(*) from document_versions v
         where v.state = 'queued' and v.tenant_id = $1 and v.job_id <> own.id
           and (v.turn_at, v.queue_number) < (own.turn_at, own.queue_number)) as place
       from own
     ), others as (
       select count(*) as waiting from document_versions
       where state = 'queued' and tenant_id <> $1 and turn_at < 'infinity' group by tenant_id)
     select id, place + (select coalesce(sum(least(waiting, place + 1)), 0) from others) as position from places`,
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
