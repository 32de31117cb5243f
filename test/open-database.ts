import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe } from 'vitest';
import { newId, type TenantId } from '../src/domain/ids.ts';
import { migrate } from '../src/store/postgres/migrate.ts';
import { openPostgres } from '../src/store/postgres/pg-driver.ts';
import { openPglite } from '../src/store/postgres/pglite-driver.ts';
import type { SqlDriver } from '../src/store/sql.ts';

/** An embedded database in memory with all tables, for one test file; opening takes about a second. Close it. */
export async function openTestDatabase(): Promise<SqlDriver> {
  const driver = await openPglite({ folder: null });
  await migrate(driver);
  return driver;
}

/** A new tenant: tests that share a database stay apart by it. */
export async function createTestTenant(driver: SqlDriver): Promise<TenantId> {
  const id = newId('tenant');
  await driver.asOperator((sql) =>
    sql.query('insert into tenants (id, name, created_at) values ($1, $1, now())', [id]),
  );
  return id;
}

/** An empty database of its own on the server of TEST_DATABASE_URL. */
export async function createServerDatabase(serverUrl: string): Promise<{ url: string; drop(): Promise<void> }> {
  const name = `footnote_test_${randomBytes(6).toString('hex')}`;
  await onServer(serverUrl, `create database ${name}`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => onServer(serverUrl, `drop database ${name} with (force)`) };
}

/** The same with all tables, dropped on close. */
async function openServerDatabase(serverUrl: string): Promise<SqlDriver> {
  const { url, drop } = await createServerDatabase(serverUrl);
  const driver = openPostgres({ databaseUrl: url });
  await migrate(driver);
  return {
    ...driver,
    close: async () => {
      await driver.close();
      await drop();
    },
  };
}

/** `create database` cannot run in a transaction, which every statement of the driver is in. */
async function onServer(serverUrl: string, text: string): Promise<void> {
  const { default: pg } = await import('pg');
  const client = new pg.Client({ connectionString: serverUrl });
  await client.connect();
  await client.query(text);
  await client.end();
}

/** Runs the suite on the embedded database, and on the Postgres server of TEST_DATABASE_URL where it is set. */
export function describeOnEachDatabase(name: string, suite: (database: () => SqlDriver) => void): void {
  const serverUrl = process.env.TEST_DATABASE_URL;
  describeOn(`${name} (embedded)`, openTestDatabase, suite);
  if (serverUrl) describeOn(`${name} (server)`, () => openServerDatabase(serverUrl), suite);
  else {
    console.warn(`${name}: not run on a Postgres server; set TEST_DATABASE_URL=postgres://… to include it.`);
    describe.skip(`${name} (server; needs TEST_DATABASE_URL)`, () => suite(closed));
  }
}

function describeOn(name: string, open: () => Promise<SqlDriver>, suite: (database: () => SqlDriver) => void): void {
  describe(name, () => {
    let driver: SqlDriver | null = null;
    beforeAll(async () => {
      driver = await open();
    });
    afterAll(async () => {
      await driver?.close();
    });
    suite(() => driver ?? closed());
  });
}

function closed(): never {
  throw new Error('The database is open only while the tests of its suite run.');
}
