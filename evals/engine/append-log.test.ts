import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createAppendLog, type LogFile, openAppendLog, readLines, rewriteInOrder } from './append-log.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'footnote-log-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A disk with room for so many bytes, which takes what fits of a write before it says that it is full. */
function smallDisk(room: number) {
  let content = Buffer.alloc(0);
  const full = Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
  const file = {
    async write(bytes: Buffer, offset: number, length: number, position: number) {
      const fitting = Math.min(length, room - position);
      if (fitting <= 0) throw full;
      content = Buffer.concat([content.subarray(0, position), bytes.subarray(offset, offset + fitting)]);
      return { bytesWritten: fitting, buffer: bytes };
    },
    async truncate(length: number) {
      content = content.subarray(0, length);
    },
    datasync: async () => {},
    close: async () => {},
  } as unknown as LogFile;
  return { file, read: () => content.toString('utf8') };
}

it('leaves whole lines on a full disk, and takes no more', async () => {
  const disk = smallDisk(20);
  const log = createAppendLog(disk.file, 0);
  await log.append('0123456789\n');
  await expect(log.append('0123456789\n')).rejects.toMatchObject({ code: 'STORAGE_FULL' });
  for (let again = 0; again < 3; again += 1)
    await expect(log.append('x\n')).rejects.toMatchObject({ code: 'STORAGE_FULL' });
  await log.close();
  expect(disk.read()).toBe('0123456789\n');
});

it('says of each of many appends where it stands', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.string({ unit: 'grapheme', maxLength: 30 }), { maxLength: 30 }), async (texts) => {
      const path = join(folder, 'log');
      const lines = texts.map((text) => JSON.stringify(text));
      const log = await openAppendLog(path, 0);
      const offsets = await Promise.all(lines.map((line) => log.append(`${line}\n`)));
      await log.close();
      const read = await Array.fromAsync(readLines(path));
      expect(read.map(({ text }) => text)).toEqual(lines);
      expect(read.map(({ offset }) => offset)).toEqual(offsets);
      await rewriteInOrder(path, read.toReversed());
      expect((await Array.fromAsync(readLines(path))).map(({ text }) => text)).toEqual(lines.toReversed());
    }),
    { numRuns: 20 },
  );
});

it('cuts off what stands behind the length that it is opened with', async () => {
  const path = join(folder, 'torn');
  await writeFile(path, 'one\ntw');
  const log = await openAppendLog(path, 4);
  await log.append('two\n');
  await log.close();
  expect(await readFile(path, 'utf8')).toBe('one\ntwo\n');
});
