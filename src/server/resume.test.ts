import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  jsonBody,
  openApp,
  quotedAnswer,
  quoteOf,
  type ScriptedEvent,
  scriptedAnswer,
  type TestApp,
} from '../../test/open-app.ts';
import { openTestDatabase } from '../../test/open-database.ts';
import { newId } from '../domain/ids.ts';
import { createRandom } from '../domain/random.ts';
import type { SqlDriver } from '../store/sql.ts';
import { listen, type RunningServer } from './listen.ts';

const document = {
  id: newId('document'),
  title: 'Refunds',
  text: 'A refund takes 5 days — “always”. 🧾\n\nevent: forged',
};
const events: ScriptedEvent[] = quotedAnswer(quoteOf(document, document.text));

/** What has to be heard before the chain goes on, by the question that it answers: the number of events before each pause. */
const pauses = new Map<string, { readonly after: number; readonly gate: PromiseWithResolvers<void> }>();

let driver: SqlDriver;
let app: TestApp;
let server: RunningServer;
let authorization: string;

beforeAll(async () => {
  driver = await openTestDatabase();
  const answerQuestion = scriptedAnswer(async function* ({ question }, signal) {
    const pause = pauses.get(question);
    for (const [index, event] of events.entries()) {
      if (pause?.after === index) await Promise.race([pause.gate.promise, once(signal, 'abort')]);
      yield event;
    }
  });
  app = await openApp(driver, { answerQuestion });
  authorization = `Bearer ${await app.createKey()}`;
  server = await listen(app.application, {
    host: '127.0.0.1',
    port: 0,
    publicUrl: null,
    log: { info: () => {}, warn: () => {} },
  });
});
afterAll(async () => {
  await server.stop();
  await driver.close();
});

async function ask(question: string, signal: AbortSignal): Promise<Response> {
  const { headers, ...init } = jsonBody({ question, stream: true });
  return await fetch(`${server.url}/v1/answers`, { ...init, headers: { ...headers, authorization }, signal });
}

const followed = (id: string, headers: Record<string, string> = {}) =>
  fetch(`${server.url}/v1/answers/${id}/events`, { headers: { authorization, ...headers } });

/** The first bytes of the body, as a connection that broke there gave them. */
async function firstBytes(response: Response, count: number): Promise<Buffer> {
  if (!response.body) throw new Error('The response has no body.');
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body) {
    chunks.push(chunk);
    length += chunk.length;
    if (length >= count) break;
  }
  return Buffer.concat(chunks).subarray(0, count);
}

/** What a client keeps of a stream that broke: whole frames, the last one's id among them. */
function wholeFrames(bytes: Buffer): { kept: string; lastId: string | null } {
  const end = bytes.lastIndexOf('\n\n');
  const kept = end < 0 ? '' : bytes.subarray(0, end + 2).toString();
  return {
    kept,
    lastId:
      kept
        .match(/^id: (\d+)$/gm)
        ?.at(-1)
        ?.slice(4) ?? null,
  };
}

/** Cuts the stream of a new answer after so many bytes, while it is written, and joins what is resumed. */
async function cutAndResume(number: number, bytes: number, frameEnds: readonly number[]) {
  const question = `Question ${number}`.padEnd(20);
  // The answer pauses once the frame that holds the last byte is out; the first frame comes before the script.
  const frame = frameEnds.findIndex((end) => end >= bytes);
  const gate = Promise.withResolvers<void>();
  pauses.set(question, { after: frame, gate });
  const leaving = new AbortController();
  const response = await ask(question, leaving.signal);
  const { kept, lastId } = wholeFrames(await firstBytes(response, bytes));
  leaving.abort();
  const id = /"answerId":"([^"]+)"/.exec(kept)?.[1] ?? (await newestAnswer());
  const resumed = await followed(id, lastId === null ? {} : { 'last-event-id': lastId });
  gate.resolve();
  const rest = resumed.status === 204 ? '' : await resumed.text();
  return { joined: kept + rest, whole: await (await followed(id)).text() };
}

/** A client that lost the connection within the first frame finds its answer in its conversations. */
async function newestAnswer(): Promise<string> {
  const get = async (path: string) => (await fetch(server.url + path, { headers: { authorization } })).json();
  const { items } = (await get('/v1/conversations?limit=1')) as { items: { id: string }[] };
  const { messages } = (await get(`/v1/conversations/${items[0]?.id}`)) as { messages: { answerId: string }[] };
  return messages.at(-1)?.answerId ?? '';
}

describe('a stream that was cut', { timeout: 300_000 }, () => {
  it('at every event border and at 200 random bytes joins to the same bytes', async () => {
    const whole = Buffer.from(await (await ask('Question x'.padEnd(20), new AbortController().signal)).arrayBuffer());
    const frameEnds: number[] = [];
    for (let end = whole.indexOf('\n\n'); end >= 0; end = whole.indexOf('\n\n', end + 2)) frameEnds.push(end + 2);
    expect(frameEnds).toHaveLength(events.length + 1);
    const random = createRandom(5);
    const cuts = [...frameEnds, ...Array.from({ length: 200 }, () => random.integer(1, whole.length))];
    for (const [number, bytes] of cuts.entries()) {
      const { joined, whole: stored } = await cutAndResume(number, bytes, frameEnds);
      expect({ bytes, joined }).toEqual({ bytes, joined: stored });
    }
  });
});
