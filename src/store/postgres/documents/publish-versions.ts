import { AppError } from '../../../domain/errors.ts';
import type { DocumentId, TenantId } from '../../../domain/ids.ts';
import { metadataOf } from '../../../domain/metadata.ts';
import type { PreparedPassage, PreparedVersion } from '../../documents.ts';
import type { Sql } from '../../sql.ts';
import { readMetadataFields } from '../metadata-field-store.ts';
import { encodeArray, encodeJson } from '../sql-values.ts';
import { deletePassages } from './remove-documents.ts';
import { raiseGeneration } from './tenant-lock.ts';
import { encodeSparse } from './vector-bytes.ts';

interface PublishOptions {
  readonly tenant: TenantId;
  readonly versions: readonly PreparedVersion[];
  readonly now: Date;
}

interface QueuedRow {
  readonly documentId: DocumentId;
  readonly version: number;
  readonly queueNumber: number;
  readonly currentVersion: number | null;
}

interface Publication {
  readonly prepared: PreparedVersion;
  readonly queued: QueuedRow;
  /** Passages that still need a vector. */
  waiting: number;
}

/** Bounds the parameter of one statement: a passage takes about 3 kB. */
const passagesPerStatement = 1_000;

/** Runs inside a transaction of the tenant: readers see all of it or nothing. */
export async function publishVersions(sql: Sql, { tenant, versions, now }: PublishOptions): Promise<void> {
  const generation = await raiseGeneration(sql, tenant);
  const publications = await readPublications(sql, tenant, versions);
  if (publications.length === 0) return;
  await insertPassages(sql, tenant, publications);
  await flipVersions(sql, publications, { tenant, generation, now });
  const replaced = publications.filter(({ queued }) => queued.currentVersion !== null);
  if (replaced.length > 0) await overtake(sql, replaced, { tenant, now });
}

/** Of these versions, those that are still wanted: queued, the newest of their document, and not removed. */
async function readPublications(
  sql: Sql,
  tenant: TenantId,
  versions: readonly PreparedVersion[],
): Promise<Publication[]> {
  const rows = await sql.query<QueuedRow>(
    `select v.document_id as "documentId", v.version, v.queue_number as "queueNumber", d.current_version as "currentVersion"
     from unnest($2::text[], $3::integer[]) as x(document_id, version)
     join document_versions v on v.tenant_id = $1 and v.document_id = x.document_id and v.version = x.version
     join documents d on d.tenant_id = $1 and d.id = x.document_id and d.latest_version = x.version
     where v.state = 'queued' and d.deleted_at is null`,
    [tenant, versions.map(({ documentId }) => documentId), versions.map(({ version }) => version)],
  );
  return rows.flatMap((queued) => {
    const prepared = versions.find(
      ({ documentId, version }) => documentId === queued.documentId && version === queued.version,
    );
    return prepared ? [{ prepared, queued, waiting: 0 }] : [];
  });
}

async function insertPassages(sql: Sql, tenant: TenantId, publications: readonly Publication[]): Promise<void> {
  const entries = publications.flatMap((publication) =>
    publication.prepared.passages.map((passage) => ({ publication, passage })),
  );
  const waiting = new Map<string, number>();
  let written = 0;
  for (let start = 0; start < entries.length; start += passagesPerStatement) {
    const rows = await insertSome(sql, tenant, entries.slice(start, start + passagesPerStatement));
    for (const row of rows) {
      waiting.set(row.documentId, (waiting.get(row.documentId) ?? 0) + row.waiting);
      written += row.passages;
    }
  }
  if (written !== entries.length)
    throw new AppError('INTERNAL', `Of ${entries.length} passages only ${written} were written.`);
  for (const publication of publications) publication.waiting = waiting.get(publication.prepared.documentId) ?? 0;
}

type PassageEntry = { readonly publication: Publication; readonly passage: PreparedPassage };

/** A passage whose text was embedded before has its vector from the start; the others wait for theirs. */
async function insertSome(
  sql: Sql,
  tenant: TenantId,
  entries: readonly PassageEntry[],
): Promise<{ documentId: string; passages: number; waiting: number }[]> {
  const column = <T>(read: (entry: PassageEntry) => T): T[] => entries.map(read);
  return await sql.query(
    `with x as materialized (
       select * from unnest($2::text[], $3::integer[], $4::bigint[], $5::integer[], $6::text[], $7::text[], $8::integer[],
         $9::integer[], $10::text[], $11::integer[], $12::bytea[], $13::text[], $14::text[], $15::text[])
         as x(document_id, version, queue_number, ordinal, id, text, start_offset, end_offset, heading_path, page, sparse,
           embedding_hash, embedding_text, cells)
     ), added as (
       insert into passages (tenant_id, document_id, version, ordinal, id, text, start_offset, end_offset,
         heading_path, page, sparse, embedding_hash, embedding_text, cells)
       select $1, document_id, version, ordinal, id, text, start_offset, end_offset,
         heading_path::text[], page, sparse, embedding_hash, embedding_text, cells
       from x returning id
     ), waiting as materialized (
       select x.* from x where not exists (
         select from embeddings e where e.tenant_id = $1 and e.embedding_hash = x.embedding_hash
           and e.embedder = (select embedder from active_embedder))
     ), queued as (
       insert into embedding_queue (tenant_id, embedding_hash, queue_number, ordinal)
       select $1, embedding_hash, queue_number, ordinal from waiting order by queue_number, ordinal on conflict do nothing
     )
     select x.document_id as "documentId", count(added.id) as passages, count(waiting.id) as waiting
     from x left join added on added.id = x.id left join waiting on waiting.id = x.id group by x.document_id`,
    [
      tenant,
      column(({ publication }) => publication.prepared.documentId),
      column(({ publication }) => publication.prepared.version),
      column(({ publication }) => publication.queued.queueNumber),
      column(({ passage }) => passage.ordinal),
      column(({ passage }) => passage.id),
      column(({ passage }) => passage.text),
      column(({ passage }) => passage.start),
      column(({ passage }) => passage.end),
      // Each path is written as an array, to be read as one: JSON would be taken apart by a query for each row.
      column(({ passage }) => encodeArray(passage.headingPath)),
      column(({ passage }) => passage.page),
      column(({ passage }) => encodeSparse(passage.sparse)),
      column(({ passage }) => passage.embeddingHash),
      column(({ passage }) => passage.embeddingText),
      column(({ passage }) => passage.cells),
    ],
  );
}

interface FlipOptions {
  readonly tenant: TenantId;
  readonly generation: number;
  readonly now: Date;
}

async function flipVersions(
  sql: Sql,
  publications: readonly Publication[],
  { tenant, generation, now }: FlipOptions,
): Promise<void> {
  const column = <T>(read: (publication: Publication) => T): T[] => publications.map(read);
  const ids = column(({ prepared }) => prepared.documentId);
  const versions = column(({ prepared }) => prepared.version);
  const declared = await readMetadataFields(sql, tenant);
  await sql.query(
    `update documents d set current_version = x.version, title = x.title, language = x.language, passages = x.passages,
       waiting = x.waiting, generation = $8, updated_at = $9, metadata = x.found || d.given_metadata
     from unnest($2::text[], $3::integer[], $4::text[], $5::text[], $6::integer[], $7::integer[], $10::jsonb[])
       as x(id, version, title, language, passages, waiting, found)
     where d.tenant_id = $1 and d.id = x.id`,
    [
      tenant,
      ids,
      versions,
      column(({ prepared }) => prepared.title),
      column(({ prepared }) => prepared.language),
      column(({ prepared }) => prepared.passages.length),
      column(({ waiting }) => waiting),
      generation,
      now,
      column(({ prepared }) => encodeJson(metadataOf(prepared.properties, declared))),
    ],
  );
  await sql.query(
    `update document_versions v set state = 'ready', content = x.content, quality = x.quality, properties = x.properties, lease_until = null, claimed_by = null
     from unnest($2::text[], $3::integer[], $4::text[], $5::jsonb[], $6::jsonb[]) as x(document_id, version, content, quality, properties)
     where v.tenant_id = $1 and v.document_id = x.document_id and v.version = x.version`,
    [
      tenant,
      ids,
      versions,
      column(({ prepared }) => prepared.content),
      column(({ prepared }) => encodeJson(prepared.quality)),
      column(({ prepared }) => encodeJson(prepared.properties)),
    ],
  );
  await sql.query(
    `update job_items i set state = 'done', title = x.title, finished_at = $6
     from unnest($2::text[], $3::text[], $4::integer[], $5::text[]) as x(job_id, document_id, version, title)
     where i.tenant_id = $1 and i.job_id = x.job_id and i.document_id = x.document_id and i.version = x.version`,
    [tenant, column(({ prepared }) => prepared.jobId), ids, versions, column(({ prepared }) => prepared.title), now],
  );
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
