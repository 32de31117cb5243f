import type { Readable } from 'node:stream';
import { type Entry, fromBufferPromise, type ZipFile } from 'yauzl';
import { AppError } from '../../domain/errors.ts';
import { decodeText } from './decode-text.ts';

const mostEntries = 10_000;
/** Bytes that all parts may have together after inflating. */
const mostInflated = 200 * 1024 * 1024;
/** Inflated to compressed size; text in office files stays below 50. Small archives may exceed it without harm. */
const largestRatio = 150;
const harmless = 10 * 1024 * 1024;
/** The parts that are read; pictures and macros are never inflated. */
const readParts = /\.(?:xml|rels|x?html?|opf|ncx)$/i;
/** Parts that show nothing of their own. */
const silentParts = /thumbnail|fonts?\/|printersettings|\.(?:css|odttf|ttf|otf|woff2?|rdf)$|^mimetype$|\/$/i;
const entityDeclaration = '<!ENTITY';

/** An archive that was checked; its parts inflate when they are asked for. */
export interface Archive {
  readonly names: ReadonlySet<string>;
  /** Compressed bytes of the parts that are not read and may show text: pictures, embedded files. */
  readonly unreadBytes: number;
  /** The cleaned text of a part, or null when there is none of this name. */
  text(name: string): Promise<string | null>;
}

interface ArchiveFile {
  readonly name: string;
  readonly requiredEntry: string;
}

/**
 * Checks an archive before any of it is kept in memory: number and names of entries, sizes as declared and, for the parts that are read, as they
 * really inflate. Throws FILE_SUSPICIOUS, FILE_ENCRYPTED or, when it is damaged or lacks `requiredEntry`, FILE_CORRUPT.
 */
export async function openArchive(bytes: Uint8Array, file: ArchiveFile): Promise<Archive> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    const archive = await fromBufferPromise(buffer, { autoClose: false });
    const entries = await checkEntries(archive, { ...file, size: bytes.byteLength });
    return {
      names: new Set(entries.keys()),
      unreadBytes: unreadBytes([...entries.values()]),
      text: (name) => readText(archive, entries.get(name)),
    };
  } catch (error) {
    throw error instanceof AppError ? error : explainArchive(file.name, error);
  }
}

function unreadBytes(entries: readonly Entry[]): number {
  const unread = entries.filter(({ fileName }) => !readParts.test(fileName) && !silentParts.test(fileName));
  return unread.reduce((sum, { compressedSize }) => sum + compressedSize, 0);
}

/** The AppError for what the library throws. */
export function explainArchive(name: string, error: unknown): AppError {
  const reason = error instanceof Error ? error.message : '';
  if (/relative path|absolute path|invalid characters in fileName/.test(reason))
    return new AppError('FILE_SUSPICIOUS', `${name} names a part that would lie outside of it.`, { cause: error });
  return new AppError('FILE_CORRUPT', `${name} is a damaged or incomplete archive.`, { cause: error });
}

async function checkEntries(archive: ZipFile, file: ArchiveFile & { size: number }): Promise<Map<string, Entry>> {
  const entries = new Map<string, Entry>();
  let declared = 0;
  let inflated = 0;
  if (archive.entryCount > mostEntries)
    throw new AppError(
      'FILE_SUSPICIOUS',
      `${file.name} holds ${archive.entryCount} parts; ${mostEntries} are allowed.`,
    );
  for await (const entry of archive.eachEntry()) {
    refuseEncrypted(entry, file.name);
    declared += entry.uncompressedSize;
    refuseBomb(declared, file);
    entries.set(entry.fileName, entry);
    if (!readParts.test(entry.fileName)) continue;
    inflated += await inflatedSize(archive, entry, file.name);
    refuseBomb(inflated, file);
  }
  if (!entries.has(file.requiredEntry))
    throw new AppError('FILE_CORRUPT', `${file.name} lacks its main part, ${file.requiredEntry}.`);
  return entries;
}

export function refuseEncrypted(entry: Entry, name: string): void {
  if (entry.isEncrypted()) throw new AppError('FILE_ENCRYPTED', `${name} is protected by a password.`);
}

/** Throws FILE_SUSPICIOUS for an archive that unpacks to more than `most` bytes, or to many times its size. */
export function refuseBomb(inflated: number, file: { name: string; size: number }, most = mostInflated): void {
  const isBomb = inflated > harmless && inflated / file.size > largestRatio;
  if (inflated <= most && !isBomb) return;
  throw new AppError(
    'FILE_SUSPICIOUS',
    `${file.name} has ${file.size} bytes and unpacks to more than ${inflated - 1} bytes.`,
  );
}

/** Inflates without keeping anything; a part that is larger than it declares breaks off with an error. */
async function inflatedSize(archive: ZipFile, entry: Entry, fileName: string): Promise<number> {
  const stream: Readable = await archive.openReadStreamPromise(entry);
  let size = 0;
  let tail = '';
  for await (const part of stream) {
    const text = tail + (part as Buffer).toString('latin1');
    if (text.includes(entityDeclaration))
      throw new AppError('FILE_SUSPICIOUS', `${fileName} declares entities of its own in ${entry.fileName}.`);
    tail = text.slice(-entityDeclaration.length);
    size += (part as Buffer).byteLength;
  }
  return size;
}

async function readText(archive: ZipFile, entry: Entry | undefined): Promise<string | null> {
  if (!entry) return null;
  const stream: Readable = await archive.openReadStreamPromise(entry);
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(part as Buffer);
  const bytes = Buffer.concat(parts);
  const declared = /^<\?xml[^>]*\bencoding=["']([\w.:-]+)/.exec(bytes.toString('latin1', 0, 200))?.[1];
  return decodeText(bytes, declared ?? null);
}
