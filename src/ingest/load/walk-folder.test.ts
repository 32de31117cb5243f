import { chmod, mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type WalkEntry, walkFolder } from './walk-folder.ts';

const options = { maxFileBytes: 1000, accepts: (name: string) => name.endsWith('.md') };
let root = '';

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'walk ü🎉 '));
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function put(path: string, content = path): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), content);
}

async function walk(path = root): Promise<WalkEntry[]> {
  const entries: WalkEntry[] = [];
  for await (const entry of walkFolder(path, options)) entries.push(entry);
  return entries;
}

const summary = (entries: readonly WalkEntry[]) =>
  entries.map((entry) => [entry.kind === 'file' ? 'file' : entry.error.code, entry.externalId]);

describe('walkFolder', () => {
  it('gives files in a stable order with paths relative to the folder', async () => {
    for (const path of ['b.md', 'a folder/ü 😀.md', 'a.md', 'c/d/e.md']) await put(path);
    const entries = await walk();
    expect(entries.map((entry) => entry.externalId)).toEqual(['a folder/ü 😀.md', 'a.md', 'b.md', 'c/d/e.md']);
    const [first] = entries;
    if (first?.kind !== 'file') return expect.fail('the first entry is no file');
    expect(first.size).toBe(Buffer.byteLength('a folder/ü 😀.md'));
    expect(new TextDecoder().decode(await first.read())).toBe('a folder/ü 😀.md');
  });

  it('leaves out hidden files and folders of packages, and names files of other types as skipped', async () => {
    for (const path of ['.hidden.md', '.git/a.md', 'node_modules/a.md', 'x.png', 'y.md']) await put(path);
    expect(summary(await walk())).toEqual([
      ['FILE_TYPE_UNSUPPORTED', 'x.png'],
      ['file', 'y.md'],
    ]);
  });

  it('takes a single file whatever its name', async () => {
    await put('notes');
    expect(summary(await walk(join(root, 'notes')))).toEqual([['file', 'notes']]);
  });

  it('refuses a large file by its size', async () => {
    await put('large.md');
    await truncate(join(root, 'large.md'), 200 * 1024 * 1024);
    const [entry] = await walk();
    expect(entry).toMatchObject({ kind: 'failed', error: { code: 'FILE_TOO_LARGE' } });
    expect(entry?.kind === 'failed' && entry.error.detail).toBe('large.md has 209715200 bytes; at most 1000 are read.');
  });

  it('refuses a file that grew or went after it was found', async () => {
    await put('grows.md');
    await put('vanishes.md');
    const [grown, gone] = await walk();
    if (grown?.kind !== 'file' || gone?.kind !== 'file') return expect.fail('both are files');
    await truncate(join(root, 'grows.md'), 5000);
    await rm(join(root, 'vanishes.md'));
    await expect(grown.read()).rejects.toMatchObject({ code: 'FILE_TOO_LARGE' });
    await expect(gone.read()).rejects.toMatchObject({ code: 'FILE_UNREADABLE', detail: 'vanishes.md does not exist.' });
  });

  it('follows links inside the folder once, and ends on loops', async () => {
    await put('real/a.md');
    await put('.kept/b.md');
    await symlink(root, join(root, 'real/up'));
    await symlink('itself', join(root, 'itself'));
    await symlink('real/a.md', join(root, 'again.md'));
    await symlink('.kept', join(root, 'linked'));
    await symlink('gone.md', join(root, 'broken.md'));
    await symlink(tmpdir(), join(root, 'outside'));
    expect(summary(await walk())).toEqual([
      ['file', 'real/a.md'],
      ['FILE_UNREADABLE', 'broken.md'],
      ['FILE_UNREADABLE', 'itself'],
      ['file', 'linked/b.md'],
      ['FILE_TYPE_UNSUPPORTED', 'outside'],
    ]);
  });

  it('reports what does not exist and goes on after what may not be opened', async () => {
    expect(summary(await walk(join(root, 'nowhere')))).toEqual([['FILE_UNREADABLE', 'nowhere']]);
    await put('closed/a.md');
    await put('open.md');
    await chmod(join(root, 'closed'), 0);
    const isRoot = process.getuid?.() === 0;
    expect(summary(await walk())).toEqual([
      isRoot ? ['file', 'closed/a.md'] : ['FILE_UNREADABLE', 'closed'],
      ['file', 'open.md'],
    ]);
    await chmod(join(root, 'closed'), 0o700);
  });

  it('gives nothing for an empty folder', async () => {
    expect(await walk()).toEqual([]);
  });
});
