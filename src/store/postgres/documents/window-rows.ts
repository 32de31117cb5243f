import type { Passage } from '../../../domain/passage.ts';
import type { EmbeddingStore, StoredPassage, UnwindowedText } from '../../documents.ts';
import type { SqlDriver } from '../../sql.ts';
import { allWork } from '../../workers.ts';
import { bytesColumn, textColumn } from '../columns.ts';
import { decodeWindows, encodeWindows } from './window-bytes.ts';
import { inShare } from './work-share.ts';

type WindowMethods = Pick<EmbeddingStore, 'withoutWindows' | 'saveWindows' | 'windowsWaiting'>;

/** Beside the columns of a passage `p`: windows of the active embedder and the bytes of its vector, 4 a dimension. */
export interface WindowColumns {
  readonly windows: Uint8Array | null;
  readonly vectorBytes: number | null;
}
/** Looked up one by one: while statistics are behind, a plain join compares each passage with all vectors. */
export const windowsOfPassages = `left join lateral (select v.* from embeddings v where v.tenant_id = p.tenant_id
  and v.embedder = (select embedder from active_embedder) and v.embedding_hash = p.embedding_hash limit 1) e on true`;

export function withWindows<P extends Pick<Passage, 'text'>>({
  windows,
  vectorBytes,
  ...passage
}: P & WindowColumns): Omit<P, keyof WindowColumns> & Pick<StoredPassage, 'windows'> {
  return { ...passage, windows: windows && vectorBytes ? decodeWindows(windows, passage.text, vectorBytes / 4) : [] };
}

/** A text that a current passage of a document has; `e` is a row of embeddings. */
const currentText = `select p.embedding_text as text, d.title, p.heading_path as "headingPath" from passages p
  join documents d on d.tenant_id = p.tenant_id and d.id = p.document_id and d.current_version = p.version
  where p.tenant_id = e.tenant_id and p.embedding_hash = e.embedding_hash and d.deleted_at is null limit 1`;

/** The windows' side of the embedding store: they are kept with the vector of the text that they are cut from. */
export function createWindowRows(driver: SqlDriver): WindowMethods {
  return {
    withoutWindows: (embedder, limit, { place, of } = allWork) =>
      driver.asOperator((sql) =>
        sql.query<UnwindowedText>(
          `select e.tenant_id as "tenantId", e.embedding_hash as "embeddingHash", p.text, p.title, p."headingPath"
           from embeddings e cross join lateral (${currentText}) p
           where e.embedder = $1 and e.windows is null and ${inShare('e.embedding_hash', '$3', '$4')}
           order by e.created_at limit $2`,
          [embedder, limit, place, of],
        ),
      ),

    async saveWindows(embedder, dimensions, texts) {
      for (const [tenant, group] of Map.groupBy(texts, ({ tenantId }) => tenantId))
        await driver.queryAsTenant(
          tenant,
          `update embeddings e set windows = x.windows from unnest($3::text[], $4::bytea[]) as x(hash, windows)
           where e.tenant_id = $1 and e.embedder = $2 and e.embedding_hash = x.hash`,
          [
            tenant,
            embedder,
            textColumn(group.map(({ embeddingHash }) => embeddingHash)),
            bytesColumn(group.map(({ windows }) => encodeWindows(windows, dimensions))),
          ],
        );
    },

    async windowsWaiting(embedder, tenant) {
      const text = `select count(*) as waiting from embeddings e cross join lateral (${currentText}) p
        where e.embedder = $1 and e.windows is null and ($2::text is null or e.tenant_id = $2)`;
      const values = [embedder, tenant];
      const rows = await (tenant === null
        ? driver.asOperator((sql) => sql.query<{ waiting: number }>(text, values))
        : driver.queryAsTenant<{ waiting: number }>(tenant, text, values));
      return rows[0]?.waiting ?? 0;
    },
  };
}
