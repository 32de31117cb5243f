import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AppError } from '../../../domain/errors.ts';
import { sha256 } from '../../../domain/sha256.ts';
import { isObjectHash, missingObject, type ObjectStore, objectName } from '../../objects.ts';

const unfinishedName = 'unfinished';
/** Nobody writes one file for so long: what is older was left by a process that died. */
const leftMilliseconds = 3_600_000;

/** Files named by the SHA-256 of their bytes, in 256 folders by its first two digits. Several processes may share the folder. */
export async function createFileObjects(folder: string): Promise<ObjectStore> {
  const unfinished = join(folder, unfinishedName);
  await mkdir(unfinished, { recursive: true, mode: 0o700 });
  await removeLeft(unfinished);
  const pathOf = (hash: string) => join(folder, objectName(hash));
  const has = async (hash: string, size: number) => (await sizeOf(pathOf(hash))) === size;

  return {
    has,

    /** Written to a temporary name, synced, renamed. */
    async put(bytes) {
      const hash = sha256(bytes);
      const size = bytes.byteLength;
      if (await has(hash, size)) return { hash, size };
      const temporary = join(unfinished, randomUUID());
      try {
        await writeSynced(temporary, bytes);
        await mkdir(dirname(pathOf(hash)), { recursive: true, mode: 0o700 });
        await rename(temporary, pathOf(hash));
        await syncFolder(dirname(pathOf(hash)));
      } catch (error) {
        await rm(temporary, { force: true });
        throw AppError.from(error);
      }
      return { hash, size };
    },

    async get(hash) {
      const path = pathOf(hash);
      try {
        return await readFile(path);
      } catch (error) {
        throw isMissing(error) ? missingObject(hash, error) : error;
      }
    },

    async remove(hash) {
      if (isObjectHash(hash)) await rm(pathOf(hash), { force: true });
    },
  };
}

async function removeLeft(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Number.POSITIVE_INFINITY }));
    if (mtimeMs < Date.now() - leftMilliseconds) await rm(path, { force: true });
  }
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
