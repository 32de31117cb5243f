import { Readable } from 'node:stream';
import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BackupEntry, createBackupLines, readBackup, unpackBackup } from './backup-file.ts';

const rows = (count: number) =>
  `[${Array.from({ length: count }, (_, id) => JSON.stringify({ id, text: 'a\n"quoted" \u2028 line', large: 2 ** 53 })).join(',')}]`;

function backupOf(objects: Readonly<Record<string, Uint8Array>>): Buffer {
  const lines = createBackupLines({ version: '1.2.3', now: () => new Date('2026-01-02T03:04:05Z') });
  const names = Object.keys(objects);
  const parts = [
    lines.head({ migrations: ['0001.sql'], rows: 3, objects: names }),
    lines.rows({ table: 'documents', count: 2, rows: rows(2) }),
    lines.rows({ table: 'passages', count: 1, rows: rows(1) }),
    ...Object.entries(objects).flatMap(([name, bytes]) => [...lines.object(name, bytes)]),
    lines.end(),
  ];
  return gzipSync(parts.join(''));
}

async function read(bytes: Uint8Array, chunkBytes = 1_000): Promise<BackupEntry[]> {
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < bytes.byteLength; at += chunkBytes) chunks.push(bytes.subarray(at, at + chunkBytes));
  return await Array.fromAsync(readBackup(unpackBackup(Readable.from(chunks))));
}

const files = { a: Buffer.from('one file'), b: Buffer.alloc(0) };

describe('a backup', () => {
  it('reads as it was written', async () => {
    const [head, documents, passages, a, b, end] = await read(backupOf(files));
    expect(head).toEqual({
      kind: 'head',
      head: {
        ...{ footnoteBackup: 1, version: '1.2.3', createdAt: '2026-01-02T03:04:05.000Z' },
        ...{ migrations: ['0001.sql'], rows: 3, objects: 2 },
      },
    });
    expect(documents).toEqual({ kind: 'rows', batch: { table: 'documents', count: 2, rows: rows(2) } });
    expect(passages).toEqual({ kind: 'rows', batch: { table: 'passages', count: 1, rows: rows(1) } });
    expect(a).toEqual({ kind: 'object', name: 'a', bytes: files.a });
    expect(b).toEqual({ kind: 'object', name: 'b', bytes: files.b });
    expect(end).toMatchObject({ kind: 'end', end: { rows: 3, objects: 2 } });
  });

  it('keeps files of any bytes and sizes, also around the size of a part', async () => {
    const sizes = fc.oneof(fc.nat(50), fc.constantFrom(1_048_575, 1_048_576, 1_048_577, 2_500_000));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(sizes, fc.nat(255)), { maxLength: 3 }), fc.nat(100_000), async (made, cut) => {
        const objects = Object.fromEntries(made.map(([size, byte], index) => [`o${index}`, Buffer.alloc(size, byte)]));
        const entries = await read(backupOf(objects), cut + 100);
        const kept = entries.flatMap((entry) => (entry.kind === 'object' ? [[entry.name, entry.bytes]] : []));
        expect(Object.fromEntries(kept)).toEqual(objects);
      }),
      { numRuns: 20 },
    );
  });

  it('never reads as another one, wherever it ends early or a byte of it changed', async () => {
    const whole = backupOf(files);
    const entries = await read(whole);
    const text = gunzipSync(whole);
    // The counts of the last line, and what the packing adds after it, are no content.
    const sameOrDamaged = async (reading: Promise<BackupEntry[]>) => {
      const outcome = await reading.catch((error) => {
        expect(error).toMatchObject({ code: 'BACKUP_DAMAGED' });
        return null;
      });
      if (outcome) expect(outcome.slice(0, -1)).toEqual(entries.slice(0, -1));
      return outcome;
    };
    await fc.assert(
      fc.asyncProperty(fc.nat(text.byteLength - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
        const changed = Buffer.from(text);
        changed[at] = (changed[at] ?? 0) ^ flip;
        await sameOrDamaged(read(gzipSync(changed)));
        await sameOrDamaged(read(whole.subarray(0, at % whole.byteLength)));
        if (at < text.byteLength - 1) expect(await sameOrDamaged(read(gzipSync(text.subarray(0, at))))).toBeNull();
      }),
    );
  });

  it('is no other file', async () => {
    for (const bytes of ['', 'plain text', gzipSync(''), gzipSync('{"some":"json"}\n'), gzipSync('not json\n')])
      await expect(read(Buffer.from(bytes))).rejects.toMatchObject({ code: 'BACKUP_DAMAGED' });
  });
});
