import type { SqlDriver } from '../../sql.ts';

/** Tells the query planner how large tables have become; the embedded database has no process that would, a server's comes late. */
export interface PlannerStatistics {
  /** Call after rows were committed, outside of a transaction. What goes wrong then is no matter of theirs: it is tried again with later rows. */
  added(rows: number): Promise<void>;
}

const firstRefresh = 256;
/** Samples 300 rows for each unit; few are enough to tell large from small. */
const statisticsTarget = '10';

/** Refreshes after 256 rows, then each time their number has doubled. */
export function createPlannerStatistics(driver: SqlDriver, tables: readonly string[]): PlannerStatistics {
  let rowsSeen = 0;
  let nextRefresh = firstRefresh;
  return {
    async added(rows) {
      rowsSeen += rows;
      if (rowsSeen < nextRefresh) return;
      nextRefresh = rowsSeen * 2;
      try {
        for (const table of tables) await refresh(driver, table);
      } catch {
        nextRefresh = rowsSeen + firstRefresh;
      }
    },
  };
}

/** Each table by itself: with one connection questions wait meanwhile. */
async function refresh(driver: SqlDriver, table: string): Promise<void> {
  await driver.asOperator(async (sql) => {
    await sql.query("select set_config('default_statistics_target', $1, true)", [statisticsTarget]);
    await sql.query(`analyze ${table}`);
  });
}
