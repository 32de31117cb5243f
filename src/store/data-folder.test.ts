import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ensureSecretsKey, openDataFolder, readHolder, readLocalKey, writeLocalKey } from './data-folder.ts';

let parent = '';
let path = '';
const children: ChildProcess[] = [];
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'footnote-folder-'));
  path = join(parent, 'data');
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await rm(parent, { recursive: true, force: true });
});

const moduleUrl = new URL('./data-folder.ts', import.meta.url).href;

/** Another process that takes the folder and keeps it; resolves to what it printed: `held`, or the code of its error. */
async function startHolder(): Promise<{ child: ChildProcess; said: string }> {
  const program = `
    const { openDataFolder } = await import(${JSON.stringify(moduleUrl)});
    try {
      const folder = await openDataFolder(${JSON.stringify(path)});
      await folder.setUrl('http://127.0.0.1:4680');
      console.log('held');
      setInterval(() => {}, 1000);
    } catch (error) {
      console.log(error.code);
    }`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
    cwd: fileURLToPath(new URL('.', import.meta.url)),
  });
  children.push(child);
  const [chunk] = await once(child.stdout, 'data');
  return { child, said: String(chunk).trim() };
}

it('creates the folder for this user only', async () => {
  const folder = await openDataFolder(path);
  expect((await stat(path)).mode & 0o777).toBe(0o700);
  await folder.release();
});

it('is held until it is released', async () => {
  expect(await readHolder(path)).toBeNull();
  const folder = await openDataFolder(path);
  expect(await readHolder(path)).toEqual({ pid: process.pid, url: null });
  await folder.setUrl('http://127.0.0.1:1');
  expect(await readHolder(path)).toEqual({ pid: process.pid, url: 'http://127.0.0.1:1' });
  await expect(openDataFolder(path)).rejects.toMatchObject({
    code: 'DATA_DIR_IN_USE',
    detail: expect.stringMatching(new RegExp(`${path}.*process ${process.pid}.*http://127\\.0\\.0\\.1:1`)),
  });
  await folder.release();
  await folder.release();
  expect(await readHolder(path)).toBeNull();
  await (await openDataFolder(path)).release();
});

it('is not taken from a live process, and is free when that is killed', async () => {
  const { child, said } = await startHolder();
  expect(said).toBe('held');
  expect(await readHolder(path)).toEqual({ pid: child.pid, url: 'http://127.0.0.1:4680' });
  await expect(openDataFolder(path)).rejects.toMatchObject({ code: 'DATA_DIR_IN_USE' });
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(await readHolder(path)).toBeNull();
  const folder = await openDataFolder(path);
  expect(await readHolder(path)).toEqual({ pid: process.pid, url: null });
  await folder.release();
});

it('goes to exactly one of several that start at once after a crash', async () => {
  const first = await startHolder();
  first.child.kill('SIGKILL');
  await once(first.child, 'exit');
  const starts = await Promise.all(Array.from({ length: 4 }, startHolder));
  expect(starts.map(({ said }) => said).sort()).toEqual([
    'DATA_DIR_IN_USE',
    'DATA_DIR_IN_USE',
    'DATA_DIR_IN_USE',
    'held',
  ]);
});

it('says which folder cannot be used', async () => {
  await writeFile(path, 'a file');
  await expect(openDataFolder(path)).rejects.toMatchObject({
    code: 'CONFIGURATION_INVALID',
    errors: [{ field: 'DATA_DIR' }],
  });
});

it('keeps the local key for this user only', async () => {
  const folder = await openDataFolder(path);
  expect(await readLocalKey(path)).toBeNull();
  await writeLocalKey(path, 'fn_secret');
  expect(await readLocalKey(path)).toBe('fn_secret');
  expect((await stat(join(path, 'local.key'))).mode & 0o777).toBe(0o600);
  await folder.release();
});

it('makes one key that seals secrets, for this user only, whoever asks for it first', async () => {
  const keys = await Promise.all(Array.from({ length: 5 }, async () => Buffer.from(await ensureSecretsKey(path))));
  expect(new Set(keys.map((key) => key.toString('hex'))).size).toBe(1);
  expect(keys[0]).toHaveLength(32);
  expect((await stat(join(path, 'secrets.key'))).mode & 0o777).toBe(0o600);
  expect(await readdir(path)).toEqual(['secrets.key']);
  await writeFile(join(path, 'secrets.key'), 'not a key\n');
  await expect(ensureSecretsKey(path)).rejects.toMatchObject({ code: 'CONFIGURATION_INVALID' });
});
