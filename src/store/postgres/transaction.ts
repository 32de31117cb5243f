import { AppError } from '../../domain/errors.ts';
import { isId, type TenantId } from '../../domain/ids.ts';
import type { Sql } from '../sql.ts';
import { explainDatabaseError } from './database-error.ts';
import { decodeRows, type EncodedValue, encodeValue, type RawResult } from './sql-values.ts';

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

/** The role that owns nothing, so that row-level security holds for it. */
export const tenantRole = 'footnote_tenant';

const commit: Statement = { text: 'commit', values: null };
const rollback: Statement = { text: 'rollback', values: null };

/** Every setting ends with the transaction, so that a pooler between us and the server may share connections. */
const sessionSettings = (timeoutSeconds: number) =>
  `set_config('datestyle', 'ISO', true), set_config('bytea_output', 'hex', true), set_config('statement_timeout', '${timeoutSeconds * 1000}', true)`;

export function beginAsOperator(timeoutSeconds: number): Statement {
  return { text: `begin; select ${sessionSettings(timeoutSeconds)}`, values: null };
}

export function beginAsTenant(tenant: TenantId, timeoutSeconds: number): Statement {
  if (!isId('tenant', tenant)) throw new AppError('INTERNAL', 'A transaction was asked for without a tenant.');
  const identity = `set_config('app.tenant_id', '${tenant}', true), set_config('role', '${tenantRole}', true)`;
  return { text: `begin; select ${sessionSettings(timeoutSeconds)}, ${identity}`, values: null };
}

/** One statement in a transaction of its own; a connection that takes them together needs one round trip. */
export async function runStatement<Row extends object>(
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
export async function runTransaction<T>(
  connection: Connection,
  begin: Statement,
  work: (sql: Sql) => Promise<T>,
): Promise<T> {
  let state: 'new' | 'open' | 'failed' | 'ended' = 'new';
  let failure: unknown;
  const sql: Sql = {
    async query<Row extends object>(text: string, values?: Parameters<Sql['query']>[1]): Promise<Row[]> {
      if (state === 'ended') throw new AppError('INTERNAL', 'A statement came after the end of its transaction.');
      const statement = { text, values: values ? values.map(encodeValue) : null };
      const statements = state === 'new' ? [begin, statement] : [statement];
      state = state === 'new' ? 'open' : state;
      try {
        return decodeRows<Row>(resultAt(await connection.execute(statements), statements.length - 1));
      } catch (error) {
        failure = state === 'failed' ? failure : explainDatabaseError(error);
        state = 'failed';
        throw explainDatabaseError(error);
      }
    },
  };
  const hasBegun = () => state !== 'new';
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

function resultAt(results: readonly RawResult[], index: number): RawResult {
  return results[index] ?? { fields: [], rows: [] };
}
