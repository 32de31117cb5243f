import type { DocumentSummary } from '../../../domain/document.ts';
import type { DocumentId } from '../../../domain/ids.ts';
import type { Passage } from '../../../domain/passage.ts';
import type { Principal } from '../../../domain/principal.ts';
import type { DocumentListOptions, DocumentStanding, DocumentStore, Page } from '../../documents.ts';
import type { SqlDriver, SqlValue } from '../../sql.ts';
import { decodeCursor, toPage } from '../cursor.ts';
import { accessOf, isInUse, isReadable, permitted, reviewed } from './access.ts';
import { readDuplicates } from './duplicate-documents.ts';
import { bindingValues, filterCondition } from './filter-condition.ts';
import { createRememberedPassages } from './remembered-passages.ts';

type ReadMethods = Pick<
  DocumentStore,
  'list' | 'get' | 'find' | 'content' | 'passages' | 'duplicates' | 'readPassages' | 'hasDocuments'
>;

interface ReadDeps {
  readonly driver: SqlDriver;
  readonly now: () => Date;
}

/** $4 the time, which tells a version that is being read from one whose reader died. */
const state = `case when v.state = 'queued' and v.lease_until > $4 then 'processing' else v.state end`;

/** Why the newest version failed, or why passages of a visible one have no vector. */
const failure = `case when v.error_code is not null then jsonb_build_object('code', v.error_code, 'detail', v.error_detail) end`;

const summaries = `select d.id, d.source, d.external_id as "externalId", d.uri, d.title, d.acl, d.tags, d.metadata, d.language, ${state} as state,
    d.current_version as version, v.content_hash as "contentHash", v.media_type as "mediaType", v.size, d.passages,
    d.waiting as "passagesWithoutVector",
    ${failure} as error, v.quality, coalesce(v.properties, '{}') as properties, d.created_at as "createdAt", d.updated_at as "updatedAt"
  from documents d
  join document_versions v on v.tenant_id = d.tenant_id and v.document_id = d.id and v.version = d.latest_version
  where ${permitted}`;

const passageColumns = `p.id, p.document_id as "documentId", p.version, p.ordinal, p.start_offset as start, p.end_offset as end, p.page, p.cells,
    d.external_id as "externalId", d.title, d.uri, d.tags, d.language, d.updated_at as "updatedAt", p.text, p.heading_path as "headingPath"`;

/** The reading side of the document store. Each method is one statement, so that it sees one state of the database. */
export function createDocumentReads({ driver, now }: ReadDeps): ReadMethods {
  const remembered = createRememberedPassages();
  return {
    list: (principal, options) => listDocuments({ driver, now }, principal, options),

    async get(principal, id) {
      const values = [...accessOf(principal), now(), id];
      const rows = await driver.queryAsTenant<DocumentSummary>(
        principal.tenantId,
        `${summaries} and d.id = $5`,
        values,
      );
      return rows[0] ?? null;
    },

    find: (principal, reference) => findDocuments({ driver, now }, principal, reference),

    async content(principal, id, version) {
      const rows = await driver.queryAsTenant<{ version: number; text: string }>(
        principal.tenantId,
        `select v.version, v.content as text
         from documents d join document_versions v on v.tenant_id = d.tenant_id and v.document_id = d.id
         where ${permitted} and d.id = $4 and v.version = coalesce($5::integer, d.current_version) and v.content is not null`,
        [...accessOf(principal), id, version],
      );
      return rows[0] ?? null;
    },

    passages: (principal, id, limit, cursor) => listPassages(driver, principal, { id, limit, cursor }),

    duplicates: (principal, id, share) => readDuplicates(driver, principal, { id, share }),

    async readPassages(principal, ids, filter) {
      if (ids.length === 0) return [];
      const { values, bind } = bindingValues(...accessOf(principal));
      const known = remembered.offer(ids, bind);
      const rows = await driver.queryAsTenant<Parameters<typeof known.read>[0][number]>(
        principal.tenantId,
        `select p.id, d.updated_at as "updatedAt", ${reviewed} as reviewed, ${known.columns}
         from ${known.from}
         where ${permitted} and ${isInUse(bind(now()))} and ${filterCondition(filter, bind)}`,
        values,
      );
      const byId = new Map(known.read(rows).map((passage) => [passage.id, passage]));
      return ids.flatMap((id) => byId.get(id) ?? []);
    },

    async hasDocuments(principal) {
      const rows = await driver.queryAsTenant(
        principal.tenantId,
        `select from documents d where ${permitted} and d.current_version is not null and ${isInUse('$4')} limit 1`,
        [...accessOf(principal), now()],
      );
      return rows.length > 0;
    },
  };
}

async function listDocuments(
  { driver, now }: ReadDeps,
  principal: Principal,
  options: DocumentListOptions,
): Promise<Page<DocumentSummary>> {
  const [after = null] = decodeCursor(options.cursor, [/^doc_/]) ?? [];
  const values = [...accessOf(principal), now()];
  const conditions: string[] = [];
  // Only what is asked for stands in the statement: a condition that is always true would mislead the planner.
  const restrict = (value: SqlValue | undefined, condition: (place: string) => string) => {
    if (value === undefined || value === null) return;
    values.push(value);
    conditions.push(`and ${condition(`$${values.length}`)}`);
  };
  restrict(after, (place) => `d.id < ${place}`);
  restrict(options.source, (place) => `d.source = ${place}`);
  restrict(options.state, (place) => `${state} = ${place}`);
  restrict(options.tags, (place) => `d.tags @> ${place}::jsonb`);
  const rows = await driver.queryAsTenant<DocumentSummary>(
    principal.tenantId,
    `${summaries} ${conditions.join(' ')} order by d.id desc limit $${values.length + 1}`,
    [...values, options.limit + 1],
  );
  return toPage(rows, options.limit, ({ id }) => [id]);
}

async function findDocuments(
  { driver, now }: ReadDeps,
  principal: Principal,
  reference: string,
): Promise<DocumentStanding[]> {
  return await driver.queryAsTenant<DocumentStanding>(
    principal.tenantId,
    `select d.id, d.source, d.external_id as "externalId", d.uri, d.title, d.acl, d.tags, d.metadata, d.language, ${state} as state,
       d.current_version as version, d.passages, d.waiting as "passagesWithoutVector", ${failure} as error,
       d.created_at as "createdAt", d.updated_at as "updatedAt", d.deleted_at as "deletedAt"
     from documents d
     left join document_versions v on v.tenant_id = d.tenant_id and v.document_id = d.id and v.version = d.latest_version
     where d.tenant_id = $1 and ($2 or d.deleted_at is null) and ${isReadable}
       and (d.id = $5 or d.external_id = $5 or d.uri = $5 or lower(d.title) = lower($5) or starts_with(d.id, $6))
     order by d.deleted_at is not null, d.id <> $5, d.external_id <> $5, d.uri is distinct from $5, d.id desc limit 20`,
    [...accessOf(principal), now(), reference, /^doc_[\da-f]/.test(reference) ? reference : null],
  );
}

async function listPassages(
  driver: SqlDriver,
  principal: Principal,
  { id, limit, cursor }: { id: DocumentId; limit: number; cursor: string | null },
): Promise<Page<Passage> | null> {
  const [after = null] = decodeCursor(cursor, [/^\d{1,9}$/]) ?? [];
  return await driver.asTenant(principal.tenantId, async (sql) => {
    const document = await sql.query(`select from documents d where ${permitted} and d.id = $4`, [
      ...accessOf(principal),
      id,
    ]);
    if (document.length === 0) return null;
    const rows = await sql.query<Passage>(
      `select ${passageColumns} from passages p join documents d
           on d.tenant_id = p.tenant_id and d.id = p.document_id and d.current_version = p.version
       where ${permitted} and p.tenant_id = $1 and p.document_id = $4 and p.ordinal > coalesce($5::integer, -1)
       order by p.ordinal limit $6`,
      [...accessOf(principal), id, after, limit + 1],
    );
    return toPage(rows, limit, ({ ordinal }) => [String(ordinal)]);
  });
}
