import { basename } from 'node:path';
import { type Entry, fromBufferPromise, openPromise, type ZipFile } from 'yauzl';
import { AppError } from '../../../domain/errors.ts';
import { explainArchive, refuseBomb, refuseEncrypted } from '../../parse/read-archive.ts';

/** A file of an export; its bytes are not in memory yet. */
export interface ExportFile {
  /** Parted by `/`; never absolute, and never outside of the archive. */
  readonly path: string;
  /** In bytes, unpacked. */
  readonly size: number;
  /** Checksum and size, as the archive states them. */
  readonly fingerprint: string;
  /** Throws FILE_TOO_LARGE when it has more than `most` bytes, FILE_CORRUPT when it is not what the archive states. */
  read(most: number): Promise<Uint8Array>;
  /** The same bytes one part after the other, however many there are. */
  parts(): AsyncGenerator<Uint8Array>;
}

export interface ExportArchive extends AsyncDisposable {
  /** As it was called where it came from. */
  readonly name: string;
  readonly files: ReadonlyMap<string, ExportFile>;
}

/** Where an export lies: in a file of this machine, or in memory. */
export type ExportOrigin = { readonly path: string } | { readonly name: string; readonly bytes: Uint8Array };

const mostEntries = 200_000;
const mostInflated = 20 * 1024 ** 3;
/** An archive inside of the archive is held in memory while it is read. */
const largestInner = 512 * 1024 ** 2;
const deepestPath = 64;
const zipMagic = 'PK';
/** Of a file's mode, as Unix writes it, the kind; and that of a symbolic link. */
const [kindOfFile, symbolicLink] = [0o170000, 0o120000];

interface Reading {
  readonly name: string;
  /** Bytes of the outer archive. */
  readonly size: number;
  entries: number;
  inflated: number;
  readonly opened: ZipFile[];
  readonly files: Map<string, ExportFile>;
}

/**
 * Checks an export and lists its files; nothing is unpacked to disk. Archives at its top level, in which large exports are cut, are opened
 * too, and no deeper ones. Throws FILE_CORRUPT, FILE_ENCRYPTED, FILE_UNREADABLE or FILE_SUSPICIOUS: too many files, names that lead out of
 * it, sizes that no export has.
 */
export async function openExport(origin: ExportOrigin): Promise<ExportArchive> {
  const name = 'path' in origin ? basename(origin.path) : origin.name;
  const opened: ZipFile[] = [];
  const close = async () => {
    for (const archive of opened) archive.close();
  };
  try {
    const archive =
      'path' in origin ? await openPromise(origin.path, { autoClose: false }) : await fromBytes(origin.bytes);
    opened.push(archive);
    const reading = { name, size: archive.fileSize, entries: 0, inflated: 0, opened, files: new Map() };
    await readDirectory(archive, reading, true);
    return { name, files: reading.files, [Symbol.asyncDispose]: close };
  } catch (error) {
    await close();
    throw error instanceof AppError ? error : explainArchive(name, error);
  }
}

/** Whether the bytes begin as an archive does. */
export function isArchive(head: Uint8Array): boolean {
  return Buffer.from(head.subarray(0, 2)).toString('latin1') === zipMagic;
}

async function fromBytes(bytes: Uint8Array): Promise<ZipFile> {
  return await fromBufferPromise(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), { autoClose: false });
}

async function readDirectory(archive: ZipFile, reading: Reading, isOuter: boolean): Promise<void> {
  const inner: ExportFile[] = [];
  for await (const entry of archive.eachEntry()) {
    reading.entries += 1;
    reading.inflated += entry.uncompressedSize;
    refuseEntry(entry, reading);
    if (!isWanted(entry)) continue;
    const file = toFile(archive, entry);
    if (isOuter && /^[^/]+\.zip$/i.test(file.path)) inner.push(file);
    else reading.files.set(file.path, file);
  }
  for (const file of inner) {
    const part = await fromBytes(await file.read(largestInner));
    reading.opened.push(part);
    await readDirectory(part, reading, false);
  }
}

function refuseEntry(entry: Entry, { name, size, entries, inflated }: Reading): void {
  refuseEncrypted(entry, name);
  refuseBomb(inflated, { name, size }, mostInflated);
  if (entries > mostEntries)
    throw new AppError('FILE_SUSPICIOUS', `${name} holds more than ${mostEntries} files, the most that are read.`);
  if (entry.fileName.split('/').length > deepestPath)
    throw new AppError('FILE_SUSPICIOUS', `${name} holds folders more than ${deepestPath} levels deep.`);
}

/** Folders, links, and what systems put beside files of their own accord are left out. */
function isWanted({ fileName, externalFileAttributes }: Entry): boolean {
  const isLink = ((externalFileAttributes >>> 16) & kindOfFile) === symbolicLink;
  return !fileName.endsWith('/') && !isLink && !/(?:^|\/)(?:__MACOSX\/|\.)/.test(fileName);
}

function toFile(archive: ZipFile, entry: Entry): ExportFile {
  const { fileName: path, uncompressedSize: size, crc32 } = entry;
  async function* parts(): AsyncGenerator<Uint8Array> {
    try {
      for await (const part of await archive.openReadStreamPromise(entry)) yield part as Buffer;
    } catch (error) {
      throw explainArchive(path, error);
    }
  }
  return {
    ...{ path, size, parts },
    fingerprint: `${crc32.toString(16)}-${size}`,
    async read(most) {
      if (size > most) throw new AppError('FILE_TOO_LARGE', `${path} has ${size} bytes; at most ${most} are read.`);
      return Buffer.concat(await Array.fromAsync(parts()));
    },
  };
}
