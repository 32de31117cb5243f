import type { Readable } from 'node:stream';
import { type Entry, fromBufferPromise, type ZipFile } from 'yauzl';
import { AppError } from '../../domain/errors.ts';

const mostEntries = 10_000;
/** Bytes that all parts may have together after inflating. */
const mostInflated = 200 * 1024 * 1024;
/** Inflated to compressed size; text in office files stays below 50. Small archives may exceed it without harm. */
const largestRatio = 150;
const harmless = 10 * 1024 * 1024;

/**
 * Checks an archive before any of it is kept in memory: number of entries, sizes as declared and, for the parts that are read, as they really inflate.
 * Throws FILE_SUSPICIOUS, FILE_ENCRYPTED or, when it is damaged or lacks `requiredEntry`, FILE_CORRUPT.
 */
export async function checkArchive(bytes: Uint8Array, file: { name: string; requiredEntry: string }): Promise<void> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let archive: ZipFile | null = null;
  try {
    archive = await fromBufferPromise(buffer);
    await checkEntries(archive, { ...file, size: bytes.byteLength });
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError('FILE_CORRUPT', `${file.name} is a damaged or incomplete archive.`, { cause: error });
  } finally {
    archive?.close();
  }
}

async function checkEntries(
  archive: ZipFile,
  file: { name: string; requiredEntry: string; size: number },
): Promise<void> {
  let declared = 0;
  let inflated = 0;
  let isComplete = false;
  if (archive.entryCount > mostEntries)
    throw new AppError(
      'FILE_SUSPICIOUS',
      `${file.name} holds ${archive.entryCount} parts; ${mostEntries} are allowed.`,
    );
  for await (const entry of archive.eachEntry()) {
    if ((entry.generalPurposeBitFlag & 1) !== 0)
      throw new AppError('FILE_ENCRYPTED', `${file.name} is protected by a password.`);
    declared += entry.uncompressedSize;
    refuseBomb(declared, file);
    isComplete ||= entry.fileName === file.requiredEntry;
    if (!/\.(?:xml|rels)$/i.test(entry.fileName)) continue;
    inflated += await inflatedSize(archive, entry);
    refuseBomb(inflated, file);
  }
  if (!isComplete) throw new AppError('FILE_CORRUPT', `${file.name} lacks its main part, ${file.requiredEntry}.`);
}

function refuseBomb(inflated: number, file: { name: string; size: number }): void {
  const isBomb = inflated > harmless && inflated / file.size > largestRatio;
  if (inflated <= mostInflated && !isBomb) return;
  throw new AppError(
    'FILE_SUSPICIOUS',
    `${file.name} has ${file.size} bytes and unpacks to more than ${inflated - 1} bytes.`,
  );
}

/** Inflates without keeping anything; a part that is larger than it declares breaks off with an error. */
async function inflatedSize(archive: ZipFile, entry: Entry): Promise<number> {
  const stream: Readable = await archive.openReadStreamPromise(entry);
  let size = 0;
  for await (const part of stream) size += (part as Buffer).byteLength;
  return size;
}
