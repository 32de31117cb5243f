import type { DocumentId, PassageId, TenantId } from '../../../domain/ids.ts';
import type { SqlDriver } from '../../sql.ts';
import type { IndexChange, IndexPoint, IndexRows } from '../../vector-index.ts';
import { bindingValues, filterCondition } from './filter-condition.ts';
import { createJustPublished, type JustPublished, type PublishedPassage } from './just-published.ts';
import { decodeDense, decodeSparse } from './vector-bytes.ts';

/** Passages that are read together: about 3 MB. */
const batchSize = 1_000;

/** A stretch of passages that one statement reads; only a document with more than `batchSize` passages is cut. */
interface Stretch {
  readonly documents: DocumentId[];
  readonly from: number;
  readonly to: number;
}

interface PointRow {
  readonly id: PassageId;
  readonly documentId: DocumentId;
  readonly version: number;
  readonly sparse: Uint8Array;
  readonly vector: Uint8Array | null;
  readonly content: string | null;
}

type DocumentPayload = Omit<IndexPoint, 'id' | 'documentId' | 'version' | 'sparse' | 'dense'> & {
  readonly id: DocumentId;
};

/** `published`: versions that this process has published lately. */
export function createIndexRows(driver: SqlDriver, published: JustPublished = createJustPublished()): IndexRows {
  return {
    async generation(tenant) {
      const rows = await driver.queryAsTenant<{ generation: number }>(
        tenant,
        'select generation from tenants where id = $1',
        [tenant],
      );
      return rows[0]?.generation ?? 0;
    },

    /** One statement, so that the generation and the changes are of one moment. */
    async changesSince(tenant, generation) {
      const rows = await driver.queryAsTenant<{ generation: number } & (IndexChange | { documentId: null })>(
        tenant,
        `select t.generation, d.id as "documentId",
           case when d.deleted_at is null then d.current_version end as version,
           case when d.deleted_at is null then d.passages else 0 end as passages,
           case when d.deleted_at is null then d.passages - d.waiting else 0 end as embedded
         from tenants t left join documents d on d.tenant_id = t.id and d.generation > $2
           and (d.current_version is not null and d.deleted_at is null or $2 > 0 and d.deleted_at is not null)
         where t.id = $1`,
        [tenant, generation],
      );
      const changes = rows.flatMap((row) =>
        row.documentId === null
          ? []
          : [{ documentId: row.documentId, version: row.version, passages: row.passages, embedded: row.embedded }],
      );
      return { generation: rows[0]?.generation ?? 0, changes };
    },

    points: (tenant, embedder, documents, { content } = { content: false }) =>
      readPoints(driver, documents, { tenant, embedder, content, published }),

    async documentsMatching(tenant, clause, limit) {
      const { values, bind } = bindingValues(tenant, limit + 1);
      const rows = await driver.queryAsTenant<{ id: DocumentId }>(
        tenant,
        `select d.id from documents d where d.tenant_id = $1 and d.deleted_at is null and d.current_version is not null
           and ${filterCondition(clause, bind)} order by d.id limit $2`,
        values,
      );
      return { documents: rows.slice(0, limit).map(({ id }) => id), isComplete: rows.length <= limit };
    },
  };
}

interface PointsOptions {
  readonly tenant: TenantId;
  readonly embedder: string;
  readonly content: boolean;
  readonly published: JustPublished;
}

const payloadsOfDocuments = `select id, source, acl, tags, language, title, uri, created_at as "createdAt", updated_at as "updatedAt", metadata
  from documents where tenant_id = $1 and id = any($2) and deleted_at is null`;

async function* readPoints(
  driver: SqlDriver,
  documents: readonly IndexChange[],
  options: PointsOptions,
): AsyncGenerator<IndexPoint[]> {
  const known: KnownVersions = options.content ? new Map() : takeKnown(options.published, documents);
  if (known.size > 0) yield await readKnown(driver, options.tenant, known);
  yield* readStretches(driver, toStretches(documents.filter(({ documentId }) => !known.has(documentId))), options);
}

/** Passages of a version that has no vector yet, by its document. */
type KnownVersions = ReadonlyMap<DocumentId, readonly PublishedPassage[]>;

/** What this process has just published and none of whose passages has a vector is known as a whole, except what may change of its document. */
function takeKnown(published: JustPublished, documents: readonly IndexChange[]): KnownVersions {
  return new Map(
    documents.flatMap(({ documentId, version, passages, embedded }) => {
      const known = version === null ? null : published.take(documentId, version);
      return known?.length === passages && embedded === 0 ? [[documentId, known]] : [];
    }),
  );
}

async function readKnown(driver: SqlDriver, tenant: TenantId, known: KnownVersions): Promise<IndexPoint[]> {
  const payloads = await driver.queryAsTenant<DocumentPayload>(tenant, payloadsOfDocuments, [
    tenant,
    [...known.keys()],
  ]);
  return payloads.flatMap(({ id: documentId, ...payload }) =>
    (known.get(documentId) ?? []).map((passage) => ({ ...payload, ...passage, documentId, dense: null })),
  );
}

/** The next batch is on its way while the caller works on the one before. */
async function* readStretches(
  driver: SqlDriver,
  stretches: readonly Stretch[],
  options: PointsOptions,
): AsyncGenerator<IndexPoint[]> {
  let next: Promise<IndexPoint[]> | null = null;
  for (const [index, stretch] of stretches.entries()) {
    const current: Promise<IndexPoint[]> = next ?? readStretch(driver, options, stretch);
    const following = stretches[index + 1];
    const points = await current;
    next = following ? readStretch(driver, options, following) : null;
    // The caller may stop before it takes the batch; its failure is then nobody's.
    next?.catch(() => {});
    if (points.length > 0) yield points;
  }
}

function toStretches(documents: readonly IndexChange[]): Stretch[] {
  const stretches: Stretch[] = [];
  let open: Stretch | null = null;
  let size = 0;
  for (const { documentId, passages } of documents) {
    if (passages > batchSize) {
      for (let from = 0; from < passages; from += batchSize)
        stretches.push({ documents: [documentId], from, to: from + batchSize });
      continue;
    }
    if (open === null || size + passages > batchSize) {
      open = { documents: [], from: 0, to: batchSize };
      stretches.push(open);
      size = 0;
    }
    open.documents.push(documentId);
    size += passages;
  }
  return stretches;
}

async function readStretch(
  driver: SqlDriver,
  { tenant, embedder, content }: PointsOptions,
  { documents, from, to }: Stretch,
): Promise<IndexPoint[]> {
  return await driver.asTenant(tenant, async (sql) => {
    const [payloads, rows] = await Promise.all([
      sql.query<DocumentPayload>(payloadsOfDocuments, [tenant, documents]),
      sql.queryLast<PointRow>(
        // Not a join: while statistics are behind, its plan compares each passage with all vectors.
        `select p.id, p.document_id as "documentId", p.version, p.sparse, case when $6 then p.text end as content,
           (select e.vector from embeddings e
            where e.tenant_id = p.tenant_id and e.embedder = $2 and e.embedding_hash = p.embedding_hash) as vector
         from documents d
         join passages p on p.tenant_id = d.tenant_id and p.document_id = d.id and p.version = d.current_version
         where d.tenant_id = $1 and d.id = any($3) and d.deleted_at is null and p.ordinal >= $4 and p.ordinal < $5
         order by p.document_id, p.ordinal`,
        [tenant, embedder, documents, from, to, content],
      ),
    ]);
    const payloadOf = new Map(payloads.map((payload) => [payload.id, payload]));
    return rows.flatMap((row) => {
      const payload = payloadOf.get(row.documentId);
      return payload ? [toPoint(row, payload)] : [];
    });
  });
}

function toPoint(row: PointRow, { id: documentId, ...payload }: DocumentPayload): IndexPoint {
  return {
    ...payload,
    id: row.id,
    documentId,
    version: row.version,
    sparse: decodeSparse(row.sparse),
    dense: row.vector ? decodeDense(row.vector) : null,
    ...(row.content === null ? {} : { content: row.content }),
  };
}
