import { createReadStream } from 'node:fs';
import { open, readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { AppError } from '../../../domain/errors.ts';
import { type ExportArchive, type ExportFile, isArchive, openExport } from './open-export.ts';

const exportName = /\.(?:zip|json|jsonl|ndjson)$/i;

/** The export in a file, or in the newest file of a folder. Throws FILE_UNREADABLE, and what `openExport` throws. */
export async function openExportAt(path: string): Promise<ExportArchive> {
  const info = await stat(path).catch((error: unknown) => unreadable(`${path} cannot be opened.`, error));
  const file = info.isDirectory() ? await newestIn(path) : path;
  const head = Buffer.alloc(2);
  await using handle = await open(file).catch((error: unknown) => unreadable(`${file} cannot be opened.`, error));
  await handle.read(head, 0, head.length, 0);
  if (isArchive(head)) return await openExport({ path: file });
  const { size, mtimeMs } = await handle.stat();
  return single({
    ...{ path: basename(file), size, fingerprint: `${mtimeMs}-${size}` },
    read: async (most) =>
      size > most
        ? tooLarge(basename(file), size, most)
        : await readFile(file).catch((error: unknown) => unreadable(`${file} cannot be read.`, error)),
    parts: () => partsOf(file),
  });
}

/** The export that was uploaded. */
export async function openUploadedExport(name: string, bytes: Uint8Array): Promise<ExportArchive> {
  if (isArchive(bytes)) return await openExport({ name, bytes });
  const size = bytes.byteLength;
  return single({
    ...{ path: name, size, fingerprint: String(size) },
    read: async (most) => (size > most ? tooLarge(name, size, most) : bytes),
    async *parts() {
      yield bytes;
    },
  });
}

async function* partsOf(file: string): AsyncGenerator<Uint8Array> {
  try {
    for await (const part of createReadStream(file)) yield part as Buffer;
  } catch (error) {
    unreadable(`${file} cannot be read.`, error);
  }
}

/** Data that came without an archive around it. */
function single(file: ExportFile): ExportArchive {
  return { name: file.path, files: new Map([[file.path, file]]), [Symbol.asyncDispose]: async () => {} };
}

/** A copy that is still under way is no export yet: the run fails, and the next one finds it whole. */
async function newestIn(folder: string): Promise<string> {
  const names = (await readdir(folder)).filter((name) => exportName.test(name) && !name.startsWith('.'));
  const files = await Promise.all(
    names.map(async (name) => ({ path: join(folder, name), time: (await stat(join(folder, name))).mtimeMs })),
  );
  const [newest] = files.sort((one, other) => other.time - one.time || (one.path < other.path ? 1 : -1));
  return newest?.path ?? unreadable(`${folder} holds no export: no file ends with .zip, .json, .jsonl or .ndjson.`);
}

function tooLarge(name: string, size: number, most: number): never {
  throw new AppError('FILE_TOO_LARGE', `${name} has ${size} bytes; at most ${most} are read.`);
}

function unreadable(detail: string, cause?: unknown): never {
  throw new AppError('FILE_UNREADABLE', detail, { cause });
}
