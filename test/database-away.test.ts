import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Page } from '../src/store/documents.ts';
import { type Gate, startGate } from './gate.ts';
import { createServerDatabase } from './open-database.ts';
import { localKeyOf } from './server-process.ts';

const serverUrl = process.env.TEST_DATABASE_URL;
if (!serverUrl) console.warn('database away: NOT RUN. Set TEST_DATABASE_URL=postgres://… to include it.');

describe.skipIf(!serverUrl)('while the database is away', { timeout: 240_000 }, () => {
  let home: string;
  let database: Awaited<ReturnType<typeof createServerDatabase>>;
  let gate: Gate;
  let environment: NodeJS.ProcessEnv;

  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'footnote-away-'));
    database = await createServerDatabase(serverUrl ?? '');
    const url = new URL(database.url);
    gate = await startGate({ host: url.hostname, port: Number(url.port || 5432) });
    url.hostname = '127.0.0.1';
    url.port = String(gate.port);
    environment = { PATH: process.env.PATH, DATABASE_URL: url.href, PORT: '0', LOG_LEVEL: 'silent' };
  });
  afterAll(async () => {
    await gate[Symbol.asyncDispose]();
    await database.drop();
    await rm(home, { recursive: true, force: true });
  });

  function footnote(...words: string[]) {
    const child = spawn(process.execPath, ['bin/footnote.js', ...words], {
      env: { ...environment, DATA_DIR: join(home, words[0] ?? '') },
    });
    let written = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (part) => (written += part));
    /** Resolves when it has written this; throws when it ends without. */
    const writes = async (pattern: RegExp): Promise<RegExpExecArray> => {
      for (;;) {
        const found = pattern.exec(written);
        if (found) return found;
        if (child.exitCode !== null) throw new Error(`It ended with ${child.exitCode}: ${written}`);
        await Promise.race([once(child.stdout, 'data'), once(child.stderr, 'data'), once(child, 'close')]);
      }
    };
    return { child, writes, written: () => written };
  }

  async function ended(child: ChildProcess): Promise<number | null> {
    if (child.exitCode === null) await once(child, 'close');
    return child.exitCode;
  }

  it('a first start waits with the sample half read, and goes on with it', async () => {
    gate.open();
    const { child, writes } = footnote('serve');
    await writes(/First start/);
    gate.shut();
    await writes(/waiting for the database .*DATABASE_UNAVAILABLE/);
    gate.open();
    const [, url] = await writes(/(http:\/\/\S+)\/sign-in/);
    const headers = { authorization: `Bearer ${await localKeyOf(join(home, 'serve'))}` };
    const listed = await fetch(`${url}/v1/documents?source=sample&limit=100`, { headers });
    expect(((await listed.json()) as Page<unknown>).items.length).toBeGreaterThan(30);
    child.kill('SIGTERM');
    expect(await ended(child)).toBe(130);
  });

  it('an ingest of its own waits with a reason, and goes on', async () => {
    const file = join(home, 'badger.md');
    await writeFile(file, '# Badgers\n\nThe Zorblatt badger sleeps for nineteen hours a day.\n');
    gate.shut();
    const { child, writes, written } = footnote('ingest', file);
    await writes(/waiting for the database .*DATABASE_UNAVAILABLE/);
    gate.open();
    expect(await ended(child), written()).toBe(0);
    expect(written()).toContain('1 added');
  });
});
