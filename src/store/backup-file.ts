import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { z } from 'zod';
import { AppError } from '../domain/errors.ts';
import type { ArchiveSummary, RowBatch } from './row-archive.ts';

/** Format 1: gzipped lines of JSON, each one of these; the head comes first, the end last. */
const Head = z.object({
  footnoteBackup: z.literal(1),
  version: z.string(),
  createdAt: z.string(),
  migrations: z.array(z.string()),
  rows: z.int(),
  objects: z.int(),
});
export type BackupHead = z.infer<typeof Head>;

const ObjectPart = z.object({ object: z.string(), last: z.boolean(), base64: z.string() });
const End = z.object({ end: z.literal(true), rows: z.int(), objects: z.int(), sha256: z.string() });
export type BackupEnd = z.infer<typeof End>;

/** An object is cut so that no line holds more of it: both sides hold a line in memory. */
const bytesPerPart = 1_048_576;
const tableStart = /^\{"table":"(\w+)","count":(\d+),"rows":/;

/** Makes the lines of one backup; each ends with its line break. */
export function createBackupLines({ version, now }: { readonly version: string; readonly now: () => Date }) {
  const hash = createHash('sha256');
  const counts = { rows: 0, objects: 0 };
  const line = (text: string): string => {
    hash.update(`${text}\n`);
    return `${text}\n`;
  };
  return {
    head: ({ migrations, rows, objects }: ArchiveSummary): string =>
      line(
        JSON.stringify({
          footnoteBackup: 1,
          version,
          createdAt: now().toISOString(),
          migrations: [...migrations],
          rows,
          objects: objects.length,
        } satisfies BackupHead),
      ),
    rows({ table, count, rows }: RowBatch): string {
      counts.rows += count;
      return line(`{"table":"${table}","count":${count},"rows":${rows}}`);
    },
    *object(name: string, bytes: Uint8Array): Generator<string> {
      counts.objects += 1;
      for (let start = 0; start === 0 || start < bytes.byteLength; start += bytesPerPart) {
        const part = Buffer.from(bytes.subarray(start, start + bytesPerPart));
        const last = start + bytesPerPart >= bytes.byteLength;
        yield line(JSON.stringify({ object: name, last, base64: part.toString('base64') }));
      }
    },
    end: (): string => `${JSON.stringify({ end: true, ...counts, sha256: hash.digest('hex') } satisfies BackupEnd)}\n`,
  };
}

/** What a backup holds, one after the other: the head, rows, raw files, the end. */
export type BackupEntry =
  | { readonly kind: 'head'; readonly head: BackupHead }
  | { readonly kind: 'rows'; readonly batch: RowBatch }
  | { readonly kind: 'object'; readonly name: string; readonly bytes: Uint8Array }
  | { readonly kind: 'end'; readonly end: BackupEnd };

/**
 * Reads the lines of a backup to its end, which is the last entry. Throws BACKUP_DAMAGED where they are not those of a whole one: what came
 * until then must not be kept.
 */
export async function* readBackup(lines: AsyncIterable<string>): AsyncGenerator<BackupEntry> {
  const hash = createHash('sha256');
  const parts: Buffer[] = [];
  let isBegun = false;
  for await (const text of lines) {
    if (!isBegun) {
      yield { kind: 'head', head: parsed(Head, text) };
      isBegun = true;
    } else if (text.startsWith('{"end"')) {
      const end = parsed(End, text);
      if (hash.digest('hex') !== end.sha256) throw damaged('its content is not what was written');
      yield { kind: 'end', end };
      return;
    } else {
      const [start, table = '', count] = tableStart.exec(text) ?? [];
      if (start !== undefined) {
        yield { kind: 'rows', batch: { table, count: Number(count), rows: text.slice(start.length, -1) } };
      } else {
        const { object, last, base64 } = parsed(ObjectPart, text);
        parts.push(Buffer.from(base64, 'base64'));
        if (last) yield { kind: 'object', name: object, bytes: Buffer.concat(parts.splice(0)) };
      }
    }
    hash.update(`${text}\n`);
  }
  throw damaged('it ends too early');
}

/** The lines of a backup's file. Throws NOT_FOUND without a file, and what `unpackBackup` throws. */
export function backupLinesOf(path: string): AsyncGenerator<string> {
  return unpackBackup(createReadStream(path), path);
}

/** The lines of a gzipped stream. Throws BACKUP_DAMAGED where it is none, NOT_FOUND when `path`, which it comes from, does not exist. */
export async function* unpackBackup(bytes: Readable, path = ''): AsyncGenerator<string> {
  // What fails on either side is thrown where the lines are read.
  const unpacked = pipeline(bytes, createGunzip(), () => {});
  const decoder = new TextDecoder();
  let pending = '';
  try {
    for await (const chunk of unpacked) {
      const lines = (pending + decoder.decode(chunk, { stream: true })).split('\n');
      pending = lines.pop() ?? '';
      yield* lines;
    }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (code === 'ENOENT') throw new AppError('NOT_FOUND', `There is no file ${path}.`);
    if (code.startsWith('Z_') || code === 'ERR_STREAM_PREMATURE_CLOSE') throw damaged('it cannot be unpacked', error);
    throw error;
  }
}

function parsed<T>(schema: z.ZodType<T>, text: string): T {
  try {
    return schema.parse(JSON.parse(text));
  } catch (error) {
    throw damaged('a line of it is not one of a backup', error);
  }
}

function damaged(reason: string, cause?: unknown): AppError {
  return new AppError('BACKUP_DAMAGED', `The file is not a whole backup: ${reason}.`, { cause });
}
