import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildZip, type ZipPart } from '../../parse/fixtures/build-zip.ts';
import { openExportAt, openUploadedExport } from './find-export.ts';
import type { ExportArchive } from './open-export.ts';

let work: string;
beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), 'footnote-exports-'));
});
afterAll(() => rm(work, { recursive: true, force: true }));

const textOf = async (archive: ExportArchive, path: string, most = 1000) =>
  new TextDecoder().decode(await archive.files.get(path)?.read(most));

describe.each([
  [
    'a file',
    async (bytes: Uint8Array) => {
      const path = join(work, 'export.zip');
      await writeFile(path, bytes);
      return await openExportAt(path);
    },
  ],
  ['memory', async (bytes: Uint8Array) => await openUploadedExport('export.zip', bytes)],
] as const)('an export in %s', (_where, open) => {
  it('lists its files, with those of archives at its top level, and no deeper', async () => {
    const deepest = buildZip([{ name: 'c.md', content: 'c' }]);
    const inner = buildZip([
      { name: 'x/b.md', content: 'b' },
      { name: 'deepest.zip', content: deepest },
    ]);
    await using archive = await open(
      buildZip([
        { name: 'a.md', content: 'a' },
        { name: 'folder/', content: '' },
        { name: 'folder/other.zip', content: inner },
        { name: 'Part-1.zip', content: inner },
        { name: '__MACOSX/a.md', content: 'fork' },
        { name: '.DS_Store', content: 'view' },
      ]),
    );
    expect([...archive.files.keys()]).toEqual(['a.md', 'folder/other.zip', 'x/b.md', 'deepest.zip']);
    expect([await textOf(archive, 'a.md'), await textOf(archive, 'x/b.md')]).toEqual(['a', 'b']);
    await expect(textOf(archive, 'x/b.md', 0)).rejects.toMatchObject({ code: 'FILE_TOO_LARGE' });
  });

  it.each([
    ['../a.md', 'FILE_SUSPICIOUS'],
    ['x/../../a.md', 'FILE_SUSPICIOUS'],
    ['/etc/a.md', 'FILE_SUSPICIOUS'],
    ['C:/a.md', 'FILE_SUSPICIOUS'],
    [`${'x/'.repeat(70)}a.md`, 'FILE_SUSPICIOUS'],
  ])('refuses a file named %s', async (name, code) => {
    await expect(open(buildZip([{ name, content: 'x' }]))).rejects.toMatchObject({ code });
  });

  it('refuses what unpacks to many times its size, also where an archive lies inside', async () => {
    const bomb = buildZip([{ name: 'a.md', content: Buffer.alloc(20_000_000) }]);
    await expect(open(bomb)).rejects.toMatchObject({ code: 'FILE_SUSPICIOUS' });
    await expect(open(buildZip([{ name: 'Part-1.zip', content: bomb }]))).rejects.toMatchObject({
      code: 'FILE_SUSPICIOUS',
    });
    const huge: ZipPart = { name: 'a.md', content: 'x', declaredSize: 0xfffffff0 };
    await expect(open(buildZip([huge]))).rejects.toMatchObject({ code: 'FILE_SUSPICIOUS' });
  });

  it('refuses a file that is larger than the archive states, while it is read', async () => {
    await using archive = await open(
      buildZip([{ name: 'a.md', content: Buffer.alloc(1_000_000, 'ab'), declaredSize: 10 }]),
    );
    await expect(textOf(archive, 'a.md')).rejects.toMatchObject({ code: 'FILE_CORRUPT' });
  });

  it('refuses passwords, and what is cut', async () => {
    const whole = Buffer.from(buildZip([{ name: 'a.md', content: 'a' }]));
    const locked = Buffer.from(whole);
    const directory = locked.lastIndexOf('PK\x01\x02');
    locked.writeUInt16LE(1, directory + 8);
    await expect(open(locked)).rejects.toMatchObject({ code: 'FILE_ENCRYPTED' });
    await expect(open(whole.subarray(0, whole.length - 30))).rejects.toMatchObject({ code: 'FILE_CORRUPT' });
  });

  it('leaves links to elsewhere out', async () => {
    const linked = Buffer.from(
      buildZip([
        { name: 'a.md', content: '/etc/passwd' },
        { name: 'b.md', content: 'b' },
      ]),
    );
    linked.writeUInt32LE((0o120777 << 16) >>> 0, linked.indexOf('PK\x01\x02') + 38);
    await using archive = await open(linked);
    expect([...archive.files.keys()]).toEqual(['b.md']);
  });
});

it('of a folder the newest export counts, and data needs no archive around it', async () => {
  const folder = await mkdtemp(join(work, 'many-'));
  await expect(openExportAt(folder)).rejects.toMatchObject({ code: 'FILE_UNREADABLE' });
  await expect(openExportAt(join(folder, 'none.zip'))).rejects.toMatchObject({ code: 'FILE_UNREADABLE' });
  await writeFile(join(folder, 'new.zip'), buildZip([{ name: 'new.md', content: 'new' }]));
  await writeFile(join(folder, 'old.zip'), buildZip([{ name: 'old.md', content: 'old' }]));
  await utimes(join(folder, 'old.zip'), 1, 1);
  await writeFile(join(folder, 'notes.txt'), 'no export');
  await using newest = await openExportAt(folder);
  expect([...newest.files.keys()]).toEqual(['new.md']);
  await writeFile(join(folder, 'tickets.json'), '{}');
  await using data = await openExportAt(join(folder, 'tickets.json'));
  expect(await textOf(data, 'tickets.json')).toBe('{}');
  await using uploaded = await openUploadedExport('tickets.json', Buffer.from('{}'));
  expect(await textOf(uploaded, 'tickets.json')).toBe('{}');
});
