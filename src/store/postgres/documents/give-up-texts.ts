import type { TenantId } from '../../../domain/ids.ts';
import type { EmbeddingStore } from '../../documents.ts';
import type { Sql } from '../../sql.ts';
import { lockTenant } from './tenant-lock.ts';

interface GiveUpOptions {
  readonly tenant: TenantId;
  readonly embedder: string;
  readonly refused: Parameters<EmbeddingStore['giveUp']>[1];
}

/** The version of each document concerned keeps the reason of its first such passage, and stays visible. */
export async function giveUpTexts(sql: Sql, { tenant, embedder, refused }: GiveUpOptions): Promise<void> {
  await lockTenant(sql, tenant);
  await sql.query(
    `with x as (
       select * from unnest($3::text[], $4::text[], $5::text[]) as x(hash, code, detail)
     ), given_up as (
       delete from embedding_queue q using x
       where q.tenant_id = $1 and q.embedding_hash = x.hash and $2 = (select embedder from active_embedder)
       returning x.*
     ), concerned as (
       select p.document_id, p.version, count(*) as passages, min(p.ordinal) as ordinal,
         (array_agg(g.code order by p.ordinal))[1] as code, (array_agg(g.detail order by p.ordinal))[1] as detail
       from given_up g
       join passages p on p.tenant_id = $1 and p.embedding_hash = g.hash
       join documents d on d.tenant_id = $1 and d.id = p.document_id and d.current_version = p.version
       group by p.document_id, p.version
     ), noted as (
       update document_versions v set error_code = coalesce(v.error_code, c.code), error_detail = coalesce(v.error_detail,
         'Passage ' || c.ordinal || ' is found by its words only, because the embedder refuses its text: ' || c.detail)
       from concerned c where v.tenant_id = $1 and v.document_id = c.document_id and v.version = c.version)
     update documents d set waiting = d.waiting - c.passages
     from concerned c where d.tenant_id = $1 and d.id = c.document_id and d.current_version = c.version`,
    [
      tenant,
      embedder,
      refused.map(({ embeddingHash }) => embeddingHash),
      refused.map(({ reason }) => reason.code),
      refused.map(({ reason }) => reason.detail),
    ],
  );
}
