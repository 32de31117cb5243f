import { open, readdir, realpath, stat } from 'node:fs/promises';
import { basename, join, sep } from 'node:path';
import { AppError } from '../../domain/errors.ts';

/** A file that may be read; its bytes are not in memory yet. */
export interface FoundFile {
  readonly kind: 'file';
  /** Path relative to the folder, parted by `/`; for a single file its name. */
  readonly externalId: string;
  readonly path: string;
  /** In bytes. */
  readonly size: number;
  /** When it was last written, since 1970. */
  readonly modifiedMilliseconds: number;
  /** Throws FILE_UNREADABLE, or FILE_TOO_LARGE when the file has grown. */
  read(): Promise<Uint8Array>;
}

/** `failed`: the file should have been read; `skipped`: it is of another kind, which is no fault. */
export interface PassedOver {
  readonly kind: 'failed' | 'skipped';
  readonly externalId: string;
  readonly path: string;
  readonly error: AppError;
}

export type WalkEntry = FoundFile | PassedOver;

export interface WalkOptions {
  readonly maxFileBytes: number;
  /** Which files of a folder are wanted, by name; a file that is named itself is always taken. */
  readonly accepts: (fileName: string) => boolean;
}

/** Files of a folder whose size and time are asked for together: one by one each would wait for the disk. */
const looksAtOnce = 64;

const ignoredFolders = new Set(['node_modules', '__pycache__', 'bower_components']);

/** A place in the tree, with the real path of the root that links must not leave. */
interface Walk extends WalkOptions {
  readonly root: string;
  /** Real paths of the files and folders seen, so that each is read once. */
  readonly seen: Set<string>;
  /** Links, followed after everything that lies under its own name. */
  readonly links: { readonly path: string; readonly externalId: string }[];
}

/**
 * The files of a folder in a stable order, or the one file. Hidden files and folders, node_modules and the like are left out.
 * Links are followed inside the root only, and only to what is not reached otherwise, so that a loop ends. What cannot be opened is reported as failed.
 */
export async function* walkFolder(path: string, options: WalkOptions): AsyncGenerator<WalkEntry> {
  const walk: Walk = { ...options, root: '', seen: new Set(), links: [] };
  const root = await tryFile({ path, externalId: basename(path) }, () => realpath(path));
  if (typeof root !== 'string') {
    yield root;
    return;
  }
  const info = await stat(root);
  if (!info.isDirectory()) {
    yield await toEntry({ path: root, externalId: basename(path) }, { ...walk, accepts: () => true });
    return;
  }
  const rooted = { ...walk, root };
  yield* walkDirectory({ path: root, externalId: '' }, rooted);
  for (const link of rooted.links) yield* followLink(link, rooted);
}

interface Place {
  readonly path: string;
  readonly externalId: string;
}

async function* walkDirectory(folder: Place, walk: Walk): AsyncGenerator<WalkEntry> {
  walk.seen.add(folder.path);
  const entries = await tryFile(folder, () => readdir(folder.path, { withFileTypes: true }));
  if (!Array.isArray(entries)) {
    yield entries;
    return;
  }
  const wanted = entries
    .filter(({ name }) => !name.startsWith('.') && !ignoredFolders.has(name))
    .sort((one, other) => (one.name < other.name ? -1 : 1));
  for (let start = 0; start < wanted.length; start += looksAtOnce) {
    const next = wanted.slice(start, start + looksAtOnce).map((entry) => {
      const externalId = folder.externalId === '' ? entry.name : `${folder.externalId}/${entry.name}`;
      const place = { path: join(folder.path, entry.name), externalId };
      const isFile = !entry.isSymbolicLink() && !entry.isDirectory();
      return { entry, place, found: isFile ? toEntry(place, walk) : null };
    });
    for (const { entry, place, found } of next) {
      if (found) yield await found;
      else if (entry.isDirectory()) yield* walkDirectory(place, walk);
      else walk.links.push(place);
    }
  }
}

async function* followLink(link: Place, walk: Walk): AsyncGenerator<WalkEntry> {
  const target = await tryFile(link, () => realpath(link.path));
  if (typeof target !== 'string') {
    yield target;
    return;
  }
  if (walk.seen.has(target)) return;
  if (!target.startsWith(walk.root + sep)) {
    yield passOver('skipped', link, 'is a link that leads out of the folder.');
    return;
  }
  const info = await tryFile(link, () => stat(target));
  if ('kind' in info) yield info;
  else if (info.isDirectory()) yield* walkDirectory({ path: target, externalId: link.externalId }, walk);
  else yield await toEntry({ path: target, externalId: link.externalId }, walk);
}

async function toEntry(place: Place, walk: Walk): Promise<WalkEntry> {
  walk.seen.add(place.path);
  const info = await tryFile(place, () => stat(place.path));
  if ('kind' in info) return info;
  if (!info.isFile()) return passOver('skipped', place, 'is neither a file nor a folder.');
  if (!walk.accepts(basename(place.externalId))) return passOver('skipped', place, 'is of a type that is not read.');
  if (info.size > walk.maxFileBytes)
    return { kind: 'failed', ...place, error: tooLarge(place, info.size, walk.maxFileBytes) };
  return {
    kind: 'file',
    ...place,
    size: info.size,
    modifiedMilliseconds: info.mtimeMs,
    read: () => readAtMost(place, walk.maxFileBytes),
  };
}

async function readAtMost(place: Place, maximum: number): Promise<Uint8Array> {
  const bytes = await tryFile(place, async () => {
    const file = await open(place.path);
    try {
      const { size } = await file.stat();
      if (size > maximum) throw tooLarge(place, size, maximum);
      return await file.readFile();
    } finally {
      await file.close();
    }
  });
  if ('kind' in bytes) throw bytes.error;
  return bytes;
}

/** What `work` gives, or the failure of that file; no error of the file system ends the walk. */
async function tryFile<T>(place: Place, work: () => Promise<T>): Promise<T | PassedOver> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof AppError) return { kind: 'failed', ...place, error };
    const code = error instanceof Error && 'code' in error ? error.code : 'unknown';
    const reason = reasons[String(code)] ?? `cannot be opened (${String(code)}).`;
    const known = new AppError('FILE_UNREADABLE', `${place.externalId} ${reason}`, { cause: error });
    return { kind: 'failed', ...place, error: known };
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist.',
  EACCES: 'may not be read by this user.',
  EPERM: 'may not be read by this user.',
  ELOOP: 'is a link that leads to itself.',
  ENAMETOOLONG: 'has a name that is too long.',
};

function passOver(kind: 'failed' | 'skipped', place: Place, reason: string): PassedOver {
  return { kind, ...place, error: new AppError('FILE_TYPE_UNSUPPORTED', `${place.externalId} ${reason}`) };
}

function tooLarge(place: Place, size: number, maximum: number): AppError {
  return new AppError('FILE_TOO_LARGE', `${place.externalId} has ${size} bytes; at most ${maximum} are read.`);
}
