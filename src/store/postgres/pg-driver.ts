import pg from 'pg';
import { AppError } from '../../domain/errors.ts';
import type { SqlDriver } from '../sql.ts';
import { DatabaseError, explainDatabaseError } from './database-error.ts';
import type { EncodedValue, RawResult } from './sql-values.ts';
import { type Connection, createTransactions, type Statement } from './transaction.ts';

const defaultTimeoutSeconds = 30;
const connectTimeoutMilliseconds = 5_000;
/** Beyond the server's own timeout: for a server that is gone without a word. */
const silenceSeconds = 5;

/** A pool of connections to a Postgres server. Nothing is asked of the server until the first call. */
export function openPostgres({ databaseUrl }: { databaseUrl: string }): SqlDriver {
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max: 10,
    connectionTimeoutMillis: connectTimeoutMilliseconds,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    application_name: 'footnote',
    // Statements of one call do not wait for each other's answers.
    pipeline: true,
    types: { getTypeParser: () => (text: string) => text },
  });
  // A connection that breaks while idle is dropped by the pool; the next call opens another or says what is wrong.
  pool.on('error', () => {});
  // Between pool and caller nobody listens: a server that ends then, in the same packet as its greeting say, would end this process.
  pool.on('connect', (client) => client.on('error', () => {}));

  async function withConnection<T>(timeoutSeconds: number, work: (connection: Connection) => Promise<T>): Promise<T> {
    const client = await pool.connect().catch((error) => {
      throw explainDatabaseError(toDatabaseError(error));
    });
    let isBroken = false;
    const onError = () => {
      isBroken = true;
    };
    client.on('error', onError);
    const connection: Connection = {
      async execute(statements) {
        let turn = 0;
        return await Promise.all(
          statements.map((statement) => {
            if (statement.values !== null) turn += 1;
            return executeOne(client, statement, timeoutSeconds * Math.max(turn, 1));
          }),
        );
      },
    };
    try {
      return await work(connection);
    } catch (error) {
      isBroken ||= error instanceof AppError && error.code === 'DATABASE_UNAVAILABLE';
      throw error;
    } finally {
      client.removeListener('error', onError);
      client.release(isBroken);
    }
  }

  return {
    ...createTransactions(withConnection, { timeoutSeconds: defaultTimeoutSeconds, pingHoldSeconds: 5 }),
    close: async () => await pool.end(),
  };
}

async function executeOne(
  client: pg.PoolClient,
  { text, values }: Statement,
  timeoutSeconds: number,
): Promise<RawResult> {
  const query: pg.QueryArrayConfig & { query_timeout: number } = {
    text,
    ...(values === null ? {} : { values: values.map(toParameter) }),
    rowMode: 'array',
    query_timeout: (timeoutSeconds + silenceSeconds) * 1000,
  };
  try {
    const answer = await client.query<(string | null)[]>(query);
    const result = lastResult(answer);
    return { fields: result.fields.map(({ name, dataTypeID }) => ({ name, type: dataTypeID })), rows: result.rows };
  } catch (error) {
    throw toDatabaseError(error);
  }
}

/** The driver sends a Buffer in binary form; a plain Uint8Array it would take for JSON. */
function toParameter(value: EncodedValue): string | Buffer | null {
  return value instanceof Uint8Array ? Buffer.from(value.buffer, value.byteOffset, value.byteLength) : value;
}

type ArrayResult = pg.QueryArrayResult<(string | null)[]>;

/** Several statements in one text give a list of results, which the driver's types do not tell. */
function lastResult(answer: ArrayResult | ArrayResult[]): ArrayResult {
  const result = Array.isArray(answer) ? answer.at(-1) : answer;
  if (!result) throw new AppError('INTERNAL', 'The database gave no result.');
  return result;
}

/** What the server reports keeps its code; anything else broke on the way to it. */
function toDatabaseError(error: unknown): Error {
  if (error instanceof pg.DatabaseError)
    return new DatabaseError(error.message, {
      code: error.code ?? 'XX000',
      constraint: error.constraint ?? null,
      cause: error,
    });
  return new AppError('DATABASE_UNAVAILABLE', 'The database of DATABASE_URL does not answer.', { cause: error });
}
