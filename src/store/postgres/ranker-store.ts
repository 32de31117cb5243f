import type { OwnRanker, RankerStore } from '../rankers.ts';
import type { SqlDriver } from '../sql.ts';
import { raiseGeneration } from './documents/tenant-lock.ts';
import { encodeJson } from './sql-values.ts';

export interface RankerStoreOptions {
  readonly now?: () => Date;
}

export function createRankerStore(driver: SqlDriver, { now = () => new Date() }: RankerStoreOptions = {}): RankerStore {
  return {
    async get(tenant) {
      const rows = await driver.queryAsTenant<OwnRanker>(
        tenant,
        `select weights, shipped_hash as "shippedHash", verdict, fitted_at as "fittedAt" from tenant_rankers
         where tenant_id = $1 and weights is not null`,
        [tenant],
      );
      return rows[0] ?? null;
    },

    async claim(tenant, fitter, seconds) {
      const until = new Date(now().getTime() + seconds * 1000);
      const rows = await driver.queryAsTenant(
        tenant,
        `insert into tenant_rankers as r (tenant_id, fitter, lease_until) values ($1, $2, $3)
         on conflict (tenant_id) do update set fitter = $2, lease_until = $3
         where r.fitter is null or r.lease_until < $4
         returning 1 as one`,
        [tenant, fitter, until, now()],
      );
      return rows.length > 0;
    },

    /** Answers that are kept were ranked by the weights before. */
    save: (tenant, fitter, { weights, shippedHash, verdict, fittedAt }) =>
      driver.asTenant(tenant, async (sql) => {
        const rows = await sql.query(
          `update tenant_rankers set weights = $3, shipped_hash = $4, verdict = $5, fitted_at = $6
           where tenant_id = $1 and fitter = $2 returning 1 as one`,
          [tenant, fitter, encodeJson(weights), shippedHash, encodeJson(verdict), new Date(fittedAt)],
        );
        if (rows.length > 0) await raiseGeneration(sql, tenant);
        return rows.length > 0;
      }),

    async release(tenant, fitter) {
      await driver.queryAsTenant(
        tenant,
        'update tenant_rankers set fitter = null, lease_until = null where tenant_id = $1 and fitter = $2',
        [tenant, fitter],
      );
    },

    reset: (tenant) =>
      driver.asTenant(tenant, async (sql) => {
        await sql.query('delete from tenant_rankers where tenant_id = $1', [tenant]);
        await raiseGeneration(sql, tenant);
      }),
  };
}
