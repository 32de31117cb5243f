import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { defaultChunkSizes } from './chunk.ts';
import { readApart } from './read-apart.ts';
import { createDocumentReader } from './read-document.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'footnote-apart-'));
});
afterAll(async () => await rm(folder, { recursive: true, force: true }));

const never = new AbortController().signal;
const fileOf = (text: string, fileName = 'refunds.md') => ({ bytes: Buffer.from(text), fileName, mediaType: '' });
const request = { file: fileOf('# Refunds\n\nA refund takes 5 days.\n'), chunkSizes: defaultChunkSizes };

/** In place of the program that reads: what it does with a file. */
async function program(name: string, onMessage: string): Promise<URL> {
  const path = join(folder, `${name}.mjs`);
  await writeFile(
    path,
    `process.once('disconnect', () => process.exit());\nprocess.once('message', () => { ${onMessage} });`,
  );
  return pathToFileURL(path);
}

it('reads as a thread does, and refuses for the same reasons', async () => {
  const reader = createDocumentReader();
  expect(await reader.read({ ...request.file, isSuspect: true }, never)).toEqual(
    await reader.read(request.file, never),
  );
  const broken = readApart({ ...request, file: fileOf('%PDF-1.7 nothing', 'a.pdf') }, never);
  await expect(broken).rejects.toMatchObject({ code: 'FILE_CORRUPT' });
  await reader.close();
});

it('refuses a file that ends the process twice, and outlives both', async () => {
  const killer = await program('killer', `process.kill(process.pid, 'SIGKILL')`);
  await expect(readApart(request, never, killer)).rejects.toMatchObject({ code: 'FILE_SUSPICIOUS' });
});

it('blames no file for a process that ended once', async () => {
  const marker = JSON.stringify(join(folder, 'began'));
  const once = await program(
    'once',
    `const fs = process.getBuiltinModule('node:fs');
     if (fs.existsSync(${marker})) process.send({ document: { title: 'read' } });
     else { fs.writeFileSync(${marker}, ''); process.exit(1); }`,
  );
  expect(await readApart(request, never, once)).toEqual({ title: 'read' });
});

it('ends the process when nobody wants the file any more', async () => {
  const place = join(folder, 'pid');
  const endless = await program(
    'endless',
    `process.getBuiltinModule('node:fs').writeFileSync(${JSON.stringify(place)}, String(process.pid)); setInterval(() => {}, 1000);`,
  );
  const stop = new AbortController();
  const reading = readApart(request, stop.signal, endless);
  const pidOf = async () => Number(await readFile(place, 'utf8').catch(() => '0'));
  await expect.poll(pidOf, { timeout: 10_000 }).toBeGreaterThan(0);
  stop.abort(new Error('nobody wants it'));
  await expect(reading).rejects.toThrow('nobody wants it');
  const pid = await pidOf();
  await expect.poll(() => isRunning(pid), { timeout: 10_000 }).toBe(false);
});

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
