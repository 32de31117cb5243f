import { existsSync } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { AppError } from '../domain/errors.ts';
import { readBackup, unpackBackup } from '../store/backup-file.ts';
import type { ClientInvocation } from './invocation.ts';
import { createStepProgress } from './progress.ts';

/**
 * Writes all rows and raw files into a new file, which has its name only once it is whole. Throws CONFLICT when there is one of that name,
 * BACKUP_DAMAGED when the server ends too early.
 */
export async function backup({ client, output, progress, signal }: ClientInvocation, path: string): Promise<void> {
  if (existsSync(path)) throw new AppError('CONFLICT', `There is a file ${path} already. Name another one.`);
  const unfinished = `${path}.part`;
  const show = createStepProgress(progress);
  try {
    await using file = await open(unfinished, 'w', 0o600);
    const bytes = Readable.from(keep(file, client.download('/v1/backup', signal)));
    const { rows, objects } = await follow(readBackup(unpackBackup(bytes)), show);
    await file.sync();
    await rename(unfinished, path);
    output.result({ file: path, rows, objects }, describeBackup);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  } finally {
    progress.end();
  }
}

/** Passes on what it has written. */
async function* keep(file: FileHandle, bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of bytes) {
    await file.writeFile(chunk);
    yield chunk;
  }
}

/** Resolves to what came, once all of it has. */
async function follow(entries: ReturnType<typeof readBackup>, show: ReturnType<typeof createStepProgress>) {
  let total = { rows: 0, objects: 0 };
  const done = { rows: 0, objects: 0 };
  for await (const entry of entries) {
    if (entry.kind === 'head') {
      total = entry.head;
    } else if (entry.kind === 'rows') {
      done.rows += entry.batch.count;
      show('rows', done.rows, total.rows);
    } else if (entry.kind === 'object') {
      done.objects += 1;
      show('files', done.objects, total.objects);
    }
  }
  return done;
}

interface Restored {
  readonly version: string;
  readonly createdAt: string;
  readonly rows: number;
  readonly objects: number;
}

export function describeRestored({ version, createdAt, rows, objects }: Restored): string {
  return (
    `Restored ${rows} rows and ${objects} raw files of ${createdAt} (version ${version}).\n` +
    'Start the server with `footnote serve`; with QDRANT_URL, fill the index with `footnote reindex`.'
  );
}

function describeBackup({ file, rows, objects }: { file: string; rows: number; objects: number }): string {
  return (
    `${file}: ${rows} rows, ${objects} raw files.\n` +
    'Keep it as you keep the documents. `footnote restore` puts it into an empty DATA_DIR or database.'
  );
}
