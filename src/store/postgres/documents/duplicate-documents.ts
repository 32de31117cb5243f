import type { DocumentId } from '../../../domain/ids.ts';
import type { Principal } from '../../../domain/principal.ts';
import type { DuplicateDocument } from '../../documents.ts';
import type { SqlDriver } from '../../sql.ts';
import { accessOf, permitted } from './access.ts';

const most = 100;

/** A passage is known again by the hash of what is embedded of it: its text under its title and headings. */
export async function readDuplicates(
  driver: SqlDriver,
  principal: Principal,
  { id, share }: { id: DocumentId; share: number },
): Promise<DuplicateDocument[] | null> {
  const rows = await driver.queryAsTenant<DuplicateDocument & { readonly stated: string | null }>(
    principal.tenantId,
    `with own as materialized (
       select d.id, d.passages, d.current_version as version, v.content_hash
       from documents d
       join document_versions v on v.tenant_id = d.tenant_id and v.document_id = d.id and v.version = d.current_version
       where ${permitted} and d.id = $4
     ), common as (
       select p.document_id as id, p.version, count(distinct p.embedding_hash) as passages
       from (
         select distinct o.embedding_hash from own
         join passages o on o.tenant_id = $1 and o.document_id = own.id and o.version = own.version
       ) o
       join passages p on p.tenant_id = $1 and p.embedding_hash = o.embedding_hash
       group by p.document_id, p.version
       union all
       select v.document_id, v.version, own.passages from own
       join document_versions v on v.tenant_id = $1 and v.content_hash = own.content_hash
     ), shares as (
       select d.*, max(case when d.id = own.id then 1
         else least(1, common.passages / greatest(d.passages, own.passages, 1)::float8) end) over (partition by d.id) as share,
         row_number() over (partition by d.id) as row
       from own, common
       join documents d on d.tenant_id = $1 and d.id = common.id and d.current_version = common.version
       where ${permitted}
     )
     select id as "documentId", source, external_id as "externalId", uri, title, tags, created_at as "createdAt",
       stated_version as stated, share
     from shares where row = 1 and share >= $5
     order by id <> $4, share desc, id limit $6`,
    [...accessOf(principal), id, share, most + 1],
  );
  if (rows.length === 0) return null;
  return rows.map(({ stated, ...row }) => (stated ? { ...row, statedVersion: stated } : row));
}
