import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createGzip, type Gzip } from 'node:zlib';
import { AppError } from '../domain/errors.ts';
import { createBackupLines } from './backup-file.ts';
import type { ObjectStore } from './objects.ts';
import type { RowArchive } from './row-archive.ts';

interface BackupParts {
  readonly archive: Pick<RowArchive, 'read'>;
  readonly objects: Pick<ObjectStore, 'get'>;
  /** Where a backup is kept until it was taken. */
  readonly folder: string;
  readonly version: string;
  readonly now: () => Date;
}

/** The bytes of a backup's file; whoever stops taking them ends it. Throws DATABASE_UNAVAILABLE, STORAGE_UNAVAILABLE or STORAGE_FULL. */
export type MakeBackup = () => AsyncGenerator<Uint8Array, void>;

const fastestGzip = 1;
const bytesPerRead = 65_536;

/**
 * Makes backups of an installation: the rows of one moment, then the raw files that they name. They go to a file as fast as the database gives
 * them, and the reader follows: one that is slow holds no transaction.
 */
export function createMakeBackup(parts: BackupParts): MakeBackup {
  return async function* makeBackup() {
    const stop = new AbortController();
    const gzip = createGzip({ level: fastestGzip });
    const path = join(parts.folder, `backup.${randomUUID()}.tmp`);
    const file = await open(path, 'wx+', 0o600);
    // The name goes at once: what is killed leaves nothing behind.
    await rm(path, { force: true }).catch(() => {});
    const spool = createSpool(file);
    const writing = Promise.all([writeLines(parts, gzip, stop.signal), spool.fill(gzip)]);
    writing.catch((error: unknown) => {
      stop.abort(error);
      gzip.destroy();
      spool.fail(error);
    });
    try {
      yield* spool.read();
      await writing;
    } finally {
      stop.abort(new AppError('CONFLICT', 'Nobody takes the backup any more.'));
      gzip.destroy();
      await writing.catch(() => {});
      await file.close();
      await rm(path, { force: true });
    }
  };
}

async function writeLines({ archive, objects, ...parts }: BackupParts, gzip: Gzip, signal: AbortSignal): Promise<void> {
  const lines = createBackupLines(parts);
  const write = async (text: string) => {
    signal.throwIfAborted();
    if (!gzip.write(text)) await once(gzip, 'drain', { signal });
  };
  let names: readonly string[] = [];
  await archive.read(
    async (summary) => {
      names = summary.objects;
      await write(lines.head(summary));
    },
    async (batch) => await write(lines.rows(batch)),
  );
  for (const name of names) {
    const bytes = await unlessGone(objects.get(name));
    if (bytes) for (const line of lines.object(name, bytes)) await write(line);
  }
  await write(lines.end());
  gzip.end();
}

/** A file that was purged since then is missed by nobody: its rows are going too. */
async function unlessGone(getting: Promise<Uint8Array>): Promise<Uint8Array | null> {
  try {
    return await getting;
  } catch (error) {
    if (error instanceof AppError && error.code === 'NOT_FOUND') return null;
    throw error;
  }
}

/** A file that is read while it is written. */
function createSpool(file: FileHandle) {
  let written = 0;
  let isWhole = false;
  let failure: { readonly error: unknown } | null = null;
  let changed = Promise.withResolvers<void>();
  const wake = () => {
    changed.resolve();
    changed = Promise.withResolvers();
  };
  return {
    async fill(chunks: AsyncIterable<Uint8Array>): Promise<void> {
      for await (const chunk of chunks) {
        await file.write(chunk, 0, chunk.byteLength, written);
        written += chunk.byteLength;
        wake();
      }
      isWhole = true;
      wake();
    },
    fail(error: unknown): void {
      failure = { error };
      wake();
    },
    async *read(): AsyncGenerator<Uint8Array> {
      for (let position = 0; ; ) {
        if (failure) throw failure.error;
        if (position < written) {
          const buffer = new Uint8Array(Math.min(bytesPerRead, written - position));
          const { bytesRead } = await file.read(buffer, 0, buffer.byteLength, position);
          position += bytesRead;
          yield buffer.subarray(0, bytesRead);
        } else if (isWhole) {
          return;
        } else {
          await changed.promise;
        }
      }
    },
  };
}
