import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Job } from '../src/domain/job.ts';
import type { Page } from '../src/store/documents.ts';
import { localKeyOf, startServer } from './server-process.ts';
import { startStubModelServer } from './stub-model-server.ts';

it('a server starts again and answers by words while its embedding server is away', async () => {
  const home = await mkdtemp(join(tmpdir(), 'footnote-embedder-'));
  const models = await startStubModelServer();
  const environment = {
    ...{ PATH: process.env.PATH, DATA_DIR: home, PORT: '0', LOG_LEVEL: 'silent' },
    ...{ OPENAI_BASE_URL: models.url, EMBEDDING_MODEL: 'stub', CHAT_MODEL: 'none' },
  };
  try {
    const first = await startServer(environment);
    const headers = { authorization: `Bearer ${await localKeyOf(home)}`, 'content-type': 'application/json' };
    for (let state = ''; state !== 'finished'; ) {
      const jobs = await fetch(`${first.url}/v1/jobs?limit=1`, { headers });
      state = ((await jobs.json()) as Page<Job>).items[0]?.state ?? '';
    }
    await first.end('SIGTERM');
    await models.close();

    const second = await startServer(environment);
    const body = JSON.stringify({ query: 'How long does a refund take?' });
    const found = await fetch(`${second.url}/v1/search`, { method: 'POST', headers, body });
    expect(found.status).toBe(200);
    expect(((await found.json()) as { passages: { title: string }[] }).passages[0]?.title).toMatch(/refund/i);
    await second.end('SIGTERM');
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}, 240_000);
