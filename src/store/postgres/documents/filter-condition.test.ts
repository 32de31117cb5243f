import fc from 'fast-check';
import { beforeAll, expect, it } from 'vitest';
import { arbitraryClause, arbitraryDocument } from '../../../../test/arbitrary-filter.ts';
import { filterCases, filteredDocuments, lettersOf } from '../../../../test/filter-cases.ts';
import { createTestTenant, describeOnEachDatabase } from '../../../../test/open-database.ts';
import type { FilterClause } from '../../../domain/filter.ts';
import type { TenantId } from '../../../domain/ids.ts';
import { compileFilter, type Filterable } from '../../../domain/match-filter.ts';
import type { SqlDriver } from '../../sql.ts';
import { createIndexRows } from './index-rows.ts';

describeOnEachDatabase('filters in the database', (database) => {
  let tenant: TenantId;
  beforeAll(async () => {
    tenant = await createTestTenant(database());
    await insertDocuments(database(), tenant, filteredDocuments);
  });
  const matching = async (clause: FilterClause, limit = 100) =>
    await createIndexRows(database()).documentsMatching(tenant, clause, limit);

  it.each(filterCases)('$name', async ({ clause, matching: expected }) => {
    expect(lettersOf((await matching(clause)).documents)).toBe(expected);
  });

  it('are true or false, never neither', async () => {
    for (const { clause } of filterCases) {
      const { documents } = await matching({ kind: 'or', clauses: [clause, { kind: 'not', clause }] });
      expect(documents).toHaveLength(filteredDocuments.length);
    }
  });

  it('say when more documents match than were asked for', async () => {
    const all: FilterClause = { kind: 'and', clauses: [] };
    expect(await matching(all, 4)).toMatchObject({ isComplete: true, documents: { length: 4 } });
    expect(await matching(all, 3)).toMatchObject({ isComplete: false, documents: { length: 3 } });
  });
});

describeOnEachDatabase('filters in the database and in memory', (database) => {
  it('match the same documents', async () => {
    const tenant = await createTestTenant(database());
    const documents = fc.sample(arbitraryDocument, { numRuns: 80, seed: 7 });
    await insertDocuments(database(), tenant, documents);
    const rows = createIndexRows(database());
    await fc.assert(
      fc.asyncProperty(arbitraryClause(), async (clause) => {
        const expected = documents.filter(compileFilter(clause)).map(({ documentId }) => documentId);
        const found = await rows.documentsMatching(tenant, clause, documents.length);
        expect(found.documents).toEqual(expected.sort());
      }),
      { numRuns: 300 },
    );
  });
});

/** Visible documents without passages. */
async function insertDocuments(driver: SqlDriver, tenant: TenantId, documents: readonly Filterable[]): Promise<void> {
  for (const { documentId, source, uri, title, language, createdAt, updatedAt, tags, metadata } of documents)
    await driver.queryAsTenant(
      tenant,
      `insert into documents (tenant_id, id, source, external_id, external_key, uri, acl, tags, title, language, last_version,
         latest_version, current_version, created_at, updated_at, metadata)
       values ($1, $2, $3, $2, $2, $4, '{}', $5, $6, $7, 1, 1, 1, $8, $9, $10)`,
      [tenant, documentId, source, uri, tags, title, language, createdAt, updatedAt, metadata],
    );
}
