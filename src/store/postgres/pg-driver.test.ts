import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { SqlDriver } from '../sql.ts';
import { openPostgres } from './pg-driver.ts';

const opened: SqlDriver[] = [];
const servers: Server[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((driver) => driver.close()));
  for (const server of servers.splice(0)) server.close();
});

function open(databaseUrl: string): SqlDriver {
  const driver = openPostgres({ databaseUrl });
  opened.push(driver);
  return driver;
}

async function listen(onConnection: (socket: Socket) => void): Promise<number> {
  const server = createServer(onConnection);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

it('says that a server which is not there, hangs up or talks nonsense is unavailable', async () => {
  const ports = [
    1,
    await listen((socket) => socket.destroy()),
    await listen((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')),
  ];
  for (const port of ports) {
    const driver = open(`postgres://user:secret@127.0.0.1:${port}/footnote`);
    await expect(driver.ping()).rejects.toMatchObject({
      code: 'DATABASE_UNAVAILABLE',
      detail: expect.not.stringContaining('secret'),
    });
  }
});

/** A message of the protocol: its letter, then its length with itself. */
function message(letter: string, body: string): Buffer {
  const length = Buffer.alloc(4);
  length.writeInt32BE(4 + body.length);
  return Buffer.concat([Buffer.from(letter), length, Buffer.from(body)]);
}

it('outlives a server that greets and shuts down in the same breath', async () => {
  const greeting = [message('R', '\0\0\0\0'), message('Z', 'I')];
  const farewell = message('E', 'SFATAL\0C57P01\0Mterminating connection due to administrator command\0\0');
  const port = await listen((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => socket.end(Buffer.concat([...greeting, farewell])));
  });
  const driver = open(`postgres://user@127.0.0.1:${port}/footnote`);
  await expect(driver.ping()).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
});

const serverUrl = process.env.TEST_DATABASE_URL;
if (!serverUrl)
  console.warn('pg driver: not run against a Postgres server; set TEST_DATABASE_URL=postgres://… to include it.');

describe.skipIf(!serverUrl)('on a Postgres server (needs TEST_DATABASE_URL)', () => {
  const url = serverUrl ?? '';
  const pidOf = (driver: SqlDriver) =>
    driver.asOperator(async (sql) => (await sql.query<{ pid: number }>('select pg_backend_pid() as pid'))[0]?.pid ?? 0);
  const terminate = (pid: number) => open(url).asOperator((sql) => sql.query('select pg_terminate_backend($1)', [pid]));

  it('recovers by itself when an idle connection was closed', async () => {
    const driver = open(url);
    const pid = await pidOf(driver);
    await terminate(pid);
    await expect
      .poll(() =>
        driver.ping().then(
          () => 'up',
          () => 'down',
        ),
      )
      .toBe('up');
    expect(await pidOf(driver)).not.toBe(pid);
  });

  it('survives a connection that breaks inside a transaction', async () => {
    const driver = open(url);
    const broken = driver.asOperator(async (sql) => {
      const [row] = await sql.query<{ pid: number }>('select pg_backend_pid() as pid');
      await terminate(row?.pid ?? 0);
      await sql.query('select 1');
    });
    await expect(broken).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
    await driver.ping();
  });

  it('says which of name and password is wrong', async () => {
    const missing = new URL(url);
    missing.pathname = '/no_such_database';
    await expect(open(missing.href).ping()).rejects.toMatchObject({
      code: 'DATABASE_UNAVAILABLE',
      detail: expect.stringContaining('does not exist'),
    });
    const stranger = new URL(url);
    stranger.username = 'no_such_user';
    await expect(open(stranger.href).ping()).rejects.toMatchObject({
      code: 'DATABASE_UNAVAILABLE',
      detail: expect.stringContaining('rejects'),
    });
  });
});
