import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { newId } from '../../domain/ids.ts';
import { asQuestion } from '../questions.ts';
import type { Sql, SqlDriver } from '../sql.ts';
import { openDatabase } from './open-database.ts';
import { openPglite } from './pglite-driver.ts';

let parent = '';
let folder = '';
const opened: SqlDriver[] = [];
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'footnote-pglite-'));
  folder = join(parent, 'database');
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((driver) => driver.close()));
  await rm(parent, { recursive: true, force: true });
});

async function open(): Promise<SqlDriver> {
  const driver = await openPglite({ folder });
  opened.push(driver);
  return driver;
}

const numbers = (driver: SqlDriver) =>
  driver.asOperator(async (sql) =>
    (await sql.query<{ n: number }>('select n from numbers order by n')).map(({ n }) => n),
  );

it('keeps its rows in the folder, and ignores what a killed start left', async () => {
  await mkdir(`${folder}.tmp/base`, { recursive: true });
  await writeFile(`${folder}.tmp/PG_VERSION`, 'half');
  const first = await open();
  await first.asOperator((sql) => sql.query('create table numbers (n integer); insert into numbers values (1)'));
  await first.close();
  expect(await readdir(parent)).toEqual(['database']);
  // What is left when a start is killed as it writes this file.
  await writeFile(join(folder, 'postmaster.pid'), '');
  const second = await open();
  expect(await numbers(second)).toEqual([1]);
});

it('says that it is unavailable when its thread dies, and opens again for the next call', async () => {
  const driver = await open();
  await driver.asOperator((sql) => sql.query('create table numbers (n integer); insert into numbers values (1)'));
  const hanging = driver.asOperator(
    async (sql) => {
      await sql.query('insert into numbers values (2)');
      await sql.query('select count(*) from generate_series(1, 1e11::bigint)');
    },
    { timeoutSeconds: 0.2 },
  );
  const queued = numbers(driver);
  await expect(hanging).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
  expect(await queued).toEqual([1]);
  await driver.ping();
});

it('lets a statement that somebody waits for go before longer work', async () => {
  const driver = await open();
  await driver.asOperator((sql) => sql.query('create role footnote_tenant'));
  const tenant = newId('tenant');
  const order: string[] = [];
  const note = (name: string) => async (sql: Sql) => {
    await sql.queryLast('select 1');
    order.push(name);
  };
  await Promise.all([
    driver.asOperator(note('running')),
    driver.asTenant(tenant, note('long')),
    asQuestion(() => driver.asTenant(tenant, note('an answer'))),
    driver.asOperator(note('a credential'), { isBrief: true }),
  ]);
  expect(order).toEqual(['running', 'an answer', 'a credential', 'long']);
});

it('refuses work after it is closed', async () => {
  const driver = await openPglite({ folder: null });
  await driver.ping();
  await driver.close();
  await driver.close();
  await expect(driver.ping()).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
});

it('says that a damaged folder cannot be opened', async () => {
  await mkdir(folder);
  await writeFile(join(folder, 'PG_VERSION'), '18\n');
  await expect(openPglite({ folder })).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
});

it('stops its start when asked to', async () => {
  const controller = new AbortController();
  const opening = openPglite({ folder, signal: controller.signal });
  controller.abort(new Error('interrupted'));
  await expect(opening).rejects.toThrow();
  await open();
});

it('gives the room of deleted rows back when it is idle', async () => {
  const driver = await openPglite({ folder: null, vacuum: { afterTransactions: 3, idleMilliseconds: 1 } });
  opened.push(driver);
  await driver.asOperator((sql) =>
    sql.query('create table numbers (n integer); insert into numbers select generate_series(1, 20000)'),
  );
  await driver.asOperator((sql) => sql.query('delete from numbers'));
  await driver.asOperator((sql) => sql.query('select 1'));
  await vi.waitFor(async () => {
    const [table] = await driver.asOperator((sql) =>
      sql.query<{ size: number }>("select pg_relation_size('numbers') as size"),
    );
    expect(table?.size).toBe(0);
  });
});

it('loses nothing that it acknowledged when the process is killed', async () => {
  const program = `
    const { openDatabase } = await import(${JSON.stringify(new URL('./open-database.ts', import.meta.url).href)});
    const driver = await openDatabase({ databaseUrl: null, dataDir: ${JSON.stringify(parent)} });
    await driver.asOperator((sql) => sql.query('create table if not exists numbers (n integer)'));
    for (let n = 1; ; n += 1) {
      await driver.asOperator(async (sql) => {
        await sql.query('insert into numbers values ($1)', [n]);
        await sql.query('insert into numbers values ($1)', [-n]);
      });
      process.stdout.write(n + '\\n');
    }`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let acknowledged = 0;
  for await (const chunk of child.stdout) {
    acknowledged = Math.max(acknowledged, ...String(chunk).trim().split('\n').map(Number));
    if (acknowledged >= 40) break;
  }
  child.kill('SIGKILL');
  await once(child, 'exit');
  const driver = await openDatabase({ databaseUrl: null, dataDir: parent });
  opened.push(driver);
  const found = await numbers(driver);
  const positive = found.filter((n) => n > 0);
  expect(positive.length).toBeGreaterThanOrEqual(acknowledged);
  expect(positive).toEqual(positive.map((_, index) => index + 1));
  expect(found.length).toBe(positive.length * 2);
});
