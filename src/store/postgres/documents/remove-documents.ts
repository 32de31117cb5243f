import type { DocumentId, TenantId } from '../../../domain/ids.ts';
import type { Sql } from '../../sql.ts';
import { isDocumentHeld } from '../tenant-settings-store.ts';
import { leaveObjects } from './object-lock.ts';
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

/** What went away with some passages. */
interface DeletedPassages {
  readonly passages: number;
  readonly vectors: number;
}

/** Deletes the passages of these versions, and the vectors and places in the queue that no other passage of the tenant shares. */
export async function deletePassages(
  sql: Sql,
  tenant: TenantId,
  versions: readonly VersionName[],
): Promise<DeletedPassages> {
  const gone = await sql.query<{ hash: string; passages: number }>(
    `with gone as (
       delete from passages p using unnest($2::text[], $3::integer[]) as x(document_id, version)
       where p.tenant_id = $1 and p.document_id = x.document_id and p.version = x.version returning p.embedding_hash)
     select embedding_hash as hash, count(*) as passages from gone group by embedding_hash`,
    [tenant, versions.map(({ documentId }) => documentId), versions.map(({ version }) => version)],
  );
  if (gone.length === 0) return { passages: 0, vectors: 0 };
  const unused = await sql.query<{ hash: string }>(
    `select x.hash from unnest($2::text[]) as x(hash)
     where not exists (select from passages p where p.tenant_id = $1 and p.embedding_hash = x.hash)`,
    [tenant, gone.map(({ hash }) => hash)],
  );
  const values = [tenant, unused.map(({ hash }) => hash)];
  const vectors = await sql.query(
    'delete from embeddings where tenant_id = $1 and embedding_hash = any($2) returning 1',
    values,
  );
  await sql.query('delete from embedding_queue where tenant_id = $1 and embedding_hash = any($2)', values);
  return { passages: gone.reduce((sum, { passages }) => sum + passages, 0), vectors: vectors.length };
}

interface SweepOptions {
  readonly limit: number;
  readonly now: Date;
  /** Overtaken versions are kept until they were overtaken before this time. */
  readonly overtakenBefore: Date;
}

/** Runs as the operator; returns how many versions were deleted, none under legal hold. Of a removed document only an empty row stays, which tells an index that it is gone. */
export async function sweepVersions(sql: Sql, { limit, now, overtakenBefore }: SweepOptions): Promise<number> {
  const found = await sql.query<VersionName & { tenantId: TenantId }>(
    `(select v.tenant_id as "tenantId", v.document_id as "documentId", v.version
      from documents d join document_versions v on v.tenant_id = d.tenant_id and v.document_id = d.id
      where d.deleted_at is not null and d.latest_version is not null and not ${isDocumentHeld('d')} limit $1)
     union
     (select v.tenant_id, v.document_id, v.version from document_versions v
      join documents d on d.tenant_id = v.tenant_id and d.id = v.document_id
      where v.overtaken_at < $2 and not ${isDocumentHeld('d')} order by v.overtaken_at limit $1)
     limit $1`,
    [limit, overtakenBefore],
  );
  const bare = await sql.query<{ tenantId: TenantId }>(
    `select distinct d.tenant_id as "tenantId" from documents d
     where d.deleted_at is not null and d.latest_version is not null and not ${isDocumentHeld('d')}
       and not exists (select from document_versions v where v.tenant_id = d.tenant_id and v.document_id = d.id)`,
  );
  // In one order, so that two sweepers never wait for each other.
  const tenants = [...new Set([...found, ...bare].map(({ tenantId }) => tenantId))].sort();
  for (const tenant of tenants) await lockTenant(sql, tenant);
  for (const [tenant, versions] of Map.groupBy(found, ({ tenantId }) => tenantId)) {
    // One document after the other, so that its receipt counts its own.
    for (const [documentId, own] of Map.groupBy(versions, (version) => version.documentId))
      await sweepDocument(sql, { tenant, documentId, versions: own });
  }
  await emptyRemoved(sql, tenants, now);
  return found.length;
}

interface SweptDocument {
  readonly tenant: TenantId;
  readonly documentId: DocumentId;
  readonly versions: readonly VersionName[];
}

/** Rows of some versions; their files are noted as candidates, and of a removed document what its receipt will tell. */
async function sweepDocument(sql: Sql, { tenant, documentId, versions }: SweptDocument): Promise<void> {
  const { passages, vectors } = await deletePassages(sql, tenant, versions);
  const deleted = await sql.query<{ hash: string }>(
    `delete from document_versions where tenant_id = $1 and document_id = $2 and version = any($3) returning content_hash as hash`,
    [tenant, documentId, versions.map(({ version }) => version)],
  );
  // Another sweeper was first, and its receipt may be written already.
  if (deleted.length === 0) return;
  const hashes = [...new Set(deleted.map(({ hash }) => hash))];
  await leaveObjects(sql, hashes);
  await sql.query(
    `insert into document_purges as p (tenant_id, document_id, versions, passages, vectors, content_hashes)
     select $1, d.id, $3, $4, $5, $6 from documents d where d.tenant_id = $1 and d.id = $2 and d.deleted_at is not null
     on conflict (tenant_id, document_id) do update set versions = p.versions + excluded.versions,
       passages = p.passages + excluded.passages, vectors = p.vectors + excluded.vectors,
       content_hashes = array(select distinct unnest(p.content_hashes || excluded.content_hashes))`,
    [tenant, documentId, deleted.length, passages, vectors, hashes],
  );
}

/** Of a removed document without rows nothing is left that could tell what it was. */
async function emptyRemoved(sql: Sql, tenants: readonly TenantId[], now: Date): Promise<void> {
  await sql.query(
    `delete from curated_answers c using documents d
     where d.tenant_id = any($1) and d.deleted_at is not null and d.latest_version is not null
       and not exists (select from document_versions v where v.tenant_id = d.tenant_id and v.document_id = d.id)
       and c.tenant_id = d.tenant_id and c.document_id = d.id`,
    [tenants],
  );
  await sql.query(
    `with emptied as (
       update documents d set latest_version = null, current_version = null, passages = 0, waiting = 0, source = '', external_id = '',
         external_key = '', uri = null, acl = '{}', tags = '{}', metadata = '{}', given_metadata = '{}', title = '', language = null,
         stated_version = null
       where d.tenant_id = any($2) and d.deleted_at is not null and d.latest_version is not null
         and not exists (select from document_versions v where v.tenant_id = d.tenant_id and v.document_id = d.id)
       returning d.tenant_id, d.id)
     insert into document_purges (tenant_id, document_id, versions, passages, vectors, content_hashes, rows_gone_at)
     select tenant_id, id, 0, 0, 0, '{}', $1 from emptied
     on conflict (tenant_id, document_id) do update set rows_gone_at = excluded.rows_gone_at`,
    [now, tenants],
  );
}
