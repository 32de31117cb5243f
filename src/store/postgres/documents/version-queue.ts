import type { DocumentId, JobId, TenantId } from '../../../domain/ids.ts';
import type { IncomingDocument, QueuedVersion } from '../../documents.ts';
import type { Sql } from '../../sql.ts';
import { lockTenant } from './tenant-lock.ts';

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
  readonly queueNumber: number;
}

/** Runs as the operator: one queue for all tenants. */
export async function claimVersions(sql: Sql, options: ClaimOptions): Promise<QueuedVersion[]> {
  const { limit, leaseSeconds, processName, now } = options;
  const rows = await sql.query<ClaimedRow>(
    `with next as (
       select tenant_id, document_id, version from document_versions
       where state = 'queued' and (lease_until is null or lease_until <= $2)
       order by queue_number limit $1 for update skip locked)
     update document_versions v set lease_until = $3, claimed_by = $4, attempts = v.attempts + 1
     from next join documents d on d.tenant_id = next.tenant_id and d.id = next.document_id
     where v.tenant_id = next.tenant_id and v.document_id = next.document_id and v.version = next.version
     returning v.tenant_id as "tenantId", v.job_id as "jobId", v.document_id as "documentId", v.version, v.attempts,
       v.queue_number as "queueNumber", d.source, d.external_id as "externalId", d.uri, v.given_title as title, d.acl, d.tags,
       d.metadata,
       v.given_language as language, v.content_hash as "contentHash", v.media_type as "mediaType",
       v.file_name as "fileName", v.size`,
    [limit, now, new Date(now.getTime() + leaseSeconds * 1000), processName],
  );
  return rows
    .sort((one, other) => one.queueNumber - other.queueNumber)
    .map(({ tenantId, jobId, documentId, version, attempts, queueNumber: _queueNumber, ...document }) => ({
      tenantId,
      jobId,
      documentId,
      version,
      attempts,
      document,
    }));
}

export async function releaseClaims(sql: Sql, processName: string): Promise<void> {
  await sql.query(
    `update document_versions set lease_until = null, claimed_by = null where state = 'queued' and claimed_by = $1`,
    [processName],
  );
}

interface FailOptions {
  readonly version: Pick<QueuedVersion, 'tenantId' | 'jobId' | 'documentId' | 'version'>;
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
