interface VacuumDeps {
  /** Runs one statement outside of a transaction, in its turn. */
  readonly run: (text: string) => Promise<readonly (readonly (string | null)[])[]>;
  readonly afterTransactions: number;
  readonly idleMilliseconds: number;
}

export interface IdleVacuum {
  /** Call after each transaction that may have written. */
  noted(): void;
  stop(): void;
}

/**
 * Postgres gives the room of deleted and changed rows back only by VACUUM, and the embedded one has no process that would
 * run it. Table by table, so that a request in between waits for one of them at most.
 */
export function createIdleVacuum({ run, afterTransactions, idleMilliseconds }: VacuumDeps): IdleVacuum {
  let transactions = 0;
  let timer: NodeJS.Timeout | undefined;

  async function vacuum(): Promise<void> {
    transactions = 0;
    const tables = await run("select quote_ident(tablename) from pg_tables where schemaname = 'public'");
    for (const [table] of tables) await run(`vacuum ${table}`);
  }

  return {
    noted() {
      transactions += 1;
      clearTimeout(timer);
      if (transactions < afterTransactions) return;
      // What goes wrong here shows in the next request; the room is reclaimed another time.
      timer = setTimeout(() => void vacuum().catch(() => {}), idleMilliseconds);
      timer.unref();
    },
    stop: () => clearTimeout(timer),
  };
}
