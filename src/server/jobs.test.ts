import { afterAll, beforeAll, expect, it } from 'vitest';
import { jsonBody, openApp, type TestApp } from '../../test/open-app.ts';
import { openTestDatabase } from '../../test/open-database.ts';
import { sampleDocument, samplePrepared } from '../../test/sample-documents.ts';
import type { Job } from '../domain/job.ts';
import type { SqlDriver } from '../store/sql.ts';

let driver: SqlDriver;
let app: TestApp;
let key: string;
let woken = 0;

beforeAll(async () => {
  driver = await openTestDatabase();
  app = await openApp(driver, {
    onQueued: () => {
      woken += 1;
    },
  });
  key = await app.createKey();
});
afterAll(async () => {
  await app.application.stop();
  await driver.close();
});

async function startJob(...names: string[]): Promise<string> {
  const incoming = names.map((name) => sampleDocument(name, name));
  const [registered] = await app.stores.documents.register(app.tenant, null, incoming);
  if (!registered?.jobId) throw new Error('no job');
  return registered.jobId;
}

async function send(path: string, body: object = {}): Promise<{ status: number; body: Job & { code?: string } }> {
  const response = await app.request(path, key, { method: 'POST', ...jsonBody(body) });
  return { status: response.status, body: (await response.json()) as Job };
}

it('pauses and resumes a job, once each', async () => {
  const id = await startJob('a', 'b');
  expect(await send(`/v1/jobs/${id}/pause`)).toMatchObject({ status: 200, body: { state: 'paused', total: 2 } });
  expect(await app.stores.documents.claim(9, 60)).toEqual([]);
  const before = woken;
  expect(await send(`/v1/jobs/${id}/resume`)).toMatchObject({ status: 200, body: { state: 'running' } });
  expect(woken).toBe(before + 1);
  expect(await send(`/v1/jobs/${id}/resume`)).toMatchObject({ status: 409, body: { code: 'CONFLICT' } });
  await app.stores.jobs.cancel(app.tenant, id as Job['id']);
  expect(await send(`/v1/jobs/${id}/pause`)).toMatchObject({ status: 409, body: { code: 'CONFLICT' } });
});

it('reads one failed document again, or all', async () => {
  const id = await startJob('a', 'b');
  const claimed = await app.stores.documents.claim(9, 60);
  for (const version of claimed) await app.stores.documents.fail(version, { code: 'FILE_CORRUPT', detail: 'cut off' });
  const documentId = claimed[0]?.documentId ?? '';
  expect(await send(`/v1/jobs/${id}/retry`, { documentId })).toMatchObject({ status: 200, body: { failed: 1 } });
  expect(await send(`/v1/jobs/${id}/retry`, { documentId })).toMatchObject({ status: 409, body: { code: 'CONFLICT' } });
  expect(await send(`/v1/jobs/${id}/retry`)).toMatchObject({ status: 200, body: { failed: 0 } });
  expect(await send(`/v1/jobs/${id}/retry`, { documentId: 'nothing' })).toMatchObject({ status: 404 });
  expect(await send(`/v1/jobs/${id}/retry`, { document: 'x' })).toMatchObject({ status: 400 });
  const bare = await app.request(`/v1/jobs/${id}/retry`, key, { method: 'POST' });
  expect(bare.status).toBe(200);
  await app.stores.jobs.cancel(app.tenant, id as Job['id']);
});

it('shows and changes no job of another tenant', async () => {
  const id = await startJob('a');
  const other = await openApp(driver);
  const stranger = await other.createKey();
  for (const change of ['pause', 'resume', 'cancel', 'retry'])
    expect((await other.request(`/v1/jobs/${id}/${change}`, stranger, { method: 'POST' })).status).toBe(404);
  await app.stores.jobs.cancel(app.tenant, id as Job['id']);
});

it('follows all jobs in one stream, those that begin later too', async () => {
  const first = await startJob('a');
  const response = await app.request('/v1/jobs/events', key);
  const events = readEvents(response);
  const until = async (wanted: object) => {
    for (;;) {
      const { value } = await events.next();
      if (!value) throw new Error('The stream ended.');
      if (asymmetric(wanted).asymmetricMatch(value)) return;
    }
  };
  await until({ event: 'job-progressed', job: { id: first } });
  const second = await startJob('b');
  await until({ event: 'job-progressed', job: { id: second, stage: 'lexical' } });
  await app.stores.jobs.cancel(app.tenant, first as Job['id']);
  await until({ event: 'job-ended', job: { id: first, state: 'cancelled' } });
  for (const version of await app.stores.documents.claim(9, 60))
    await app.stores.documents.publish([samplePrepared(version, 'text')]);
  await until({ event: 'job-progressed', job: { id: second, stage: 'dense' } });
  await events.return(undefined);
});

/** Matches an object that holds at least these values. */
function asymmetric(wanted: object): { asymmetricMatch(value: unknown): boolean } {
  const nested = Object.entries(wanted).map(([name, value]) =>
    typeof value === 'object' ? [name, asymmetric(value)] : [name, value],
  );
  return expect.objectContaining(Object.fromEntries(nested));
}

async function* readEvents(response: Response): AsyncGenerator<{ event: string; job: Job }> {
  if (!response.body) throw new Error('no stream');
  let pending = '';
  for await (const part of response.body.pipeThrough(new TextDecoderStream())) {
    const frames = (pending + part).split('\n\n');
    pending = frames.pop() ?? '';
    for (const frame of frames) {
      const event = /^event: (.*)$/m.exec(frame)?.[1];
      const data = /^data: (.*)$/m.exec(frame)?.[1];
      if (event && data) yield { event, job: JSON.parse(data) as Job };
    }
  }
}
