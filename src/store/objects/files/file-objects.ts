import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../../domain/errors.ts';
import type { ObjectStore } from '../../objects.ts';

const hashPattern = /^[0-9a-f]{64}$/;

/**
 * Objects as files named by their hash, in 256 folders. A file is written under a temporary name, synced and renamed, so that a name holds all
 * bytes or does not exist; temporary files that a crash left are removed here.
 */
export async function createFileObjects({ folder }: { folder: string }): Promise<ObjectStore> {
  const incoming = join(folder, 'incoming');
  await mkdir(incoming, { recursive: true });
  for (const name of await readdir(incoming)) await rm(join(incoming, name), { force: true });

  const pathOf = (hash: string) => {
    if (!hashPattern.test(hash)) throw missing();
    return join(folder, hash.slice(0, 2), hash);
  };

  async function write(path: string, bytes: Uint8Array): Promise<void> {
    const temporary = join(incoming, randomUUID());
    try {
      const file = await open(temporary, 'wx', 0o600);
      try {
        await file.writeFile(bytes);
        await file.sync();
      } finally {
        await file.close();
      }
      await mkdir(join(path, '..'), { recursive: true });
      await rename(temporary, path);
    } catch (error) {
      await rm(temporary, { force: true });
      throw AppError.from(error);
    }
  }

  return {
    async put(bytes) {
      const hash = createHash('sha256').update(bytes).digest('hex');
      const path = pathOf(hash);
      const known = await stat(path).catch(() => null);
      if (known?.size !== bytes.byteLength) await write(path, bytes);
      return { hash, size: bytes.byteLength };
    },
    async get(hash) {
      try {
        return await readFile(pathOf(hash));
      } catch (error) {
        throw isMissing(error) ? missing() : AppError.from(error);
      }
    },
    async remove(hash) {
      await rm(pathOf(hash), { force: true });
    },
  };
}

function missing(): AppError {
  return new AppError('NOT_FOUND', 'The raw file is gone from the object store.');
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
