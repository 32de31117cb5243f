import type { DocumentId, JobId, TenantId } from '../../../domain/ids.ts';
import { type IncomingDocument, type QueuedVersion, suspectAttempts, type VersionName } from '../../documents.ts';
import type { Sql } from '../../sql.ts';
import { lockTenant } from './tenant-lock.ts';
import { chosenTenants } from './tenants-in-turn.ts';

interface ClaimOptions {
  readonly limit: number;
  readonly leaseSeconds: number;
  readonly processName: string;
  readonly now: Date;
}

interface ClaimedRow extends IncomingDocument {
  readonly tenantId: TenantId;
  readonly jobId: JobId;
  readonly documentId: DocumentId;
  readonly version: number;
  readonly attempts: number;
  /** 1 is the tenant's next one. */
  readonly turn: number;
  readonly queueNumber: number;
}

/** A file lets those pass that come within a second for each of so many bytes. */
const bytesPerSecond = 100_000;

/** After so many documents a job is a bulk, */
const bulkDocuments = 20;
/** whose further documents let those of other jobs pass that come within a day. */
const bulkSeconds = 86_400;

/** SQL of what a queued version's place follows from: its size in bytes, the time now, and how many documents of its job stand before it. */
interface PlaceInQueue {
  readonly size: string;
  readonly now: string;
  readonly before: string;
}

/** SQL of the time at which the turn of a file comes within its tenant. */
export function turnOf({ size, now, before }: PlaceInQueue): string {
  return `${now}::timestamptz + make_interval(secs => ${size}::double precision / ${bytesPerSecond}
    + case when ${before} < ${bulkDocuments} then 0 else ${bulkSeconds} end)`;
}

/** SQL of how many documents a job has had, as far as it matters to `turnOf`: it looks at no more, since each registration asks. */
export function documentsOfJob(tenant: string, job: string): string {
  return `(select count(*) from (
    select from job_items where tenant_id = ${tenant} and job_id = ${job} limit ${bulkDocuments}) i)`;
}

/** Workers that claim at the same moment look at the same rows: so many of them find enough that is not locked. */
const claimersAtOnce = 4;

/** Paused jobs stand behind all others: a tenant whose first version is paused has nothing to do, and takes no place in the draw. */
const working = { condition: "state = 'queued'", order: 'turn_at', takesPart: "first < 'infinity'" };

/** SQL of whether a version waits for a worker; $2 is the time. */
const isClaimable = `state = 'queued' and turn_at < 'infinity' and (lease_until is null or lease_until <= $2)`;

/** Turns of the tenants that have queued versions. */
const turns = `with recursive ${chosenTenants('document_versions', working)}, turns as (
    select v.*, row_number() over (partition by v.tenant_id order by v.turn_at, v.queue_number) as turn
    from chosen c cross join lateral (
      select tenant_id, document_id, version, turn_at, queue_number from document_versions
      where tenant_id = c.tenant_id and ${isClaimable}
      order by turn_at, queue_number limit $1 * ${claimersAtOnce}) v
  )`;

/** Runs as the operator: tenants take turns, within a tenant `turn_at` decides. */
export async function claimVersions(sql: Sql, options: ClaimOptions): Promise<QueuedVersion[]> {
  const { limit, leaseSeconds, processName, now } = options;
  const rows = await sql.queryLast<ClaimedRow>(
    `${turns}, next as materialized (
       select v.tenant_id, v.document_id, v.version, t.turn
       from (select * from turns order by turn, turn_at, queue_number) t cross join lateral (
         select v.tenant_id, v.document_id, v.version from document_versions v
         where v.tenant_id = t.tenant_id and v.document_id = t.document_id and v.version = t.version
           and ${isClaimable}
         for update skip locked) v
       limit $1)
     update document_versions v set lease_until = $3, claimed_by = $4,
       attempts = case when v.attempts < ${suspectAttempts} then v.attempts + 1 else v.attempts end
     from next join documents d on d.tenant_id = next.tenant_id and d.id = next.document_id
     where v.tenant_id = next.tenant_id and v.document_id = next.document_id and v.version = next.version
     returning v.tenant_id as "tenantId", v.job_id as "jobId", v.document_id as "documentId", v.version, v.attempts,
       next.turn, v.queue_number as "queueNumber", d.source, d.external_id as "externalId", d.uri, v.given_title as title, d.acl,
       d.tags, d.metadata, v.given_language as language, v.content_hash as "contentHash", v.media_type as "mediaType",
       v.file_name as "fileName", v.size`,
    [limit, now, new Date(now.getTime() + leaseSeconds * 1000), processName],
  );
  return rows
    .sort((one, other) => one.turn - other.turn || one.queueNumber - other.queueNumber)
    .map(({ tenantId, jobId, documentId, version, attempts, turn: _turn, queueNumber: _queueNumber, ...document }) => ({
      tenantId,
      jobId,
      documentId,
      version,
      attempts,
      document,
    }));
}

export async function releaseClaims(sql: Sql, processName: string): Promise<void> {
  await sql.queryLast(
    `update document_versions set lease_until = null, claimed_by = null where state = 'queued' and claimed_by = $1`,
    [processName],
  );
}

/** Attempts that a reading which never ended leaves behind. */
export async function markReading(
  sql: Sql,
  { tenantId, documentId, version }: VersionName,
  { isReading, processName }: { readonly isReading: boolean; readonly processName: string },
): Promise<void> {
  await sql.queryLast(
    `update document_versions set attempts = attempts + $5
     where tenant_id = $1 and document_id = $2 and version = $3 and state = 'queued' and claimed_by = $4`,
    [tenantId, documentId, version, processName, isReading ? 1 : -1],
  );
}

/** Gives these claims of this process back as if they had not been made. */
export async function returnClaims(sql: Sql, versions: readonly VersionName[], processName: string): Promise<void> {
  await sql.queryLast(
    `update document_versions v set lease_until = null, claimed_by = null,
       attempts = case when v.attempts <= ${suspectAttempts} then greatest(v.attempts - 1, 0) else v.attempts end
     from unnest($1::text[], $2::text[], $3::integer[]) as x(tenant_id, document_id, version)
     where v.tenant_id = x.tenant_id and v.document_id = x.document_id and v.version = x.version
       and v.state = 'queued' and v.claimed_by = $4`,
    [...columnsOf(versions), processName],
  );
}

interface RenewOptions {
  readonly versions: readonly VersionName[];
  readonly leaseSeconds: number;
  readonly processName: string;
  readonly now: Date;
}

/** Runs as the operator; of these versions, the ones that this process still holds and somebody still wants. */
export async function renewClaims(sql: Sql, options: RenewOptions): Promise<VersionName[]> {
  const { versions, leaseSeconds, processName, now } = options;
  return await sql.queryLast<VersionName>(
    `update document_versions v set lease_until = $5
     from unnest($1::text[], $2::text[], $3::integer[]) as x(tenant_id, document_id, version)
     where v.tenant_id = x.tenant_id and v.document_id = x.document_id and v.version = x.version
       and v.state = 'queued' and v.claimed_by = $4 and v.turn_at < 'infinity'
     returning v.tenant_id as "tenantId", v.job_id as "jobId", v.document_id as "documentId", v.version`,
    [...columnsOf(versions), processName, new Date(now.getTime() + leaseSeconds * 1000)],
  );
}

function columnsOf(versions: readonly VersionName[]) {
  return [
    versions.map(({ tenantId }) => tenantId),
    versions.map(({ documentId }) => documentId),
    versions.map(({ version }) => version),
  ];
}

interface FailOptions {
  readonly version: VersionName;
  readonly failure: { readonly code: string; readonly detail: string };
  readonly now: Date;
}

/** Does nothing for a version that is no longer queued: it was overtaken, cancelled or removed meanwhile. */
export async function failVersion(sql: Sql, { version, failure, now }: FailOptions): Promise<void> {
  const place = [version.tenantId, version.documentId, version.version];
  await lockTenant(sql, version.tenantId);
  const failed = await sql.query(
    `update document_versions set state = 'failed', error_code = $4, error_detail = $5, lease_until = null, claimed_by = null
     where tenant_id = $1 and document_id = $2 and version = $3 and state = 'queued' returning 1`,
    [...place, failure.code, failure.detail],
  );
  if (failed.length === 0) return;
  await sql.query('update documents set updated_at = $3 where tenant_id = $1 and id = $2', [
    version.tenantId,
    version.documentId,
    now,
  ]);
  await sql.query(
    `update job_items set state = 'failed', error_code = $5, error_detail = $6, finished_at = $7
     where tenant_id = $1 and document_id = $2 and version = $3 and job_id = $4`,
    [...place, version.jobId, failure.code, failure.detail, now],
  );
}
