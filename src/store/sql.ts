import type { TenantId } from '../domain/ids.ts';

export type SqlValue =
  | string
  | number
  | bigint
  | boolean
  | Date
  | Uint8Array
  | null
  | readonly SqlValue[]
  | { readonly [key: string]: unknown };

/** A running transaction. Statements use `$1` placeholders; rows come back as plain objects. Asked together, they share a round trip. */
export interface Sql {
  query<Row extends object = Record<string, unknown>>(text: string, values?: readonly SqlValue[]): Promise<Row[]>;
  /** The last statement, in one round trip with the commit: none may follow, and what `work` does after it cannot undo it. */
  queryLast<Row extends object = Record<string, unknown>>(text: string, values?: readonly SqlValue[]): Promise<Row[]>;
}

export interface OperatorOptions {
  readonly timeoutSeconds?: number;
  /** Of one statement that somebody waits for: where transactions queue, it goes before longer ones. */
  readonly isBrief?: boolean;
}

/**
 * The one face of both databases. Every piece of work is a transaction; it is committed when `work` resolves and rolled back when it throws.
 * No transaction may wait for a model or for HTTP. `work` must use the `sql` that it is given, never the driver.
 */
export interface SqlDriver {
  /** Runs as the unprivileged role with the tenant set, so that row-level security holds whatever the statement says. */
  asTenant<T>(tenant: TenantId, work: (sql: Sql) => Promise<T>): Promise<T>;
  /** Runs as the unprivileged role with one statement in one round trip; the hot read path. */
  queryAsTenant<Row extends object = Record<string, unknown>>(
    tenant: TenantId,
    text: string,
    values?: readonly SqlValue[],
  ): Promise<Row[]>;
  /** Runs as the owner: migrations, credentials before a tenant is known, and work across tenants. */
  asOperator<T>(work: (sql: Sql) => Promise<T>, options?: OperatorOptions): Promise<T>;
  /** Throws DATABASE_UNAVAILABLE when the database does not answer. */
  ping(): Promise<void>;
  close(): Promise<void>;
}
