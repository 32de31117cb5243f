import { AppError } from '../../domain/errors.ts';
import { isId, type TenantId } from '../../domain/ids.ts';
import type { OperatorOptions, Sql, SqlDriver } from '../sql.ts';
import { explainDatabaseError } from './database-error.ts';
import { decodeRows, type EncodedValue, encodeValue, type RawResult } from './sql-values.ts';
import type { TurnLength } from './take-turns.ts';

/** `values` null: sent as it is, and may then hold several statements. */
export interface Statement {
  readonly text: string;
  readonly values: readonly EncodedValue[] | null;
}

/** One connection that is held for one transaction. */
export interface Connection {
  /** In order and in one round trip; one result a statement; of several statements in one text, the last one's. Throws the first error. */
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
    work: (sql: Sql) => Promise<T>,
    { timeoutSeconds: holdSeconds = timeoutSeconds, isBrief = false }: OperatorOptions = {},
  ) =>
    hold(holdSeconds, (connection) => runTransaction(connection, begin, work), isBrief ? 'brief' : 'long').finally(
      onTransaction,
    );
  return {
    asTenant: async (tenant, work) => await transaction(beginAsTenant(tenant, timeoutSeconds), work),
    queryAsTenant: async (tenant, text, values = []) => {
      const begin = beginAsTenant(tenant, timeoutSeconds);
      const statement = { text, values: values.map(encodeValue) };
      return await hold(timeoutSeconds, (connection) => runStatement(connection, begin, statement), 'brief');
    },
    asOperator: async (work, options = {}) =>
      await transaction(beginAsOperator(options.timeoutSeconds ?? timeoutSeconds), work, options),
    ping: async () => {
      const options = { timeoutSeconds: pingHoldSeconds };
      await transaction(beginAsOperator(pingTimeoutSeconds), (sql) => sql.query('select 1'), options);
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

interface Asked {
  readonly statement: Statement;
  readonly isLast: boolean;
  readonly resolve: (result: RawResult) => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * Statements that `work` asks for together share a round trip, and the first ones that with the beginning; work without a statement
 * costs nothing. When one fails, so do those that went with it.
 */
async function runTransaction<T>(connection: Connection, begin: Statement, work: (sql: Sql) => Promise<T>): Promise<T> {
  let state: 'new' | 'open' | 'failed' | 'ended' = 'new';
  let failure: unknown;
  let asked: Asked[] = [];
  let isLastAsked = false;
  let sending = Promise.resolve();

  async function send(): Promise<void> {
    const batch = asked;
    asked = [];
    const before = state === 'new' ? [begin] : [];
    const after = batch.at(-1)?.isLast && state !== 'failed' ? [commit] : [];
    state = state === 'new' ? 'open' : state;
    try {
      const results = await connection.execute([...before, ...batch.map(({ statement }) => statement), ...after]);
      if (after.length > 0) state = 'ended';
      for (const [index, { resolve }] of batch.entries()) resolve(resultAt(results, before.length + index));
    } catch (error) {
      const reason = explainDatabaseError(error);
      failure = state === 'failed' ? failure : reason;
      state = 'failed';
      for (const { reject } of batch) reject(reason);
    }
  }

  async function ask<Row extends object>(text: string, values: Values, isLast: boolean): Promise<Row[]> {
    if (state === 'ended' || isLastAsked)
      throw new AppError('INTERNAL', 'A statement came after the end of its transaction.');
    isLastAsked = isLast;
    const statement = { text, values: values?.map(encodeValue) ?? null };
    const result = await new Promise<RawResult>((resolve, reject) => {
      if (asked.length === 0) sending = sending.then(send);
      asked.push({ statement, isLast, resolve, reject });
    });
    return decodeRows<Row>(result);
  }

  const sql: Sql = {
    query: async (text, values) => await ask(text, values, false),
    queryLast: async (text, values) => await ask(text, values, true),
  };
  const hasBegun = () => state === 'open' || state === 'failed';
  // Postgres answers the commit of a failed transaction with a silent rollback: a swallowed error must not pass for success.
  const throwSwallowed = () => {
    if (state === 'failed') throw failure;
  };
  try {
    const result = await work(sql);
    await sending;
    throwSwallowed();
    if (hasBegun()) await connection.execute([commit]);
    return result;
  } catch (error) {
    // What is still under way would otherwise run behind the rollback, on its own.
    await sending;
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
