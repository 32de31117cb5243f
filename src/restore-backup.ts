import type { Invocation } from './cli/invocation.ts';
import { createStepProgress } from './cli/progress.ts';
import { AppError } from './domain/errors.ts';
import { openObjects } from './open-objects.ts';
import { keepSampleAway } from './sample.ts';
import { type BackupEntry, type BackupHead, backupLinesOf, readBackup } from './store/backup-file.ts';
import { openDataFolder } from './store/data-folder.ts';
import { openDatabase } from './store/postgres/open-database.ts';
import { createRowArchive } from './store/postgres/row-archive.ts';

/**
 * Puts a backup into an empty installation; resolves to what it held. The file is read once before anything is written, raw files come before the
 * rows that name them: what fails leaves an empty installation. Throws BACKUP_DAMAGED, NOT_FOUND, CONFLICT, and what opening the parts throws.
 */
export async function restoreBackup({ config, progress, signal }: Invocation, path: string) {
  const entries = () => readBackup(backupLinesOf(path));
  const { head, end } = await verifyBackup(entries());
  await using stack = new AsyncDisposableStack();
  stack.defer(() => progress.end());
  const folder = await openDataFolder(config.dataDir);
  stack.defer(() => folder.release());
  const driver = await openDatabase({ databaseUrl: config.databaseUrl, dataDir: config.dataDir });
  stack.defer(() => driver.close());
  const archive = createRowArchive(driver);
  await archive.requireEmpty(head.migrations);
  const objects = await openObjects(config.objects);
  const show = createStepProgress(progress);
  let [files, rows] = [0, 0];
  for await (const entry of entries()) {
    signal.throwIfAborted();
    if (entry.kind !== 'object') continue;
    await objects.put(entry.bytes);
    files += 1;
    show('files', files, end.objects);
  }
  async function* batches() {
    for await (const entry of entries()) {
      signal.throwIfAborted();
      if (entry.kind !== 'rows') continue;
      yield entry.batch;
      rows += entry.batch.count;
      show('rows', rows, end.rows);
    }
  }
  await archive.write(head.migrations, batches());
  keepSampleAway(folder);
  return { version: head.version, createdAt: head.createdAt, rows: end.rows, objects: end.objects };
}

async function verifyBackup(entries: AsyncIterable<BackupEntry>) {
  let head: BackupHead | null = null;
  for await (const entry of entries) {
    if (entry.kind === 'head') head = entry.head;
    if (head && entry.kind === 'end') return { head, end: entry.end };
  }
  throw new AppError('BACKUP_DAMAGED', 'The file is not a whole backup: it is empty.');
}
