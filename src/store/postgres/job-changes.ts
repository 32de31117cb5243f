import type { DocumentId, JobId, TenantId } from '../../domain/ids.ts';
import type { Sql } from '../sql.ts';
import { leaveObjects } from './documents/object-lock.ts';
import { lockTenant } from './documents/tenant-lock.ts';
import { documentsOfJob, turnOf } from './documents/version-queue.ts';

export interface ChangeOptions {
  readonly tenant: TenantId;
  readonly id: JobId;
  readonly now: Date;
}

/** A document that has nothing else than the dropped version goes with it. */
export async function cancelJob(sql: Sql, { tenant, id, now }: ChangeOptions): Promise<boolean> {
  await lockTenant(sql, tenant);
  const cancelled = await sql.query(
    `update jobs j set cancelled_at = $3, updated_at = $3 where tenant_id = $1 and id = $2 and cancelled_at is null
       and exists (
         select from job_items i
         left join documents d on d.tenant_id = i.tenant_id and d.id = i.document_id and d.current_version = i.version
           and d.deleted_at is null
         where i.tenant_id = $1 and i.job_id = $2 and (i.state = 'queued' or d.waiting > 0))
     returning 1`,
    [tenant, id, now],
  );
  if (cancelled.length === 0) return false;
  await sql.query(
    `update job_items set state = 'dropped', finished_at = $3 where tenant_id = $1 and job_id = $2 and state = 'queued'`,
    [tenant, id, now],
  );
  const dropped = await sql.query<{ documentId: DocumentId; hash: string }>(
    `delete from document_versions where tenant_id = $1 and job_id = $2 and state = 'queued'
     returning document_id as "documentId", content_hash as hash`,
    [tenant, id],
  );
  await leaveObjects(
    sql,
    dropped.map(({ hash }) => hash),
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
export async function retryFailed(
  sql: Sql,
  { tenant, id, now, document }: ChangeOptions & { document: DocumentId | null },
): Promise<number> {
  await lockTenant(sql, tenant);
  // One document is asked for by somebody who waits for it.
  const before = document === null ? documentsOfJob('$1', '$2') : '0';
  const queued = await sql.query(
    `with queued as (
       update document_versions v set state = 'queued', attempts = 0, lease_until = null, error_code = null, error_detail = null,
         queue_number = default, turn_at = ${turnOf({ size: 'v.size', now: '$3', before })}
       from documents d
       where v.tenant_id = $1 and v.job_id = $2 and v.state = 'failed' and ($4::text is null or d.id = $4) and d.tenant_id = $1 and d.id = v.document_id
         and d.latest_version = v.version and d.deleted_at is null
       returning v.document_id, v.version)
     update job_items i set state = 'queued', error_code = null, error_detail = null, finished_at = null
     from queued where i.tenant_id = $1 and i.job_id = $2 and i.document_id = queued.document_id and i.version = queued.version
     returning 1`,
    [tenant, id, now, document],
  );
  if (queued.length > 0)
    await sql.query(
      'update jobs set cancelled_at = null, paused_at = null, updated_at = $3 where tenant_id = $1 and id = $2',
      [tenant, id, now],
    );
  return queued.length;
}

/** Its documents keep their places in the queue, beyond every other. */
export async function pauseJob(sql: Sql, { tenant, id, now }: ChangeOptions): Promise<boolean> {
  await lockTenant(sql, tenant);
  const waiting = await sql.query(
    `update document_versions set turn_at = 'infinity' where tenant_id = $1 and job_id = $2 and state = 'queued' returning 1`,
    [tenant, id],
  );
  if (waiting.length === 0) return false;
  await sql.query('update jobs set paused_at = $3, updated_at = $3 where tenant_id = $1 and id = $2', [
    tenant,
    id,
    now,
  ]);
  return true;
}

export async function resumeJob(sql: Sql, { tenant, id, now }: ChangeOptions): Promise<boolean> {
  await lockTenant(sql, tenant);
  const resumed = await sql.query(
    `update jobs set paused_at = null, updated_at = $3 where tenant_id = $1 and id = $2 and paused_at is not null returning 1`,
    [tenant, id, now],
  );
  if (resumed.length === 0) return false;
  const turn = turnOf({ size: 'size', now: '$3', before: documentsOfJob('$1', '$2') });
  await sql.query(
    `update document_versions set turn_at = ${turn} where tenant_id = $1 and job_id = $2 and state = 'queued'`,
    [tenant, id, now],
  );
  return true;
}
