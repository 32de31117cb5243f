import { statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { AppError } from '../../domain/errors.ts';
import { DatabaseError } from './database-error.ts';
import type { PgliteRequest, PgliteResponse, PgliteStart } from './pglite-messages.ts';
import type { RawResult } from './sql-values.ts';
import type { Statement } from './transaction.ts';

/** The running embedded database. After `ended` every call throws DATABASE_UNAVAILABLE. */
export interface PgliteThread {
  /** Ends the thread when the answer takes longer: the database cannot interrupt itself, and it survives being killed. */
  execute(statements: readonly Statement[], timeoutSeconds: number): Promise<RawResult[]>;
  close(): Promise<void>;
  /** Ends the thread where it stands, as a crash would: what was committed stays. */
  abandon(): Promise<void>;
  readonly hasEnded: () => boolean;
}

interface Waiting {
  readonly resolve: (results: RawResult[]) => void;
  readonly reject: (reason: unknown) => void;
}

const openTimeoutSeconds = 120;
const closeTimeoutSeconds = 10;
/** Opening may have to write a log segment of 16 MB and its neighbours. */
const roomToOpen = 64 * 1024 * 1024;

/** Throws DATABASE_UNAVAILABLE or STORAGE_FULL when the database cannot be opened, or the signal's reason. */
export async function startPgliteThread(
  start: PgliteStart,
  signal?: AbortSignal,
  makeFolder?: () => Promise<void>,
): Promise<PgliteThread> {
  signal?.throwIfAborted();
  await makeFolder?.().catch((error: unknown) => {
    throw cannotOpen(start.folder, error);
  });
  signal?.throwIfAborted();
  const worker = new Worker(new URL('./pglite-worker.ts', import.meta.url), { workerData: start, execArgv: [] });
  const waiting = new Map<number, Waiting>();
  let lastId = 0;
  let end: AppError | null = null;

  function stop(reason: AppError): void {
    if (end !== null) return;
    end = reason;
    for (const { reject } of waiting.values()) reject(reason);
    waiting.clear();
    void worker.terminate();
  }

  worker.on('message', (response: PgliteResponse) => {
    const caller = waiting.get(response.id);
    waiting.delete(response.id);
    if ('results' in response) caller?.resolve(response.results);
    else caller?.reject(toError(response.error));
  });
  let isOpen = false;
  worker.on('error', (error) =>
    stop(isOpen ? unavailable('The embedded database stopped.', error) : cannotOpen(start.folder, error)),
  );
  worker.on('exit', (code) => stop(unavailable('The embedded database stopped.', new Error(`exit code ${code}`))));

  async function answerTo(id: number, timeoutSeconds: number): Promise<RawResult[]> {
    if (end !== null) throw end;
    let timer: NodeJS.Timeout | undefined;
    try {
      return await new Promise<RawResult[]>((resolve, reject) => {
        waiting.set(id, { resolve, reject });
        timer = setTimeout(
          () => stop(unavailable(`The embedded database did not answer within ${timeoutSeconds} s.`)),
          timeoutSeconds * 1000,
        );
      });
    } finally {
      clearTimeout(timer);
    }
  }

  async function request(statements: PgliteRequest['statements'], timeoutSeconds: number): Promise<RawResult[]> {
    lastId += 1;
    const answer = answerTo(lastId, timeoutSeconds);
    worker.postMessage({ id: lastId, statements } satisfies PgliteRequest);
    return await answer;
  }

  const abort = () => stop(unavailable('The start of the embedded database was stopped.', signal?.reason));
  signal?.addEventListener('abort', abort, { once: true });
  await answerTo(0, openTimeoutSeconds);
  isOpen = true;
  signal?.removeEventListener('abort', abort);

  return {
    execute: request,
    hasEnded: () => end !== null,
    async abandon() {
      stop(unavailable('The embedded database starts anew.'));
      await worker.terminate();
    },
    async close() {
      if (end === null) await request(null, closeTimeoutSeconds).catch(() => {});
      end ??= unavailable('The embedded database is closed.');
      await worker.terminate();
    },
  };
}

function toError({ message, code, constraint }: { message: string; code: string | null; constraint: string | null }) {
  return code === null
    ? unavailable('The embedded database failed.', new Error(message))
    : new DatabaseError(message, { code, constraint });
}

/** The database does not say why; a disk without room for a log segment does. */
function cannotOpen(folder: string | null, cause: unknown): AppError {
  const room = folder === null ? Number.POSITIVE_INFINITY : freeBytes(dirname(folder));
  if (room >= roomToOpen) return unavailable('The embedded database cannot be opened: its folder is damaged.', cause);
  const megabytes = Math.floor(room / 1024 / 1024);
  const detail = `The disk of the embedded database has ${megabytes} MB left; opening it needs ${roomToOpen / 1024 / 1024} MB.`;
  return new AppError('STORAGE_FULL', detail, { cause });
}

function freeBytes(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}

function unavailable(detail: string, cause?: unknown): AppError {
  return new AppError('DATABASE_UNAVAILABLE', detail, { cause });
}
