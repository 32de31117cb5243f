import { type FileHandle, open, rename } from 'node:fs/promises';
import { AppError } from '../../src/domain/errors.ts';

/** A file of lines that only grows. What `append` has resolved for is on the disk, whatever happens to the process. */
export interface AppendLog {
  /** Resolves to where the lines begin, in bytes. Throws STORAGE_FULL; nothing of the lines is in the file then. */
  append(lines: string): Promise<number>;
  close(): Promise<void>;
}

export type LogFile = Pick<FileHandle, 'write' | 'truncate' | 'datasync' | 'close'>;

interface Waiting {
  readonly bytes: Buffer;
  readonly resolve: (offset: number) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Opens a file for appending behind its first `length` bytes; what stands beyond them is cut off. What is appended while the disk is busy
 * is written and synced together.
 */
export async function openAppendLog(path: string, length: number): Promise<AppendLog> {
  const file = await open(path, 'a+').then(async (created) => {
    await created.close();
    return await open(path, 'r+');
  });
  await file.truncate(length);
  return createAppendLog(file, length);
}

export function createAppendLog(file: LogFile, length: number): AppendLog {
  let waiting: Waiting[] = [];
  let end = length;
  let flushing: Promise<void> | null = null;
  let broken: AppError | null = null;

  async function flush(): Promise<void> {
    // Whoever called must hold the promise before it ends: a flush that did so at once would stand there as one that is going on.
    await Promise.resolve();
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      const bytes = Buffer.concat(batch.map((entry) => entry.bytes));
      try {
        if (broken) throw broken;
        await writeAll(file, bytes, end);
        await file.datasync();
      } catch (error) {
        // Cutting a file off needs no room, so that this works on a full disk.
        if (!broken) await file.truncate(end).catch(() => {});
        broken ??= AppError.from(error);
        for (const { reject } of batch) reject(broken);
        continue;
      }
      for (const entry of batch) {
        entry.resolve(end);
        end += entry.bytes.length;
      }
    }
    flushing = null;
  }

  return {
    append: (lines) =>
      new Promise((resolve, reject) => {
        waiting.push({ bytes: Buffer.from(lines), resolve, reject });
        flushing ??= flush();
      }),
    async close() {
      await flushing;
      await file.close();
    },
  };
}

async function writeAll(file: LogFile, bytes: Buffer, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}

/** A line of a file, without its end, and where it stands in bytes. */
export interface PlacedLine {
  readonly text: string;
  readonly offset: number;
  /** With the end of the line. */
  readonly length: number;
}

const readBytes = 256 * 1024;
const lineEnd = 0x0a;

/** The complete lines of a file in order; what follows the last line end is left out. None where there is no file. */
export async function* readLines(path: string): AsyncGenerator<PlacedLine> {
  const file = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (file === null) return;
  try {
    let rest = Buffer.alloc(0);
    let offset = 0;
    for (let position = 0; ; ) {
      const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(readBytes), 0, readBytes, position);
      if (bytesRead === 0) return;
      position += bytesRead;
      const chunk = Buffer.concat([rest, buffer.subarray(0, bytesRead)]);
      let start = 0;
      for (let end = chunk.indexOf(lineEnd, start); end >= 0; end = chunk.indexOf(lineEnd, start)) {
        const length = end + 1 - start;
        yield { text: chunk.toString('utf8', start, end), offset, length };
        offset += length;
        start = end + 1;
      }
      rest = chunk.subarray(start);
    }
  } finally {
    await file.close();
  }
}

/** Where a part of a file stands, in bytes. */
export interface Extent {
  readonly offset: number;
  readonly length: number;
}

/** Replaces a file by its parts in the given order, whole or not at all. Throws STORAGE_FULL. */
export async function rewriteInOrder(path: string, order: Iterable<Extent>): Promise<void> {
  const unfinished = `${path}.tmp`;
  try {
    await using from = await open(path, 'r');
    await using to = await open(unfinished, 'w');
    let written = 0;
    for (const { offset, length } of order) {
      const bytes = Buffer.allocUnsafe(length);
      await from.read(bytes, 0, length, offset);
      await writeAll(to, bytes, written);
      written += length;
    }
    await to.sync();
  } catch (error) {
    throw AppError.from(error);
  }
  await rename(unfinished, path);
}

/** Writes a file whole or not at all, of one text or of many in a row. Throws STORAGE_FULL, and what the texts throw. */
export async function writeWhole(path: string, text: string | AsyncIterable<string>): Promise<void> {
  const unfinished = `${path}.tmp`;
  try {
    await using file = await open(unfinished, 'w');
    await file.writeFile(text);
    await file.sync();
  } catch (error) {
    throw AppError.from(error);
  }
  await rename(unfinished, path);
}
