import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

const lockName = 'footnote.lock';
const sqliteBusy = 5;

/** Held until it is released or the process ends, however it ends. */
export interface FolderLock {
  readonly isHeld: boolean;
  release(): void;
}

/**
 * A lock of the operating system, by way of SQLite: it ends with the process, cannot be left behind by a crash, and holds
 * between containers that share the folder. Null when another holds it for longer than `waitMilliseconds`. Nothing else may open the
 * file in this process: closing any handle of it would give the lock away.
 */
export function lockFolder(path: string, waitMilliseconds: number): FolderLock | null {
  let lock: DatabaseSync | null = null;
  try {
    lock = new DatabaseSync(join(path, lockName), { timeout: waitMilliseconds });
    lock.exec('begin exclusive');
    const held = lock;
    return {
      get isHeld() {
        return held.isOpen;
      },
      release: () => held.close(),
    };
  } catch (error) {
    lock?.close();
    if (error instanceof Error && 'errcode' in error && error.errcode === sqliteBusy) return null;
    throw error;
  }
}

/** Whether a live process holds the folder. */
export async function isLocked(path: string): Promise<boolean> {
  const file = await open(join(path, lockName), 'r').catch(() => null);
  if (file === null) return false;
  await file.close();
  const lock = lockFolder(path, 0);
  lock?.release();
  return lock === null;
}
