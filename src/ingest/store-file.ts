import { setTimeout as pause } from 'node:timers/promises';
import { AppError } from '../domain/errors.ts';
import type { ObjectStore } from '../store/objects.ts';

interface StoredFile {
  /** SHA-256 of the bytes, their name in the object store. */
  readonly hash: string;
  readonly size: number;
}

/** How often a file that is being removed at this moment is stored again, once a second. */
const storedAgain = 30;

/**
 * Stores bytes, then writes what refers to them; whoever removes files that nothing refers to cannot come in between. `write` throws CONFLICT
 * with a time to wait while the file is being removed.
 */
export async function storeFile<T>(
  objects: Pick<ObjectStore, 'put' | 'has'>,
  bytes: Uint8Array,
  write: (file: StoredFile) => Promise<T>,
): Promise<T> {
  for (let attempt = 0; ; attempt += 1) {
    const { hash, size } = await objects.put(bytes);
    try {
      const written = await write({ hash, size });
      // What was removed between storing and writing is stored again; from here on nobody removes it.
      if (!(await objects.has(hash, size))) await objects.put(bytes);
      return written;
    } catch (error) {
      const wait = error instanceof AppError && error.code === 'CONFLICT' ? error.retryAfter : null;
      if (wait === null || attempt >= storedAgain) throw error;
      await pause(wait * 1000);
    }
  }
}
