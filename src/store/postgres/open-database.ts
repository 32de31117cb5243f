import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { SqlDriver } from '../sql.ts';
import { migrate } from './migrate.ts';
import { openPostgres } from './pg-driver.ts';
import { openPglite } from './pglite-driver.ts';

export interface DatabaseOptions {
  /** Null: the embedded database in `dataDir`, which the caller has locked. */
  readonly databaseUrl: string | null;
  readonly dataDir: string;
  /** Stops the start of the embedded database. */
  readonly signal?: AbortSignal;
}

/** Opens the database without touching its tables, as `footnote migrate` needs it. Throws DATABASE_UNAVAILABLE. */
export async function connectDatabase({ databaseUrl, dataDir, signal }: DatabaseOptions): Promise<SqlDriver> {
  if (databaseUrl !== null) return openPostgres({ databaseUrl });
  await mkdir(dataDir, { recursive: true });
  return await openPglite({ folder: join(dataDir, 'database'), ...(signal ? { signal } : {}) });
}

/** Opens the database and brings its tables up to date. Throws DATABASE_UNAVAILABLE and what `migrate` throws. */
export async function openDatabase(options: DatabaseOptions): Promise<SqlDriver> {
  const driver = await connectDatabase(options);
  try {
    await migrate(driver);
    return driver;
  } catch (error) {
    await driver.close();
    throw error;
  }
}
