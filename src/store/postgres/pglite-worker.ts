import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { parentPort, workerData } from 'node:worker_threads';
import { messages, PGlite, protocol } from '@electric-sql/pglite';
import type { PgliteRequest, PgliteResponse, PgliteStart } from './pglite-messages.ts';
import type { RawResult } from './sql-values.ts';
import type { Statement } from './transaction.ts';

/** Postgres inside this thread: it is synchronous WebAssembly, so that a query would stop the server's event loop. */
const { folder, template }: PgliteStart = workerData;

const postgresSettings = [
  'shared_buffers = 16MB',
  'wal_buffers = 1MB',
  'max_wal_size = 64MB',
  'work_mem = 8MB',
  'maintenance_work_mem = 16MB',
  'client_encoding = UTF8',
  'timezone = UTC',
];

const { serialize } = protocol;

/**
 * The database's code stays as it was compiled first: optimising one function of it takes half a gigabyte for a moment, and what that
 * saves is a third of a scan over a whole table, nothing of a statement that reads by a key. Modules that come later are optimised.
 */
async function unoptimised<T>(compile: () => Promise<T>): Promise<T> {
  const flags = ['wasm-dynamic-tiering', 'wasm-tier-up'];
  for (const flag of flags) setFlagsFromString(`--no-${flag}`);
  try {
    return await compile();
  } finally {
    for (const flag of flags) setFlagsFromString(`--${flag}`);
  }
}

async function open(): Promise<PGlite> {
  if (folder === null) {
    const loadDataDir = new Blob([template ?? new Uint8Array()], { type: 'application/x-gzip' });
    return await PGlite.create({ loadDataDir, postgresqlconf: postgresSettings });
  }
  // The caller holds the data folder. A start that was killed may leave the file empty, and Postgres then refuses for ever.
  await rm(join(folder, 'postmaster.pid'), { force: true });
  return await PGlite.create({ dataDir: folder, postgresqlconf: postgresSettings });
}

/** Plans of statements by their text: planning takes longer than most statements run. */
const preparedNames = new Map<string, string>();
const preparedMost = 200;
let lastPrepared = 0;

/** The messages of all statements in one buffer: together they are one call into Postgres. */
function toProtocol(statements: readonly Statement[]): { readonly buffer: Uint8Array; readonly added: string[] } {
  const added: string[] = [];
  const parts = statements.flatMap(({ text, values }) => {
    if (values === null) return [serialize.query(text)];
    const known = preparedNames.get(text);
    const name = known ?? `s${++lastPrepared}`;
    if (known === undefined) {
      preparedNames.set(text, name);
      added.push(text);
    }
    return [
      ...(known === undefined ? [serialize.parse({ text, name })] : []),
      serialize.bind({ statement: name, values: [...values] }),
      serialize.describe({ type: 'P' }),
      serialize.execute({}),
      serialize.sync(),
    ];
  });
  return { buffer: Buffer.concat(parts), added };
}

async function forgetPrepared(database: PGlite, texts: readonly string[]): Promise<void> {
  const closing = texts.map((text) => {
    const name = preparedNames.get(text) ?? '';
    preparedNames.delete(text);
    return serialize.close({ type: 'S', name });
  });
  if (closing.length > 0)
    await database.execProtocolStream(Buffer.concat([...closing, serialize.sync()]), { syncToFs: false });
}

async function execute(database: PGlite, statements: readonly Statement[]): Promise<RawResult[]> {
  const { buffer, added } = toProtocol(statements);
  try {
    const replies = await database.execProtocolStream(buffer, { syncToFs: false });
    if (preparedNames.size > preparedMost)
      await forgetPrepared(database, [...preparedNames.keys()].slice(0, preparedNames.size - preparedMost));
    return toResults(replies);
  } catch (error) {
    // After an error Postgres skips what follows, so nobody knows which of the new statements it has prepared.
    await forgetPrepared(database, added);
    throw error;
  }
}

type Replies = Awaited<ReturnType<PGlite['execProtocolStream']>>;

function toResults(replies: Replies): RawResult[] {
  const results: RawResult[] = [];
  let rows: (string | null)[][] = [];
  let fields: RawResult['fields'] = [];
  for (const reply of replies) {
    if (reply instanceof messages.RowDescriptionMessage) {
      fields = reply.fields.map(({ name, dataTypeID }) => ({ name, type: dataTypeID }));
      rows = [];
    } else if (reply instanceof messages.DataRowMessage) {
      rows.push(reply.fields);
    } else if (reply instanceof messages.ReadyForQueryMessage) {
      results.push({ fields, rows });
      fields = [];
      rows = [];
    }
  }
  return results;
}

async function respond(database: PGlite, request: PgliteRequest): Promise<PgliteResponse> {
  const { id } = request;
  try {
    if (request.statements !== null) return { id, results: await execute(database, request.statements) };
    await database.close();
    return { id, results: [] };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (!(error instanceof messages.DatabaseError)) return { id, error: { message, code: null, constraint: null } };
    return { id, error: { message, code: error.code ?? null, constraint: error.constraint ?? null } };
  }
}

const port = parentPort;
if (port === null) throw new Error('This file runs as a worker thread.');
const database = await unoptimised(open);
let last = Promise.resolve();
port.on('message', (request: PgliteRequest) => {
  last = last.then(async () => port.postMessage(await respond(database, request)));
});
port.postMessage({ id: 0, results: [] } satisfies PgliteResponse);
