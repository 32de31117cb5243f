import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../domain/errors.ts';
import type { SqlDriver } from '../sql.ts';
import { DatabaseError } from './database-error.ts';
import { type PgliteThread, startPgliteThread } from './pglite-thread.ts';
import { createIdleVacuum } from './pglite-vacuum.ts';
import { createTurns, type TurnLength } from './take-turns.ts';
import { type Connection, createTransactions, type Statement } from './transaction.ts';
import { unpackTemplate } from './unpack-template.ts';

interface PgliteOptions {
  /** Null: in memory, gone when it is closed. */
  readonly folder: string | null;
  readonly signal?: AbortSignal;
  /** When room of old rows is reclaimed; default after 2,000 transactions, once nothing happens for 5 s. */
  readonly vacuum?: { readonly afterTransactions: number; readonly idleMilliseconds: number };
}

const defaultTimeoutSeconds = 60;
const vacuumTimeoutSeconds = 600;
/** Lack of disk or memory, faults of the system, internal errors: the session does not work again afterwards, a new one does. */
const unsettling = /^(53|58|XX)/;
const templateUrl = new URL('./pglite-template.tar.gz', import.meta.url);

/**
 * Postgres compiled to WebAssembly, in a thread of this process. It has one connection, so transactions queue.
 * When its thread dies, running calls throw DATABASE_UNAVAILABLE and the next call opens the folder again.
 */
export async function openPglite({
  folder,
  signal,
  vacuum = { afterTransactions: 2_000, idleMilliseconds: 5_000 },
}: PgliteOptions): Promise<SqlDriver> {
  let thread: PgliteThread | null = await start(folder, signal);
  let isClosed = false;
  const turns = createTurns();

  async function runningThread(): Promise<PgliteThread> {
    if (isClosed) throw new AppError('DATABASE_UNAVAILABLE', 'The embedded database is closed.');
    if (thread === null || thread.hasEnded()) {
      if (folder === null) throw new AppError('DATABASE_UNAVAILABLE', 'The database in memory is lost.');
      thread = null;
      thread = await start(folder);
    }
    return thread;
  }

  /** One transaction after the other; those in the background let others go first. */
  async function exclusively<T>(
    timeoutSeconds: number,
    work: (connection: Connection) => Promise<T>,
    length?: TurnLength,
  ): Promise<T> {
    return await turns.take(async () => {
      const current = await runningThread();
      let isUnsettled = false;
      const execute = async (statements: readonly Statement[]) => {
        try {
          return await current.execute(statements, timeoutSeconds);
        } catch (error) {
          isUnsettled ||= error instanceof DatabaseError && unsettling.test(error.code);
          throw error;
        }
      };
      try {
        return await work({ execute });
      } finally {
        if (isUnsettled) await current.abandon();
      }
    }, length);
  }

  const idleVacuum = createIdleVacuum({
    ...vacuum,
    run: async (text) =>
      await exclusively(vacuumTimeoutSeconds, async ({ execute }) => {
        const [result] = await execute([{ text, values: null }]);
        return result?.rows ?? [];
      }),
  });

  return {
    ...createTransactions(exclusively, {
      timeoutSeconds: defaultTimeoutSeconds,
      // A ping waits its turn, and its thread is not ended for what went before.
      pingHoldSeconds: defaultTimeoutSeconds,
      onTransaction: idleVacuum.noted,
    }),
    close: async () => {
      idleVacuum.stop();
      await turns.idle();
      isClosed = true;
      await thread?.close();
    },
  };
}

async function start(folder: string | null, signal?: AbortSignal): Promise<PgliteThread> {
  if (folder === null) return await startPgliteThread({ folder, template: await readTemplate() }, signal);
  const isNew = !existsSync(join(folder, 'PG_VERSION'));
  return await startPgliteThread({ folder, template: null }, signal, async () => {
    if (isNew) await unpackTemplate(await readTemplate(), folder);
  });
}

const readTemplate = async () => new Uint8Array(await readFile(templateUrl));
