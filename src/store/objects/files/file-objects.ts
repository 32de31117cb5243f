import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../../domain/errors.ts';
import type { ObjectStore } from '../../objects.ts';

const hashPattern = /^[0-9a-f]{64}$/;
const unfinishedName = 'unfinished';

/**
 * Files named by the SHA-256 of their bytes, in 256 folders by its first two digits. The caller holds the data folder, so
 * that what lies unfinished was left by a process that died; it is removed here.
 */
export async function createFileObjects(folder: string): Promise<ObjectStore> {
  const unfinished = join(folder, unfinishedName);
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { recursive: true, mode: 0o700 });
  const pathOf = (hash: string) => join(folder, hash.slice(0, 2), hash);

  return {
    async put(bytes) {
      const hash = createHash('sha256').update(bytes).digest('hex');
      const size = bytes.byteLength;
      if ((await sizeOf(pathOf(hash))) === size) return { hash, size };
      const temporary = join(unfinished, randomUUID());
      try {
        await writeSynced(temporary, bytes);
        await mkdir(join(folder, hash.slice(0, 2)), { recursive: true, mode: 0o700 });
        await rename(temporary, pathOf(hash));
        await syncFolder(join(folder, hash.slice(0, 2)));
      } catch (error) {
        await rm(temporary, { force: true });
        throw AppError.from(error);
      }
      return { hash, size };
    },

    async get(hash) {
      if (!hashPattern.test(hash)) throw missing(hash);
      try {
        return await readFile(pathOf(hash));
      } catch (error) {
        throw isMissing(error) ? missing(hash, error) : error;
      }
    },

    async remove(hash) {
      if (hashPattern.test(hash)) await rm(pathOf(hash), { force: true });
    },
  };
}

async function sizeOf(path: string): Promise<number | null> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

async function writeSynced(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(bytes);
    await file.datasync();
  } finally {
    await file.close();
  }
}

/** The new name itself has to survive a power loss. Windows cannot open folders and does not need it. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

function missing(hash: string, cause?: unknown): AppError {
  return new AppError('NOT_FOUND', `There is no stored file ${hash.slice(0, 64)}.`, { cause });
}
