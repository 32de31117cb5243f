import type { GlossaryStore, GlossaryTerm } from '../glossary.ts';
import type { SqlDriver } from '../sql.ts';
import { raiseGeneration } from './documents/tenant-lock.ts';

export interface GlossaryStoreOptions {
  readonly now?: () => Date;
}

export function createGlossaryStore(
  driver: SqlDriver,
  { now = () => new Date() }: GlossaryStoreOptions = {},
): GlossaryStore {
  return {
    list: (tenant) =>
      driver.queryAsTenant<GlossaryTerm>(
        tenant,
        'select term, synonyms from glossary_terms where tenant_id = $1 order by lower(term), term',
        [tenant],
      ),

    replace: (tenant, terms) =>
      driver.asTenant(tenant, async (sql) => {
        // Two replacements at once would meet in the same keys; kept answers were found with the old words.
        await raiseGeneration(sql, tenant);
        await sql.query('delete from glossary_terms where tenant_id = $1', [tenant]);
        await sql.query(
          `insert into glossary_terms (tenant_id, term, synonyms, created_at)
           select $1, entry ->> 'term', array(select jsonb_array_elements_text(entry -> 'synonyms')), $3
           from jsonb_array_elements($2::jsonb -> 'terms') as entry`,
          [tenant, { terms }, now()],
        );
      }),
  };
}
