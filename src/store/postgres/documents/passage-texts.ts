import { curatedSource } from '../../../domain/curated-answer.ts';
import type { DocumentId, TenantId } from '../../../domain/ids.ts';
import type { PassageTexts } from '../../passage-texts.ts';
import type { SqlDriver } from '../../sql.ts';
import type { IndexRows } from '../../vector-index.ts';

const documentsPerRead = 50;
/** Of each document; a longer one is read in several rounds. */
const passagesPerRead = 100;

export function createPassageTexts(driver: SqlDriver, { generation }: Pick<IndexRows, 'generation'>): PassageTexts {
  return {
    generation,
    async *texts(tenant) {
      for (let last = ''; ; ) {
        const documents = await readDocuments(driver, tenant, last);
        const next = documents.at(-1);
        if (next === undefined) return;
        yield* readTexts(driver, tenant, documents);
        last = next;
      }
    },
  };
}

async function readDocuments(driver: SqlDriver, tenant: TenantId, after: string): Promise<DocumentId[]> {
  const rows = await driver.queryAsTenant<{ id: DocumentId }>(
    tenant,
    `select id from documents
     where tenant_id = $1 and id > $2 and acl = '{}' and source <> '${curatedSource}' and current_version is not null and deleted_at is null
     order by id limit $3`,
    [tenant, after, documentsPerRead],
  );
  return rows.map(({ id }) => id);
}

/** The condition on the list is repeated: a document may have been restricted in between. */
async function* readTexts(
  driver: SqlDriver,
  tenant: TenantId,
  documents: readonly DocumentId[],
): AsyncGenerator<readonly string[]> {
  for (let from = 0; ; from += passagesPerRead) {
    const rows = await driver.queryAsTenant<{ text: string }>(
      tenant,
      `select p.text from documents d
       join passages p on p.tenant_id = d.tenant_id and p.document_id = d.id and p.version = d.current_version
       where d.tenant_id = $1 and d.id = any($2) and d.acl = '{}' and d.source <> '${curatedSource}' and d.deleted_at is null
         and p.ordinal >= $3 and p.ordinal < $4`,
      [tenant, documents, from, from + passagesPerRead],
    );
    if (rows.length === 0) return;
    yield rows.map(({ text }) => text);
  }
}
