import { createHash } from 'node:crypto';
import { AppError } from '../../../domain/errors.ts';
import { type DocumentId, type JobId, newId, type SourceId, type TenantId } from '../../../domain/ids.ts';
import { type Metadata, readMetadata } from '../../../domain/metadata.ts';
import type { IncomingDocument, Registration } from '../../documents.ts';
import type { Sql } from '../../sql.ts';
import { readMetadataFields } from '../metadata-field-store.ts';
import { encodeJson } from '../sql-values.ts';
import { holdObjects, leaveObjects } from './object-lock.ts';
import { registerCurated } from './register-curated.ts';
import { lockTenant, raiseGeneration } from './tenant-lock.ts';
import { documentsOfJob, turnOf } from './version-queue.ts';

interface KnownDocument {
  readonly id: DocumentId;
  readonly externalKey: string;
  readonly uri: string | null;
  readonly acl: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
  readonly metadata: Metadata;
  readonly lastVersion: number;
  readonly latestVersion: number;
  readonly state: 'queued' | 'ready' | 'failed';
  readonly contentHash: string;
  readonly mediaType: string;
  readonly fileName: string;
  readonly givenTitle: string | null;
  readonly givenLanguage: string | null;
}

/** What has to be written for one incoming document. */
interface Plan {
  readonly incoming: IncomingDocument;
  readonly externalKey: string;
  readonly known: KnownDocument | null;
  readonly documentId: DocumentId;
  readonly version: number;
  readonly outcome: Registration['outcome'];
  /** A new version has to be read; else only access list, tags, metadata or address changed. */
  readonly isQueued: boolean;
  readonly isMetadataChanged: boolean;
}

interface RegisterOptions {
  readonly tenant: TenantId;
  readonly jobId: JobId | null;
  readonly incoming: readonly IncomingDocument[];
  readonly now: Date;
}

/** Runs inside a transaction of the tenant. A document that stands twice in the list takes its later form. */
export async function registerDocuments(sql: Sql, options: RegisterOptions): Promise<Registration[]> {
  const { tenant, now } = options;
  const keys = new Set(options.incoming.map(externalKeyOf));
  const [, incoming, known] = await Promise.all([
    lockTenant(sql, tenant),
    readIncoming(sql, options),
    readKnown(sql, tenant, [...keys]),
  ]);
  const newest = new Map(incoming.map((document) => [externalKeyOf(document), document]));
  const plans = new Map(
    [...newest].map(([externalKey, document]) => [
      externalKey,
      plan(externalKey, document, known.get(externalKey), now),
    ]),
  );
  const queued = [...plans.values()].filter(({ isQueued }) => isQueued);
  const hashes = queued.map(({ incoming: { contentHash } }) => contentHash);
  const [jobId] = await Promise.all([openJob(sql, options, queued.length > 0), holdObjects(sql, hashes)]);
  const changed = [...plans.values()].filter(({ outcome, known: before }) => outcome === 'changed' && before);
  if (changed.length > 0) await updateDocuments(sql, options, changed);
  for (const { documentId, incoming: document } of plans.values())
    if (document.curated)
      await registerCurated(sql, { tenant, id: document.externalId, documentId, curated: document.curated, now });
  if (queued.length > 0 && jobId) await queueVersions(sql, { ...options, jobId }, queued);
  return incoming.map((document) => {
    const { documentId, version, outcome, isQueued } = plans.get(externalKeyOf(document)) ?? unplanned();
    return { documentId, version, outcome, jobId: isQueued ? jobId : options.jobId };
  });
}

async function readIncoming(sql: Sql, options: RegisterOptions): Promise<readonly IncomingDocument[]> {
  return await withInherited(sql, options.tenant, await readDeclared(sql, options));
}

/** The documents with their metadata as it is kept. Throws INVALID_REQUEST for what is not declared. */
async function readDeclared(sql: Sql, { tenant, incoming }: RegisterOptions): Promise<readonly IncomingDocument[]> {
  if (incoming.every(({ metadata }) => Object.keys(metadata).length === 0)) return incoming;
  const declared = await readMetadataFields(sql, tenant);
  return incoming.map((document) => ({ ...document, metadata: readMetadata(document.metadata, declared) }));
}

/** What a run knew of its source when it began may be out of date: the source's row counts. A source that is gone has nothing to give. */
async function withInherited(
  sql: Sql,
  tenant: TenantId,
  incoming: readonly IncomingDocument[],
): Promise<readonly IncomingDocument[]> {
  const sources = [...new Set(incoming.flatMap(({ inherits }) => inherits?.source ?? []))];
  if (sources.length === 0) return incoming;
  const rows = await sql.query<Pick<IncomingDocument, 'acl' | 'tags'> & { id: SourceId }>(
    'select id, acl, tags from sources where tenant_id = $1 and id = any($2)',
    [tenant, sources],
  );
  const given = new Map(rows.map((row) => [row.id, row]));
  return incoming.map((document) => {
    const source = document.inherits && given.get(document.inherits.source);
    if (!source) return document;
    return { ...document, tags: source.tags, acl: document.inherits?.acl ? source.acl : document.acl };
  });
}

function externalKeyOf({ source, externalId }: IncomingDocument): string {
  return createHash('sha256')
    .update(JSON.stringify([source, externalId]))
    .digest('hex');
}

async function readKnown(sql: Sql, tenant: TenantId, keys: readonly string[]): Promise<Map<string, KnownDocument>> {
  const rows = await sql.query<KnownDocument>(
    `select d.id, d.external_key as "externalKey", d.uri, d.acl, d.tags, d.given_metadata as metadata, d.last_version as "lastVersion",
       v.version as "latestVersion", v.state, v.content_hash as "contentHash", v.media_type as "mediaType",
       v.file_name as "fileName", v.given_title as "givenTitle", v.given_language as "givenLanguage"
     from documents d
     join document_versions v on v.tenant_id = d.tenant_id and v.document_id = d.id and v.version = d.latest_version
     where d.tenant_id = $1 and d.external_key = any($2) and d.deleted_at is null`,
    [tenant, keys],
  );
  return new Map(rows.map((row) => [row.externalKey, row]));
}

function plan(externalKey: string, incoming: IncomingDocument, known: KnownDocument | undefined, now: Date): Plan {
  if (!known) {
    const documentId = newId('document', now.getTime());
    return {
      incoming,
      externalKey,
      known: null,
      documentId,
      version: 1,
      outcome: 'added',
      isQueued: true,
      isMetadataChanged: false,
    };
  }
  const isQueued = known.state === 'failed' || !isReadAlike(known, incoming);
  const isMetadataChanged = !isMetadataAlike(known, incoming);
  return {
    incoming,
    externalKey,
    known,
    documentId: known.id,
    version: isQueued ? known.lastVersion + 1 : known.latestVersion,
    outcome: isQueued || isMetadataChanged ? 'changed' : 'unchanged',
    isQueued,
    isMetadataChanged,
  };
}

/** Title and language take part in what is embedded and indexed, so that a change of them needs a new reading. */
function isReadAlike(known: KnownDocument, incoming: IncomingDocument): boolean {
  return (
    known.contentHash === incoming.contentHash &&
    known.mediaType === incoming.mediaType &&
    known.fileName === incoming.fileName &&
    known.givenTitle === incoming.title &&
    known.givenLanguage === incoming.language
  );
}

function isMetadataAlike(known: KnownDocument, incoming: IncomingDocument): boolean {
  const list = (values: readonly string[]) => JSON.stringify([...new Set(values)].sort());
  const map = (values: object) => JSON.stringify(Object.entries(values).sort());
  return (
    known.uri === incoming.uri &&
    list(known.acl) === list(incoming.acl) &&
    map(known.tags) === map(incoming.tags) &&
    map(known.metadata) === map(incoming.metadata)
  );
}

/** The job that the queued documents belong to; null when there is none and none is needed. */
async function openJob(sql: Sql, { tenant, jobId, now }: RegisterOptions, isNeeded: boolean): Promise<JobId | null> {
  if (jobId === null) {
    if (!isNeeded) return null;
    const created = newId('job', now.getTime());
    await sql.query('insert into jobs (tenant_id, id, created_at, updated_at) values ($1, $2, $3, $3)', [
      tenant,
      created,
      now,
    ]);
    return created;
  }
  const [job] = await sql.query<{ cancelled: boolean }>(
    `update jobs set updated_at = $3 where tenant_id = $1 and id = $2 returning cancelled_at is not null as cancelled`,
    [tenant, jobId, now],
  );
  if (!job) throw new AppError('NOT_FOUND', `There is no job ${jobId}.`);
  if (job.cancelled && isNeeded) throw new AppError('CONFLICT', `The job ${jobId} was cancelled.`);
  return jobId;
}

/** Metadata counts at once, whatever becomes of a new version: a revoked permission must not wait for a parser. */
async function updateDocuments(sql: Sql, { tenant, now }: RegisterOptions, plans: readonly Plan[]): Promise<void> {
  const generation = plans.some((one) => one.isMetadataChanged) ? await raiseGeneration(sql, tenant) : null;
  const rows = plans.map(({ documentId, version, isQueued, isMetadataChanged, incoming }) => ({
    id: documentId,
    version: isQueued ? version : null,
    generation: isMetadataChanged ? generation : null,
    uri: incoming.uri,
    acl: [...new Set(incoming.acl)],
    tags: incoming.tags,
    metadata: incoming.metadata,
    title: incoming.title ?? incoming.fileName,
  }));
  await sql.query(
    `update documents d set uri = x.uri, acl = x.acl, tags = x.tags, updated_at = $3, given_metadata = x.metadata,
       metadata = d.metadata - array(select jsonb_object_keys(d.given_metadata)) || x.metadata,
       generation = coalesce(x.generation, d.generation),
       title = case when d.current_version is null then x.title else d.title end,
       last_version = coalesce(x.version, d.last_version), latest_version = coalesce(x.version, d.latest_version)
     from jsonb_to_recordset($2::jsonb)
       as x(id text, version integer, generation bigint, uri text, acl text[], tags jsonb, metadata jsonb, title text)
     where d.tenant_id = $1 and d.id = x.id`,
    [tenant, encodeJson(rows), now],
  );
  const overtaken = plans.filter(({ isQueued, known }) => isQueued && known?.state === 'queued');
  if (overtaken.length > 0)
    await dropQueued(
      sql,
      tenant,
      overtaken.map(({ documentId }) => documentId),
      { now, below: Object.fromEntries(overtaken.map(({ documentId, version }) => [documentId, version])) },
    );
}

interface DropOptions {
  readonly now: Date;
  /** By document: only versions below this one; none given: all. */
  readonly below?: Readonly<Record<string, number>>;
}

/** Queued versions that something newer, or a removal, has made pointless; their job has nothing left to do for them. */
export async function dropQueued(
  sql: Sql,
  tenant: TenantId,
  documents: readonly DocumentId[],
  { now, below = {} }: DropOptions,
): Promise<void> {
  const dropped = await sql.query<{ hash: string }>(
    `with dropped as (
       delete from document_versions where tenant_id = $1 and document_id = any($2) and state = 'queued'
         and version < coalesce(($4::jsonb ->> document_id)::integer, 2147483647)
       returning job_id, document_id, version, content_hash
     ), items as (
       update job_items i set state = 'done', finished_at = $3 from dropped
       where i.tenant_id = $1 and i.job_id = dropped.job_id and i.document_id = dropped.document_id
         and i.version = dropped.version and i.state = 'queued')
     select content_hash as hash from dropped`,
    [tenant, documents, now, below],
  );
  await leaveObjects(
    sql,
    dropped.map(({ hash }) => hash),
  );
}

/** The last of a registration: it ends the transaction. */
async function queueVersions(
  sql: Sql,
  { tenant, jobId, now }: RegisterOptions & { jobId: JobId },
  plans: readonly Plan[],
): Promise<void> {
  const rows = plans.map(({ incoming, documentId, version, externalKey, known }, place) => ({
    place,
    is_new: known === null,
    id: documentId,
    version,
    external_key: externalKey,
    source: incoming.source,
    external_id: incoming.externalId,
    uri: incoming.uri,
    acl: [...new Set(incoming.acl)],
    tags: incoming.tags,
    metadata: incoming.metadata,
    given_title: incoming.title,
    given_language: incoming.language,
    content_hash: incoming.contentHash,
    media_type: incoming.mediaType,
    file_name: incoming.fileName,
    size: incoming.size,
  }));
  const turn = turnOf({ size: 'size', now: '$4', before: `(place + ${documentsOfJob('$1', '$3')})` });
  await sql.queryLast(
    `with x as materialized (select * from jsonb_to_recordset($2::jsonb)
       as x(place integer, is_new boolean, id text, version integer, external_key text, source text, external_id text, uri text, acl text[],
         tags jsonb, metadata jsonb, given_title text, given_language text, content_hash text, media_type text, file_name text, size bigint)
     ), added as (
       insert into documents (tenant_id, id, source, external_id, external_key, uri, acl, tags, metadata, given_metadata, title, language,
         last_version, latest_version, created_at, updated_at)
       select $1, id, source, external_id, external_key, uri, acl, tags, metadata, metadata, coalesce(given_title, file_name), given_language,
         version, version, $4, $4
       from x where is_new
     ), queued as (
       insert into document_versions (tenant_id, document_id, version, job_id, state, content_hash, media_type, file_name,
         size, given_title, given_language, created_at, turn_at)
       select $1, id, version, $3, 'queued', content_hash, media_type, file_name, size, given_title, given_language, $4,
         case when (select paused_at from jobs where tenant_id = $1 and id = $3) is null then ${turn} else 'infinity' end
       from x order by place
     )
     insert into job_items (tenant_id, job_id, document_id, version, external_id, title, state)
     select $1, $3, id, version, external_id, coalesce(given_title, file_name), 'queued' from x`,
    [tenant, encodeJson(rows), jobId, now],
  );
}

function unplanned(): never {
  throw new AppError('INTERNAL', 'A document was not planned.');
}
