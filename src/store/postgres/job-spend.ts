import { LRUCache } from 'lru-cache';
import { tokensOfLength } from '../../domain/estimate-tokens.ts';
import type { JobId, TenantId } from '../../domain/ids.ts';
import type { SqlDriver } from '../sql.ts';

/** What was embedded for a job so far. */
export interface JobSpend {
  /** An estimate, of passages and their windows. */
  readonly tokens: number;
  /** The active embedder; null before there is one. */
  readonly embedder: string | null;
}

export type ReadJobSpend = (tenant: TenantId, id: JobId) => Promise<JobSpend>;

interface SpendRow {
  readonly embedder: string | null;
  readonly characters: number;
  readonly bytes: number;
}

const rememberedJobs = 500;
const leastMilliseconds = 1_000;
/** Counting looks at every passage of the job; it may take a twentieth of the time, however large the job is. */
const restFactor = 20;

/** Counts texts of the job's documents whose vectors came after the job began: what was embedded before cost it nothing. */
export function createReadJobSpend(driver: SqlDriver): ReadJobSpend {
  const known = new LRUCache<string, { readonly spend: Promise<JobSpend>; until: number }>({ max: rememberedJobs });
  return (tenant, id) => {
    const key = `${tenant}/${id}`;
    const before = known.get(key);
    if (before && performance.now() < before.until) return before.spend;
    const startedAt = performance.now();
    const entry = { spend: count(driver, tenant, id), until: Number.POSITIVE_INFINITY };
    known.set(key, entry);
    entry.spend.then(
      () => {
        const now = performance.now();
        entry.until = now + Math.max(leastMilliseconds, restFactor * (now - startedAt));
      },
      () => known.delete(key),
    );
    return entry.spend;
  };
}

/** A text without windows is embedded once; one with windows a second time, cut into them. */
async function count(driver: SqlDriver, tenant: TenantId, id: JobId): Promise<JobSpend> {
  const [row] = await driver.queryAsTenant<SpendRow>(
    tenant,
    `with texts as (
       select distinct on (e.embedding_hash) p.embedding_text as text, case when length(e.windows) > 0 then 2 else 1 end as times
       from jobs j
       join job_items i on i.tenant_id = j.tenant_id and i.job_id = j.id and i.state = 'done'
       join passages p on p.tenant_id = i.tenant_id and p.document_id = i.document_id and p.version = i.version
       join embeddings e on e.tenant_id = p.tenant_id and e.embedding_hash = p.embedding_hash
         and e.embedder = (select embedder from active_embedder) and e.created_at >= j.created_at
       where j.tenant_id = $1 and j.id = $2)
     select (select embedder from active_embedder) as embedder, coalesce(sum(length(text) * times), 0)::float8 as characters,
       coalesce(sum(octet_length(text) * times), 0)::float8 as bytes
     from texts`,
    [tenant, id],
  );
  const { embedder, characters, bytes } = row ?? { embedder: null, characters: 0, bytes: 0 };
  return { tokens: tokensOfLength(characters, bytes), embedder };
}
