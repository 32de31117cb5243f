import type { SqlDriver } from '../../sql.ts';

/** Tells the query planner how large the tables have become; the embedded database has no process that would, a server's comes late. */
export interface PlannerStatistics {
  /** Call after rows were committed, outside of a transaction. */
  added(passages: number): Promise<void>;
}

const firstRefresh = 256;
/** Samples 300 rows for each unit; few are enough to tell large from small. */
const statisticsTarget = '10';

/** Refreshes after 256 passages, then each time their number has doubled. */
export function createPlannerStatistics(driver: SqlDriver): PlannerStatistics {
  let passagesSeen = 0;
  let nextRefresh = firstRefresh;
  return {
    async added(passages) {
      passagesSeen += passages;
      if (passagesSeen < nextRefresh) return;
      nextRefresh = passagesSeen * 2;
      await driver.asOperator(async (sql) => {
        await sql.query("select set_config('default_statistics_target', $1, true)", [statisticsTarget]);
        await sql.query(
          'analyze tenants, documents, document_versions, passages, embeddings, embedding_queue, jobs, job_items',
        );
      });
    },
  };
}
