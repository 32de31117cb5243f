import type { PassageId, TenantId } from '../../../domain/ids.ts';
import type { SparseVector } from '../../documents.ts';
import type { SqlDriver } from '../../sql.ts';
import type { IndexChecksum, IndexSource } from '../../vector-index.ts';
import { createIndexRows } from './index-rows.ts';
import type { JustPublished } from './just-published.ts';
import { decodeSparse } from './vector-bytes.ts';

const batchSize = 2_000;

export function createIndexSource(driver: SqlDriver, published?: JustPublished): IndexSource {
  return {
    ...createIndexRows(driver, published),
    sparseVectors: (tenant) => readSparseVectors(driver, tenant),

    async passages(tenant) {
      const rows = await driver.queryAsTenant<{ passages: number }>(
        tenant,
        `select coalesce(sum(passages), 0) as passages from documents
         where tenant_id = $1 and current_version is not null and deleted_at is null`,
        [tenant],
      );
      return rows[0]?.passages ?? 0;
    },

    async questions(tenant, limit) {
      const rows = await driver.queryAsTenant<{ text: string }>(
        tenant,
        `select text from messages where tenant_id = $1 and role = 'user' group by text order by max(ordinal) desc limit $2`,
        [tenant, limit],
      );
      return rows.map(({ text }) => text);
    },

    async checksum(tenant, embedder) {
      const bits = `('x' || substr(replace(p.id, '-', ''), 5, 16))::bit(64)`;
      const hexadecimal = (filter: string) =>
        `lpad(to_hex(coalesce(bit_xor(${bits}) ${filter}, 0::bit(64))::bigint), 16, '0')`;
      const rows = await driver.queryAsTenant<IndexChecksum>(
        tenant,
        `select count(*) as passages, count(e.embedding_hash) as embedded, ${hexadecimal('')} as checksum,
           ${hexadecimal('filter (where e.embedding_hash is not null)')} as "embeddedChecksum"
         from documents d
         join passages p on p.tenant_id = d.tenant_id and p.document_id = d.id and p.version = d.current_version
         left join embeddings e on e.tenant_id = p.tenant_id and e.embedder = $2 and e.embedding_hash = p.embedding_hash
         where d.tenant_id = $1 and d.deleted_at is null`,
        [tenant, embedder],
      );
      return rows[0] ?? { passages: 0, embedded: 0, checksum: '0'.repeat(16), embeddedChecksum: '0'.repeat(16) };
    },
  };
}

/** By pages of the key, so that no statement holds all of a large tenant. */
async function* readSparseVectors(driver: SqlDriver, tenant: TenantId): AsyncGenerator<SparseVector[]> {
  let after = '';
  for (;;) {
    const rows = await driver.queryAsTenant<{ id: PassageId; sparse: Uint8Array }>(
      tenant,
      `select p.id, p.sparse from passages p
       join documents d on d.tenant_id = p.tenant_id and d.id = p.document_id and d.current_version = p.version
       where p.tenant_id = $1 and d.deleted_at is null and p.id > $2 order by p.id limit ${batchSize}`,
      [tenant, after],
    );
    const last = rows.at(-1);
    if (last === undefined) return;
    yield rows.map(({ sparse }) => decodeSparse(sparse));
    after = last.id;
  }
}
