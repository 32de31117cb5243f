import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { fakePort } from '../../test/fake-port.ts';
import { loadConfig } from '../config.ts';
import { createBackupLines } from '../store/backup-file.ts';
import { backup } from './backup.ts';
import { createClient } from './client.ts';
import { createOutput } from './output.ts';
import type { Progress } from './progress.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'footnote-backup-command-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

function wholeBackup(): Buffer {
  const lines = createBackupLines({ version: '1', now: () => new Date(0) });
  const head = lines.head({ migrations: [], rows: 0, objects: ['a'] });
  return gzipSync([head, ...lines.object('a', Buffer.from('A')), lines.end()].join(''));
}

/** Runs the command against a server that sends these chunks, and then breaks off with the error. */
async function run(chunks: readonly Uint8Array[], { error, signal = new AbortController().signal }: Broken = {}) {
  const path = join(folder, 'b.gz');
  async function* body() {
    yield* chunks;
    if (error) throw error;
  }
  const client = createClient(
    async () => new Response(ReadableStream.from(body())),
    'key',
    async () => {},
  );
  const printed: string[] = [];
  const output = createOutput(true, { write: (text) => void printed.push(text) });
  const progress = fakePort<Progress>('progress', { show: () => {}, end: () => {} });
  await backup({ client, output, progress, signal, config: loadConfig({}) }, path);
  return { path, printed: JSON.parse(printed.join('')) };
}

interface Broken {
  readonly error?: Error;
  readonly signal?: AbortSignal;
}

it('gives the file its name once it is whole, for this user alone', async () => {
  const bytes = wholeBackup();
  const { path, printed } = await run([bytes.subarray(0, 30), bytes.subarray(30)]);
  expect(printed).toEqual({ file: path, rows: 0, objects: 1 });
  expect(await readFile(path)).toEqual(bytes);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect(await readdir(folder)).toEqual(['b.gz']);
});

it('leaves nothing behind when the server ends too early, breaks off, or the command is stopped', async () => {
  const bytes = wholeBackup();
  const half = [bytes.subarray(0, bytes.byteLength / 2)];
  await expect(run(half)).rejects.toMatchObject({ code: 'BACKUP_DAMAGED' });
  await expect(run(half, { error: new Error('socket') })).rejects.toMatchObject({ code: 'SERVER_UNREACHABLE' });
  const stopped = new Error('stopped');
  await expect(run([bytes], { signal: AbortSignal.abort(stopped) })).rejects.toBe(stopped);
  expect(await readdir(folder)).toEqual([]);
});

it('does not replace a file', async () => {
  await writeFile(join(folder, 'b.gz'), 'mine');
  await expect(run([wholeBackup()])).rejects.toMatchObject({ code: 'CONFLICT' });
  expect(await readFile(join(folder, 'b.gz'), 'utf8')).toBe('mine');
});
