import { text as readText } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';
import { type LoopbackServer, sendJson, startLoopbackServer } from '../../test/loopback-server.ts';
import { stubCases } from '../../test/stub-suite.ts';
import { mayPass } from '../engine/retry.ts';
import { Suite, type TargetOf } from '../suite.ts';
import { createHttpTarget } from './http-target.ts';

const never = new AbortController().signal;
const [one] = stubCases(1, {
  question: 'And on Team?',
  history: [{ question: 'How long?', answer: '30 days.' }],
  contexts: ['First text.', 'Second text.'],
});
if (!one) throw new Error('There is no case.');

let server: LoopbackServer | null = null;
afterEach(async () => {
  await server?.close();
  server = null;
});

interface Seen {
  readonly method: string;
  readonly url: string;
  readonly key: unknown;
  readonly body: unknown;
}

async function open(reply: object, settings: object = {}, status = 200, headers: Record<string, string> = {}) {
  const seen: Seen[] = [];
  server = await startLoopbackServer(async (incoming, response) => {
    const body = await readText(incoming);
    const { method = '', url = '' } = incoming;
    seen.push({ method, url, key: incoming.headers['x-api-key'], body: body === '' ? null : JSON.parse(body) });
    sendJson(response, status, reply, headers);
  });
  const target = { kind: 'http', url: `${server.url}/ask`, answer: 'answer', ...settings };
  const suite = Suite.parse({ name: 'http', target, data: { path: 'x' }, metrics: ['recall@5'] });
  const headersOfSettings = { 'x-api-key': 'secret' };
  return { seen, target: createHttpTarget({ settings: suite.target as TargetOf<'http'>, headers: headersOfSettings }) };
}

describe('createHttpTarget', () => {
  it('fills its body in, and picks answer and sources from the reply', async () => {
    const reply = {
      answer: 'It is 90 days [1]. It ends [3].',
      hits: [{ doc: 'plans.md', body: '90 days on Team.' }, { doc: 'other.md' }],
    };
    const { seen, target } = await open(reply, {
      body: {
        input: '{{question}}',
        messages: '{{history}}',
        all: '{{contexts}}',
        text: 'Q: {{question}} / {{history}}',
        asker: { tenant: '{{tenant}}', groups: '{{groups}}', line: '{{tenant}}:{{groups}}' },
      },
      sources: { list: 'hits', document: 'doc', text: 'body' },
    });
    const answer = await target.ask({ ...one, tenant: 'harbour', groups: ['finance', 'legal'] }, never);
    expect(seen).toEqual([
      {
        method: 'POST',
        url: '/ask',
        key: 'secret',
        body: {
          input: 'And on Team?',
          messages: [
            { role: 'user', content: 'How long?' },
            { role: 'assistant', content: '30 days.' },
          ],
          all: ['First text.', 'Second text.'],
          text: 'Q: And on Team? / user: How long?\nassistant: 30 days.',
          asker: { tenant: 'harbour', groups: ['finance', 'legal'], line: 'harbour:finance,legal' },
        },
      },
    ]);
    expect(answer).toMatchObject({
      state: 'finished',
      sentences: [{ citations: [1] }, { citations: [3] }],
      quotes: [{ number: 1, document: 'plans.md', text: '90 days on Team.', found: 'at-offsets' }],
      retrieved: [{ document: 'plans.md' }, { document: 'other.md', text: null }],
      usage: { calls: 1 },
    });
  });

  it('asks by GET, and sees a refusal where the reply says so or by its words', async () => {
    const byFlag = await open(
      { answer: 'No idea.', meta: { refused: true } },
      { method: 'GET', refused: 'meta.refused' },
    );
    expect(await byFlag.target.ask(one, never)).toMatchObject({ state: 'refused', refusal: { message: 'No idea.' } });
    expect(byFlag.seen[0]?.url).toBe('/ask?question=And+on+Team%3F');
    await server?.close();
    const byWords = await open({ answer: 'I do not know that.' }, { refusal: 'do not know' });
    expect(await byWords.target.ask(one, never)).toMatchObject({ state: 'refused', text: '' });
  });

  it.each([
    [503, true],
    [429, true],
    [425, true],
    [400, false],
    [401, false],
  ])('takes status %i for what may pass: %s', async (status, passes) => {
    const { target } = await open({}, {}, status, { 'retry-after': '7' });
    const error: unknown = await target.ask(one, never).catch((thrown: unknown) => thrown);
    expect(mayPass(error)).toBe(passes);
    expect(error).toMatchObject({ code: passes ? 'TARGET_UNAVAILABLE' : 'TARGET_BAD_RESPONSE', retryAfter: 7 });
  });

  it('names what is wrong with a reply, and does not follow a redirect with its key', async () => {
    const { target } = await open({ text: 'elsewhere' });
    await expect(target.ask(one, never)).rejects.toMatchObject({ code: 'TARGET_BAD_RESPONSE' });
    await server?.close();
    const moved = await open({}, {}, 302, { location: '/other' });
    await expect(moved.target.ask(one, never)).rejects.toMatchObject({ code: 'TARGET_BAD_RESPONSE' });
    expect(moved.seen).toHaveLength(1);
  });

  it('says that nobody answers', async () => {
    const { target } = await open({});
    await server?.close();
    const error: unknown = await target.ask(one, never).catch((thrown: unknown) => thrown);
    server = null;
    expect(error).toMatchObject({ code: 'TARGET_UNAVAILABLE' });
    expect(mayPass(error)).toBe(true);
  });

  it('keeps its identity whatever its keys and limits are', async () => {
    const target = (settings: object, headers: Record<string, string>) =>
      createHttpTarget({
        settings: { ...stubSettings(), ...settings },
        headers,
      }).configuration;
    expect(target({}, { a: '1' })).toBe(target({ requestsPerMinute: 5 }, { a: '2' }));
    expect(target({}, {})).not.toBe(target({ answer: 'text' }, {}));
  });
});

function stubSettings(): TargetOf<'http'> {
  const target = { kind: 'http', url: 'http://127.0.0.1:9/', answer: 'answer' };
  return Suite.parse({ name: 'x', target, data: { path: 'x' }, metrics: ['y'] }).target as TargetOf<'http'>;
}
