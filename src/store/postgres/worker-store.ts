import { hostname } from 'node:os';
import type { SqlDriver } from '../sql.ts';
import type { Worker, WorkerFault, WorkerStore } from '../workers.ts';
import { encodeJson } from './sql-values.ts';

export interface WorkerStoreOptions {
  readonly now?: () => Date;
  /** Names this process across restarts. */
  readonly processName?: string;
}

/** A process that was not heard of for so long has ended; it tells four times within. */
export const silentMilliseconds = 20_000;
/** Rows of processes that ended are kept for a day, for those who look for them. */
const keptMilliseconds = 86_400_000;

interface WorkerRow {
  readonly name: string;
  readonly startedAt: string;
  readonly seenAt: string;
  readonly reading: WorkerFault | null;
  readonly embedding: WorkerFault | null;
}

export function createWorkerStore(driver: SqlDriver, options: WorkerStoreOptions = {}): WorkerStore {
  const { now = () => new Date(), processName = hostname() } = options;
  const livesSince = () => new Date(now().getTime() - silentMilliseconds);

  return {
    async beat({ reading, embedding }) {
      return await driver.asOperator(async (sql) => {
        await sql.query(
          `insert into workers (name, started_at, seen_at, reading_fault, embedding_fault) values ($1, $2, $2, $3, $4)
           on conflict (name) do update set seen_at = excluded.seen_at, reading_fault = excluded.reading_fault,
             embedding_fault = excluded.embedding_fault`,
          [processName, now(), reading && encodeJson(reading), embedding && encodeJson(embedding)],
        );
        await sql.query(
          `update document_versions set lease_until = null, claimed_by = null
           where state = 'queued' and claimed_by is not null and claimed_by in (select name from workers where seen_at <= $1)`,
          [livesSince()],
        );
        await sql.query('delete from workers where seen_at <= $1', [new Date(now().getTime() - keptMilliseconds)]);
        const living = await sql.query<{ name: string }>('select name from workers where seen_at > $1 order by name', [
          livesSince(),
        ]);
        return {
          place: Math.max(
            0,
            living.findIndex(({ name }) => name === processName),
          ),
          of: living.length,
        };
      });
    },

    async leave() {
      await driver.asOperator((sql) => sql.query('delete from workers where name = $1', [processName]));
    },

    async list() {
      return await driver.asOperator((sql) =>
        sql.query<WorkerRow & Worker>(
          `select name, started_at as "startedAt", seen_at as "seenAt", reading_fault as reading, embedding_fault as embedding
           from workers where seen_at > $1 order by name`,
          [livesSince()],
        ),
      );
    },

    async backlog() {
      const [row] = await driver.asOperator((sql) =>
        sql.query<{ documents: number; oldest: string | null }>(
          `select count(*)::int as documents, min(created_at) as oldest from document_versions where state = 'queued'`,
        ),
      );
      const waited = row?.oldest ? (now().getTime() - Date.parse(row.oldest)) / 1000 : 0;
      return { documents: row?.documents ?? 0, oldestSeconds: Math.max(0, waited) };
    },
  };
}
