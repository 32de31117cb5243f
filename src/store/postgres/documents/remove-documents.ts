import type { DocumentId, TenantId } from '../../../domain/ids.ts';
import type { Sql } from '../../sql.ts';
import { dropQueued } from './register-documents.ts';
import { lockTenant, raiseGeneration } from './tenant-lock.ts';

interface VersionName {
  readonly documentId: DocumentId;
  readonly version: number;
}

interface RemoveOptions {
  readonly tenant: TenantId;
  readonly documents: readonly DocumentId[];
  readonly now: Date;
}

/** Runs inside a transaction of the tenant; returns how many documents there were to remove. */
export async function removeDocuments(sql: Sql, { tenant, documents, now }: RemoveOptions): Promise<number> {
  const generation = await raiseGeneration(sql, tenant);
  const removed = await sql.query<{ id: DocumentId }>(
    `update documents set deleted_at = $3, updated_at = $3, generation = $4
     where tenant_id = $1 and id = any($2) and deleted_at is null returning id`,
    [tenant, documents, now, generation],
  );
  await dropQueued(
    sql,
    tenant,
    removed.map(({ id }) => id),
    { now },
  );
  return removed.length;
}

/** Deletes the passages of these versions, and the vectors and places in the queue that no other passage of the tenant shares. */
export async function deletePassages(sql: Sql, tenant: TenantId, versions: readonly VersionName[]): Promise<void> {
  const gone = await sql.query<{ hash: string }>(
    `with gone as (
       delete from passages p using unnest($2::text[], $3::integer[]) as x(document_id, version)
       where p.tenant_id = $1 and p.document_id = x.document_id and p.version = x.version returning p.embedding_hash)
     select distinct embedding_hash as hash from gone`,
    [tenant, versions.map(({ documentId }) => documentId), versions.map(({ version }) => version)],
  );
  if (gone.length === 0) return;
  const unused = await sql.query<{ hash: string }>(
    `select x.hash from unnest($2::text[]) as x(hash)
     where not exists (select from passages p where p.tenant_id = $1 and p.embedding_hash = x.hash)`,
    [tenant, gone.map(({ hash }) => hash)],
  );
  const values = [tenant, unused.map(({ hash }) => hash)];
  await sql.query('delete from embeddings where tenant_id = $1 and embedding_hash = any($2)', values);
  await sql.query('delete from embedding_queue where tenant_id = $1 and embedding_hash = any($2)', values);
}

interface SweepOptions {
  readonly limit: number;
  /** Overtaken versions are kept until they were overtaken before this time. */
  readonly overtakenBefore: Date;
}

/** Runs as the operator; returns how many versions were deleted. Of a removed document only an empty row stays, which tells an index that it is gone. */
export async function sweepVersions(sql: Sql, { limit, overtakenBefore }: SweepOptions): Promise<number> {
  const found = await sql.query<VersionName & { tenantId: TenantId }>(
    `(select v.tenant_id as "tenantId", v.document_id as "documentId", v.version
      from documents d join document_versions v on v.tenant_id = d.tenant_id and v.document_id = d.id
      where d.deleted_at is not null and d.latest_version is not null limit $1)
     union
     (select tenant_id, document_id, version from document_versions where overtaken_at < $2 order by overtaken_at limit $1)
     limit $1`,
    [limit, overtakenBefore],
  );
  for (const [tenant, versions] of Map.groupBy(found, ({ tenantId }) => tenantId)) {
    await lockTenant(sql, tenant);
    await deletePassages(sql, tenant, versions);
    await sql.query(
      `delete from document_versions v using unnest($2::text[], $3::integer[]) as x(document_id, version)
       where v.tenant_id = $1 and v.document_id = x.document_id and v.version = x.version`,
      [tenant, versions.map(({ documentId }) => documentId), versions.map(({ version }) => version)],
    );
  }
  await sql.query(
    `update documents d set latest_version = null, current_version = null, passages = 0, waiting = 0, source = '', external_id = '',
       external_key = '', uri = null, acl = '{}', tags = '{}', metadata = '{}', given_metadata = '{}', title = '', language = null
     where d.deleted_at is not null and d.latest_version is not null
       and not exists (select from document_versions v where v.tenant_id = d.tenant_id and v.document_id = d.id)`,
  );
  return found.length;
}
