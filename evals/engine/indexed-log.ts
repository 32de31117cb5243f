import { open } from 'node:fs/promises';
import { AppError } from '../../src/domain/errors.ts';
import { type Extent, openAppendLog, readLines, rewriteInOrder } from './append-log.ts';

/** Of one case asked once. */
export interface EntryKey {
  readonly case: string;
  readonly repeat: number;
}

/** Where an entry stands, and whether it tells of an error. */
export interface Entry extends Extent {
  readonly isError: boolean;
}

/** What is known of each case asked once, in lines of a file that only grows; of several entries the last one counts. Only their places are in memory. */
export interface IndexedLog {
  entry(key: EntryKey): Entry | undefined;
  /** Resolves when the lines are on the disk. */
  append(key: EntryKey, lines: readonly object[], isError: boolean): Promise<void>;
  read(entry: Entry): Promise<string[]>;
  /** Leaves of each entry the last one, in the order of `keys`; those that it does not name are dropped. */
  finish(keys: AsyncIterable<EntryKey>): Promise<void>;
  close(): Promise<void>;
}

export interface LogShape {
  readonly path: string;
  /** How many lines an entry has. */
  readonly linesOf: number;
  /** Of a line. */
  readonly keyOf: (line: unknown) => EntryKey;
  readonly isError: (line: unknown) => boolean;
}

const textOf = ({ case: id, repeat }: EntryKey) => `${repeat} ${id}`;

/**
 * Opens the file and finds its entries. An entry of which a part is missing at the end, as after `kill -9`, is cut off. Throws INVALID_REQUEST
 * naming file and line where anything else is not a record.
 */
export async function openIndexedLog(shape: LogShape): Promise<IndexedLog> {
  const { path } = shape;
  const found = await findEntries(shape);
  const entries = found.entries;
  const log = await openAppendLog(path, found.end);
  return {
    entry: (key) => entries.get(textOf(key)),
    async append(key, lines, isError) {
      const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
      const offset = await log.append(text);
      entries.set(textOf(key), { offset, length: Buffer.byteLength(text), isError });
    },
    async read({ offset, length }) {
      await using file = await open(path, 'r');
      const { buffer } = await file.read(Buffer.allocUnsafe(length), 0, length, offset);
      return buffer.toString('utf8').trimEnd().split('\n');
    },
    async finish(keys) {
      const order: Entry[] = [];
      for await (const key of keys) {
        const entry = entries.get(textOf(key));
        if (entry) order.push(entry);
      }
      await log.close();
      await rewriteInOrder(path, order);
    },
    close: log.close,
  };
}

async function findEntries({ path, linesOf, keyOf, isError }: LogShape) {
  const entries = new Map<string, Entry>();
  let end = 0;
  let number = 0;
  let open = { key: '', offset: 0, length: 0, lines: 0, isError: false };
  let damaged: number | null = null;
  for await (const { text, offset, length } of readLines(path)) {
    number += 1;
    if (damaged !== null) throw notARecord(path, damaged);
    const line = parse(text);
    if (line === null) {
      damaged = number;
      continue;
    }
    const key = textOf(keyOf(line));
    if (open.lines === 0) open = { key, offset, length: 0, lines: 0, isError: false };
    if (open.key !== key) throw notARecord(path, number);
    open = { ...open, length: open.length + length, lines: open.lines + 1, isError: open.isError || isError(line) };
    if (open.lines < linesOf) continue;
    entries.set(key, { offset: open.offset, length: open.length, isError: open.isError });
    end = open.offset + open.length;
    open = { key: '', offset: 0, length: 0, lines: 0, isError: false };
  }
  return { entries, end };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function notARecord(path: string, line: number): AppError {
  return new AppError('INVALID_REQUEST', `${path} cannot be read.`, {
    errors: [{ field: `${path}:${line}`, expected: 'a record of the run', received: 'something else' }],
  });
}
