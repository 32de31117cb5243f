import { once } from 'node:events';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import {
  jsonBody,
  openApp,
  quotedAnswer,
  quoteOf,
  type ScriptedEvent,
  scriptedAnswer,
  type TestApp,
} from '../../test/open-app.ts';
import { createTestTenant, openTestDatabase } from '../../test/open-database.ts';
import { describeWithRedis, type RunningRedis, startRedis } from '../../test/with-redis.ts';
import type { AnswerQuestion } from '../chains/answer-question.ts';
import { type AnswerId, newId } from '../domain/ids.ts';
import { createRedisRelay } from '../store/cache/redis/redis-answer-relay.ts';
import type { SqlDriver } from '../store/sql.ts';

const document = { id: newId('document'), title: 'Refunds', text: 'A refund takes 5 days — “always”.' };
const events: ScriptedEvent[] = quotedAnswer(quoteOf(document, document.text));
const email = 'ada@x.example';
const quietMilliseconds = 100;

let driver: SqlDriver;
beforeAll(async () => {
  driver = await openTestDatabase();
});
afterAll(async () => await driver.close());

/** Two servers on one database and one Redis; the first writes its answers event by event, as the test lets it. */
async function openPair(redis: RunningRedis) {
  const warnings: string[] = [];
  const log = { warn: (_fields: object, message: string) => void warnings.push(message) };
  const [first, second] = [1, 2].map(() => createRedisRelay({ url: redis.url, log, quietMilliseconds }));
  if (!first || !second) throw new Error('Two relays were made.');
  await vi.waitFor(
    async () => expect((await first.health()).state + (await second.health()).state).toBe('okok'),
    10_000,
  );
  let go = Promise.withResolvers<void>();
  const aborted = Promise.withResolvers<void>();
  const scripted = scriptedAnswer(async function* (_input, signal) {
    for (const event of events) {
      yield event;
      await Promise.race([go.promise, once(signal, 'abort')]);
      if (signal.aborted) {
        aborted.resolve();
        return await new Promise<never>(() => {});
      }
    }
  });
  const answerQuestion: AnswerQuestion = (input, signal) => {
    input.onMask?.({ '[email 1]': email });
    return scripted(input, signal);
  };
  const writer = await openApp(driver, { relay: first, answerQuestion });
  const reader = await openApp(driver, { relay: second });
  const key = await writer.createKey();
  return {
    writer,
    reader,
    key,
    first,
    second,
    aborted: aborted.promise,
    warnings,
    release: () => go.resolve(),
    async ask() {
      go = Promise.withResolvers();
      const response = await writer.request(
        '/v1/answers',
        key,
        jsonBody({ question: 'How long, [email 1]?', stream: true }),
      );
      const text = response.text();
      const [id = ''] = await vi.waitFor(() => newestRunning(writer, key));
      const place = { tenantId: writer.tenant, id: id as AnswerId };
      if ((await second.health()).state === 'ok')
        await vi.waitFor(async () => expect(await second.kept(place)).not.toBeNull());
      return { id, text };
    },
    async close() {
      go.resolve();
      await writer.application.stop();
      await Promise.all([first.close(), second.close()]);
    },
  };
}

async function newestRunning(app: TestApp, key: string): Promise<string[]> {
  const get = async (path: string) => (await app.request(path, key)).json();
  const { items } = (await get('/v1/conversations?limit=1')) as { items: { id: string }[] };
  const { messages } = (await get(`/v1/conversations/${items[0]?.id}`)) as {
    messages: { answerId: string | null; final: boolean }[];
  };
  const running = messages.flatMap(({ answerId, final }) => (answerId !== null && !final ? [answerId] : []));
  expect(running).toHaveLength(1);
  return running;
}

const follow = (app: TestApp, key: string, id: string, after: number) =>
  app.request(`/v1/answers/${id}/events`, key, after < 0 ? {} : { headers: { 'last-event-id': String(after) } });

describeWithRedis('an answer that another server writes', () => {
  let redis: RunningRedis;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(async () => await redis.close());

  it('can be resumed after any event, with the same bytes', async () => {
    const pair = await openPair(redis);
    const { id, text } = await pair.ask();
    const resumed = await Promise.all(
      [-1, 0, 1, 2, 3, 4].map(async (after) => ({ after, response: await follow(pair.reader, pair.key, id, after) })),
    );
    const reading = resumed.map(async ({ after, response }) => ({ after, body: await response.text() }));
    pair.release();
    const frames = (await text).split(/(?<=\n\n)/);
    for (const { after, body } of await Promise.all(reading)) expect(body).toBe(frames.slice(after + 1).join(''));
    await pair.close();
  });

  it('shows what stands behind its placeholders to its asker alone', async () => {
    const pair = await openPair(redis);
    const { id, text } = await pair.ask();
    pair.release();
    expect(await text).toContain(`How long, ${email}?`);
    const read = async (app: TestApp, key: string) => await (await app.request(`/v1/answers/${id}`, key)).text();
    expect(await read(pair.reader, pair.key)).toBe(await read(pair.writer, pair.key));
    expect(await read(pair.reader, pair.key)).toContain(email);
    const others = await pair.writer.createKey();
    for (const app of [pair.reader, pair.writer]) {
      expect(await read(app, others)).toContain('How long, [email 1]?');
      expect(await (await follow(app, others, id, -1)).text()).not.toContain(email);
    }
    await pair.close();
  });

  it('cannot be followed or stopped by another tenant', async () => {
    const pair = await openPair(redis);
    const { id, text } = await pair.ask();
    const stranger = await pair.reader.createKey({ tenant: await createTestTenant(driver) });
    expect((await follow(pair.reader, stranger, id, -1)).status).toBe(404);
    const stop = await pair.reader.request(`/v1/answers/${id}/stop`, stranger, { method: 'POST' });
    expect(stop.status).toBe(404);
    pair.release();
    expect(await text).toContain('event: answer-finished');
    await pair.close();
  });

  it('is stopped from anywhere', async () => {
    const pair = await openPair(redis);
    const { id, text } = await pair.ask();
    const stopped = await pair.reader.request(`/v1/answers/${id}/stop`, pair.key, { method: 'POST' });
    await pair.aborted;
    expect(await stopped.json()).toMatchObject({ state: 'failed', error: { code: 'ANSWER_STOPPED' } });
    expect(await text).toContain('"code":"ANSWER_STOPPED"');
    await pair.close();
  });

  it('ends as stored when Redis dies meanwhile, and readiness says so', async () => {
    const own = await startRedis({ own: true });
    const pair = await openPair(own);
    const { id, text } = await pair.ask();
    const following = (await follow(pair.reader, pair.key, id, 0)).text();
    await own.kill?.();
    pair.release();
    const frames = (await text).split(/(?<=\n\n)/);
    expect(frames.join('')).toContain('event: answer-finished');
    expect(await following).toBe(frames.slice(1).join(''));
    expect(await pair.first.health()).toMatchObject({ state: 'degraded' });
    expect((await follow(pair.reader, pair.key, id, -1)).status).toBe(200);
    // The warning comes with the first try to connect again, which may be after all of this.
    await vi.waitFor(() => expect(pair.warnings).toContain('Redis cannot be reached'), 10_000);
    await pair.close();
  });

  it('that begins while Redis is down is answered, and cannot be followed elsewhere until it is over', async () => {
    const own = await startRedis({ own: true });
    const pair = await openPair(own);
    await own.kill?.();
    await vi.waitFor(async () => expect((await pair.second.health()).state).toBe('degraded'), 10_000);
    const { id, text } = await pair.ask();
    expect((await follow(pair.reader, pair.key, id, 0)).status).toBe(409);
    pair.release();
    expect(await text).toContain('event: answer-finished');
    await pair.close();
  });
});
