import type { Properties } from '../../../domain/document.ts';
import { AppError } from '../../../domain/errors.ts';
import type { DocumentId, TenantId } from '../../../domain/ids.ts';
import { type MetadataField, metadataOf } from '../../../domain/metadata.ts';
import type { PreparedPassage, PreparedVersion } from '../../documents.ts';
import type { Sql, SqlDriver } from '../../sql.ts';
import { bytesColumn, integerColumn, textColumn } from '../columns.ts';
import { readMetadataFields } from '../metadata-field-store.ts';
import { encodeArray, encodeJson } from '../sql-values.ts';
import { deletePassages } from './remove-documents.ts';
import { lockTenant, raiseGeneration } from './tenant-lock.ts';
import { encodeSparse } from './vector-bytes.ts';

interface PublishOptions {
  readonly tenant: TenantId;
  readonly versions: readonly PreparedVersion[];
  readonly now: Date;
}

interface QueuedRow {
  readonly documentId: DocumentId;
  readonly version: number;
  readonly currentVersion: number | null;
}

interface Publication {
  readonly prepared: PreparedVersion;
  readonly queued: QueuedRow;
}

/** Passages of each document's version, and those of them that still need a vector. */
type PassageCounts = ReadonlyMap<DocumentId, { readonly passages: number; readonly waiting: number }>;

/** Bounds the parameter of one statement: a passage takes about 3 kB. */
const passagesPerStatement = 1_000;
/** A version with more passages is staged, so many of them by a transaction. */
const stagedFrom = 500;
const stagedTogether = 150;

/** Runs inside a transaction of the tenant, after `stagePassages` of each version: readers see all of it or nothing. */
export async function publishVersions(sql: Sql, { tenant, versions, now }: PublishOptions): Promise<void> {
  const short = versions.filter((version) => !isStaged(version));
  // In one round trip, though the first says whether the others are wanted: on one connection, questions wait meanwhile.
  const [generation, publications, declared, , written] = await Promise.all([
    raiseGeneration(sql, tenant),
    readPublications(sql, tenant, versions),
    readMetadataFields(sql, tenant),
    insertPassages(sql, tenant, short),
    queueTexts(sql, tenant, versions),
  ]);
  if (publications.length === 0) return;
  const counts = await completePassages(sql, tenant, { publications, written });
  const replaced = publications.filter(({ queued }) => queued.currentVersion !== null);
  if (replaced.length > 0) await overtake(sql, replaced, { tenant, now });
  await flipVersions(sql, publications, { tenant, generation, declared, counts, now });
}

/** Of the versions in $2 and $3, those that are still wanted: queued, the newest of their document, and not removed. */
const wantedVersions = `from unnest($2::text[], $3::integer[]) as x(document_id, version)
  join document_versions v on v.tenant_id = $1 and v.document_id = x.document_id and v.version = x.version
  join documents d on d.tenant_id = $1 and d.id = x.document_id and d.latest_version = x.version
  where v.state = 'queued' and d.deleted_at is null`;

const placesOf = (tenant: TenantId, versions: readonly PreparedVersion[]) => [
  tenant,
  versions.map(({ documentId }) => documentId),
  versions.map(({ version }) => version),
];

async function readPublications(
  sql: Sql,
  tenant: TenantId,
  versions: readonly PreparedVersion[],
): Promise<Publication[]> {
  const rows = await sql.query<QueuedRow>(
    `select v.document_id as "documentId", v.version, d.current_version as "currentVersion"
     ${wantedVersions}`,
    placesOf(tenant, versions),
  );
  return rows.flatMap((queued) => {
    const prepared = versions.find(
      ({ documentId, version }) => documentId === queued.documentId && version === queued.version,
    );
    return prepared ? [{ prepared, queued }] : [];
  });
}

/** Where an attempt that ended before it published has left other passages, they are in the way: such versions are written anew. */
async function completePassages(
  sql: Sql,
  tenant: TenantId,
  { publications, written }: { readonly publications: readonly Publication[]; readonly written: PassageCounts },
): Promise<PassageCounts> {
  const incomplete = (counts: PassageCounts, versions: readonly PreparedVersion[]) =>
    versions.filter(({ documentId, passages }) => (counts.get(documentId)?.passages ?? 0) !== passages.length);
  const prepared = publications.map((publication) => publication.prepared);
  const broken = incomplete(written, prepared);
  if (broken.length === 0) return written;
  await deletePassages(sql, tenant, broken);
  const [, again] = await Promise.all([insertPassages(sql, tenant, broken), queueTexts(sql, tenant, broken)]);
  if (incomplete(again, broken).length > 0) throw new AppError('INTERNAL', 'Not all passages were written.');
  return new Map([...written, ...again]);
}

async function insertPassages(sql: Sql, tenant: TenantId, versions: readonly PreparedVersion[]): Promise<void> {
  const rows = versions.flatMap(toRows);
  const inserting = [];
  for (let start = 0; start < rows.length; start += passagesPerStatement)
    inserting.push(insertRows(sql, tenant, { versions, rows: rows.slice(start, start + passagesPerStatement) }));
  await Promise.all(inserting);
}

/**
 * Writes the passages of a long version in transactions of their own, before the one that publishes: with one connection, questions would
 * wait for all of them. Nobody sees them until then; they go with a version that is dropped meanwhile, and the next attempt begins anew.
 */
export async function stagePassages(driver: SqlDriver, version: PreparedVersion): Promise<void> {
  if (!isStaged(version)) return;
  const { tenantId } = version;
  const isWanted = async (sql: Sql) => {
    const [, wanted] = await Promise.all([
      lockTenant(sql, tenantId),
      sql.query(`select ${wantedVersions}`, placesOf(tenantId, [version])),
    ]);
    return wanted.length > 0;
  };
  const rows = toRows(version);
  const begun = await driver.asTenant(tenantId, async (sql) => {
    if (!(await isWanted(sql))) return false;
    await deletePassages(sql, tenantId, [version]);
    return true;
  });
  if (!begun) return;
  for (let start = 0; start < rows.length; start += stagedTogether) {
    const some = { versions: [version], rows: rows.slice(start, start + stagedTogether) };
    const [goesOn] = await driver.asTenant(tenantId, (sql) =>
      Promise.all([isWanted(sql), insertRows(sql, tenantId, some)]),
    );
    if (!goesOn) return;
  }
}

function isStaged({ passages }: PreparedVersion): boolean {
  return passages.length > stagedFrom;
}

type PassageRow = PreparedPassage & Pick<PreparedVersion, 'documentId' | 'version'>;

function toRows({ documentId, version, passages }: PreparedVersion): PassageRow[] {
  return passages.map((passage) => ({ ...passage, documentId, version }));
}

/** Rows of versions that nobody wants any more are left out. */
async function insertRows(
  sql: Sql,
  tenant: TenantId,
  { versions, rows }: { readonly versions: readonly PreparedVersion[]; readonly rows: readonly PassageRow[] },
): Promise<void> {
  const column = <T>(read: (row: PassageRow) => T): T[] => rows.map(read);
  await sql.query(
    `insert into passages (tenant_id, document_id, version, ordinal, id, text, start_offset, end_offset,
       heading_path, page, sparse, embedding_hash, embedding_text, cells)
     select $1, document_id, version, ordinal, id, text, start_offset, end_offset,
       heading_path::text[], page, sparse, embedding_hash, embedding_text, cells
     from unnest($4::text[], $5::integer[], $6::integer[], $7::text[], $8::text[], $9::integer[], $10::integer[], $11::text[],
       $12::integer[], $13::bytea[], $14::text[], $15::text[], $16::text[])
       as x(document_id, version, ordinal, id, text, start_offset, end_offset, heading_path, page, sparse,
         embedding_hash, embedding_text, cells)
     where document_id || ' ' || version = any(array(select v.document_id || ' ' || v.version ${wantedVersions}))
     on conflict do nothing`,
    [
      ...placesOf(tenant, versions),
      textColumn(column(({ documentId }) => documentId)),
      integerColumn(column(({ version }) => version)),
      integerColumn(column(({ ordinal }) => ordinal)),
      textColumn(column(({ id }) => id)),
      textColumn(column(({ text }) => text)),
      integerColumn(column(({ start }) => start)),
      integerColumn(column(({ end }) => end)),
      // Each path is written as an array, to be read as one: JSON would be taken apart by a query for each row.
      textColumn(column(({ headingPath }) => encodeArray(headingPath))),
      integerColumn(column(({ page }) => page)),
      bytesColumn(column(({ sparse }) => encodeSparse(sparse))),
      textColumn(column(({ embeddingHash }) => embeddingHash)),
      textColumn(column(({ embeddingText }) => embeddingText)),
      textColumn(column(({ cells }) => cells)),
    ],
  );
}

/** A passage whose text was embedded before has its vector from the start; the others wait for theirs. */
async function queueTexts(sql: Sql, tenant: TenantId, versions: readonly PreparedVersion[]): Promise<PassageCounts> {
  const rows = await sql.query<{ documentId: DocumentId; passages: number; waiting: number }>(
    `with wanted as materialized (
       select v.document_id, v.version, v.queue_number ${wantedVersions}
     ), own as materialized (
       select p.document_id, p.ordinal, p.embedding_hash, w.queue_number, not exists (
         select from embeddings e where e.tenant_id = $1 and e.embedding_hash = p.embedding_hash
           and e.embedder = (select embedder from active_embedder)) as waits
       from wanted w join passages p on p.tenant_id = $1 and p.document_id = w.document_id and p.version = w.version
     ), queued as (
       insert into embedding_queue (tenant_id, embedding_hash, queue_number, ordinal)
       select $1, embedding_hash, queue_number, ordinal from own where waits order by queue_number, ordinal on conflict do nothing
     )
     select document_id as "documentId", count(*) as passages, count(*) filter (where waits) as waiting from own group by document_id`,
    placesOf(tenant, versions),
  );
  return new Map(rows.map(({ documentId, ...counts }) => [documentId, counts]));
}

/** Names under which files state the version of a product, in front matter as a rule. */
const versionProperties = ['product_version', 'product-version', 'productversion', 'version'];

function statedVersion(properties: Properties): string | null {
  const name = versionProperties.find((each) => properties[each] !== undefined);
  return name === undefined ? null : (properties[name] ?? null);
}

interface FlipOptions {
  readonly tenant: TenantId;
  readonly generation: number;
  readonly declared: readonly MetadataField[];
  readonly counts: PassageCounts;
  readonly now: Date;
}

/** The last of a publication: it ends the transaction. */
async function flipVersions(
  sql: Sql,
  publications: readonly Publication[],
  { tenant, generation, declared, counts, now }: FlipOptions,
): Promise<void> {
  const column = <T>(read: (publication: Publication) => T): T[] => publications.map(read);
  const ids = column(({ prepared }) => prepared.documentId);
  const versions = column(({ prepared }) => prepared.version);
  await Promise.all([
    sql.query(
      `update documents d set current_version = x.version, title = x.title, language = x.language, passages = x.passages,
       waiting = x.waiting, generation = $8, updated_at = $9, metadata = x.found || d.given_metadata,
       stated_version = x.stated
     from unnest($2::text[], $3::integer[], $4::text[], $5::text[], $6::integer[], $7::integer[], $10::jsonb[], $11::text[])
       as x(id, version, title, language, passages, waiting, found, stated)
     where d.tenant_id = $1 and d.id = x.id`,
      [
        tenant,
        ids,
        versions,
        column(({ prepared }) => prepared.title),
        column(({ prepared }) => prepared.language),
        column(({ prepared }) => prepared.passages.length),
        column(({ prepared }) => counts.get(prepared.documentId)?.waiting ?? 0),
        generation,
        now,
        column(({ prepared }) => encodeJson(metadataOf(prepared.properties, declared))),
        column(({ prepared }) => statedVersion(prepared.properties)),
      ],
    ),
    sql.query(
      `update document_versions v set state = 'ready', content = x.content, quality = x.quality, properties = x.properties, lease_until = null, claimed_by = null
     from unnest($2::text[], $3::integer[], $4::text[], $5::jsonb[], $6::jsonb[]) as x(document_id, version, content, quality, properties)
     where v.tenant_id = $1 and v.document_id = x.document_id and v.version = x.version`,
      [
        tenant,
        ids,
        versions,
        textColumn(column(({ prepared }) => prepared.content)),
        column(({ prepared }) => encodeJson(prepared.quality)),
        column(({ prepared }) => encodeJson(prepared.properties)),
      ],
    ),
    sql.queryLast(
      `update job_items i set state = 'done', title = x.title, finished_at = $6
     from unnest($2::text[], $3::text[], $4::integer[], $5::text[]) as x(job_id, document_id, version, title)
     where i.tenant_id = $1 and i.job_id = x.job_id and i.document_id = x.document_id and i.version = x.version`,
      [tenant, column(({ prepared }) => prepared.jobId), ids, versions, column(({ prepared }) => prepared.title), now],
    ),
  ]);
}

/** The text of an older version stays for those who still look at it; its passages are of no more use. */
async function overtake(
  sql: Sql,
  replaced: readonly Publication[],
  { tenant, now }: { tenant: TenantId; now: Date },
): Promise<void> {
  const older = await sql.query<{ documentId: DocumentId; version: number }>(
    `update document_versions v set overtaken_at = $4
     from unnest($2::text[], $3::integer[]) as x(document_id, version)
     where v.tenant_id = $1 and v.document_id = x.document_id and v.version < x.version and v.overtaken_at is null
     returning v.document_id as "documentId", v.version`,
    [
      tenant,
      replaced.map(({ prepared }) => prepared.documentId),
      replaced.map(({ prepared }) => prepared.version),
      now,
    ],
  );
  await deletePassages(sql, tenant, older);
}
