import { AppError } from '../../domain/errors.ts';
import { isId, type TenantId } from '../../domain/ids.ts';
import type { Sql, SqlDriver, WorkOptions } from '../sql.ts';
import { explainDatabaseError } from './database-error.ts';
import { decodeRows, type EncodedValue, encodeValue, type RawResult } from './sql-values.ts';
import type { TurnLength } from './take-turns.ts';

/** `values` null: sent as it is, and may then hold several statements. */
export interface Statement {
  readonly text: string;
  readonly values: readonly EncodedValue[] | null;
}

/** One connection that is held for one transaction. Statements run in order; the first error ends the call. */
export interface Connection {
  /** One result a statement; of several statements in one text, the last one's. */
  execute(statements: readonly Statement[]): Promise<RawResult[]>;
}

/** Holds one connection while `work` runs; the timeout is that of each statement. `brief`: one statement, which may go before others. */
export type HoldConnection = <T>(
  timeoutSeconds: number,
  work: (connection: Connection) => Promise<T>,
  length?: TurnLength,
) => Promise<T>;

/** The role that owns nothing, so that row-level security holds for it. */
export const tenantRole = 'footnote_tenant';

const commit: Statement = { text: 'commit', values: null };
const rollback: Statement = { text: 'rollback', values: null };

/** Every setting ends with the transaction, so that a pooler between us and the server may share connections. */
const beginText = (timeoutSeconds: number) =>
  `begin; set local datestyle = 'ISO'; set local bytea_output = 'hex'; set local statement_timeout = ${timeoutSeconds * 1000}`;

function beginAsOperator(timeoutSeconds: number): Statement {
  return { text: beginText(timeoutSeconds), values: null };
}

function beginAsTenant(tenant: TenantId, timeoutSeconds: number): Statement {
  if (!isId('tenant', tenant)) throw new AppError('INTERNAL', 'A transaction was asked for without a tenant.');
  const identity = `set local app.tenant_id = '${tenant}'; set local role ${tenantRole}`;
  return { text: `${beginText(timeoutSeconds)}; ${identity}`, values: null };
}

const pingTimeoutSeconds = 5;

interface TransactionOptions {
  /** For statements, where the caller does not say. */
  readonly timeoutSeconds: number;
  /** How long a ping may hold a connection. */
  readonly pingHoldSeconds: number;
  /** Called after each transaction that may have written. */
  readonly onTransaction?: () => void;
}

/** What both drivers are, over the way in which each holds a connection. */
export function createTransactions(
  hold: HoldConnection,
  { timeoutSeconds, pingHoldSeconds, onTransaction = () => {} }: TransactionOptions,
): Omit<SqlDriver, 'close'> {
  const transaction = <T>(
    begin: Statement,
    { holdSeconds, isBrief = false }: WorkOptions & { readonly holdSeconds: number },
    work: (sql: Sql) => Promise<T>,
  ) =>
    hold(holdSeconds, (connection) => runTransaction(connection, begin, work), isBrief ? 'brief' : 'long').finally(
      onTransaction,
    );
  return {
    asTenant: async (tenant, work, options) =>
      await transaction(beginAsTenant(tenant, timeoutSeconds), { holdSeconds: timeoutSeconds, ...options }, work),
    queryAsTenant: async (tenant, text, values = []) => {
      const begin = beginAsTenant(tenant, timeoutSeconds);
      const statement = { text, values: values.map(encodeValue) };
      return await hold(timeoutSeconds, (connection) => runStatement(connection, begin, statement), 'brief');
    },
    asOperator: async (work, { timeoutSeconds: seconds = timeoutSeconds, ...options } = {}) =>
      await transaction(beginAsOperator(seconds), { holdSeconds: seconds, ...options }, work),
    ping: async () => {
      const options = { holdSeconds: pingHoldSeconds };
      await transaction(beginAsOperator(pingTimeoutSeconds), options, (sql) => sql.query('select 1'));
    },
  };
}

/** One statement in a transaction of its own; a connection that takes them together needs one round trip. */
async function runStatement<Row extends object>(
  connection: Connection,
  begin: Statement,
  statement: Statement,
): Promise<Row[]> {
  try {
    const results = await connection.execute([begin, statement, commit]);
    return decodeRows<Row>(resultAt(results, 1));
  } catch (error) {
    await connection.execute([rollback]).catch(() => {});
    throw explainDatabaseError(error);
  }
}

/** Begins with the first statement of `work`, so that the two share a round trip; work without a statement costs nothing. */
async function runTransaction<T>(connection: Connection, begin: Statement, work: (sql: Sql) => Promise<T>): Promise<T> {
  let state: 'new' | 'open' | 'failed' | 'ended' = 'new';
  let failure: unknown;
  async function run<Row extends object>(text: string, values: Values, isLast: boolean): Promise<Row[]> {
    if (state === 'ended') throw new AppError('INTERNAL', 'A statement came after the end of its transaction.');
    const before = state === 'new' ? [begin] : [];
    const after = isLast && state !== 'failed' ? [commit] : [];
    state = state === 'new' ? 'open' : state;
    try {
      const results = await connection.execute([
        ...before,
        { text, values: values?.map(encodeValue) ?? null },
        ...after,
      ]);
      if (after.length > 0) state = 'ended';
      return decodeRows<Row>(resultAt(results, before.length));
    } catch (error) {
      failure = state === 'failed' ? failure : explainDatabaseError(error);
      state = 'failed';
      throw explainDatabaseError(error);
    }
  }
  const sql: Sql = {
    query: async (text, values) => await run(text, values, false),
    queryLast: async (text, values) => await run(text, values, true),
  };
  const hasBegun = () => state === 'open' || state === 'failed';
  // Postgres answers the commit of a failed transaction with a silent rollback: a swallowed error must not pass for success.
  const throwSwallowed = () => {
    if (state === 'failed') throw failure;
  };
  try {
    const result = await work(sql);
    throwSwallowed();
    if (hasBegun()) await connection.execute([commit]);
    return result;
  } catch (error) {
    if (hasBegun()) await connection.execute([rollback]).catch(() => {});
    throw explainDatabaseError(error);
  } finally {
    state = 'ended';
  }
}

type Values = Parameters<Sql['query']>[1];

function resultAt(results: readonly RawResult[], index: number): RawResult {
  return results[index] ?? { fields: [], rows: [] };
}
