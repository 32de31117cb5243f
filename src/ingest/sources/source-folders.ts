import { realpath } from 'node:fs/promises';
import { sep } from 'node:path';
import { AppError } from '../../domain/errors.ts';

/** The real path of a file or folder that sources may read. Throws INVALID_REQUEST for one that the operator does not allow, FILE_UNREADABLE. */
export async function allowedPath(path: string, folders: readonly string[]): Promise<string> {
  const roots = await Promise.all(folders.map((folder) => realpath(folder).catch(() => folder)));
  const real = await realpath(path).catch(() => null);
  const isBelow = (candidate: string) => roots.some((root) => candidate === root || candidate.startsWith(rooted(root)));
  // What is not allowed looks the same whether it exists or not.
  if (!isBelow(real ?? path)) {
    const expected = 'a path in a folder that SOURCE_FOLDERS names';
    throw new AppError('INVALID_REQUEST', `The operator does not allow this path: expected ${expected}.`, {
      errors: [{ field: 'settings.path', expected, received: JSON.stringify(path.slice(0, 200)) }],
    });
  }
  if (real === null) throw new AppError('FILE_UNREADABLE', `${path} does not exist or may not be read.`);
  return real;
}

function rooted(root: string): string {
  return root.endsWith(sep) ? root : root + sep;
}
