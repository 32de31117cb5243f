import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { qdrantError, type StubQdrant, type StubReply, startStubQdrant } from '../../../../test/stub-qdrant.ts';
import { createQdrantCalls, type QdrantCallsOptions } from './qdrant-calls.ts';

const secret = 'a-key-that-nobody-may-read';
let stub: StubQdrant;

beforeEach(async () => {
  stub = await startStubQdrant();
});
afterEach(() => stub.close());

const open = (options: Partial<QdrantCallsOptions> = {}) =>
  createQdrantCalls({ url: stub.url, apiKey: secret, retryDelayMs: 1, ...options });
const count = (calls: ReturnType<typeof open>, signal?: AbortSignal) =>
  calls.ask('countPoints', { collection_name: 'c', exact: true }, signal);

describe('createQdrantCalls', () => {
  it('sends the key, and what stands in the path of the URL', async () => {
    expect(await count(open({ url: `${stub.url}/behind/a/proxy/` }))).toEqual({ count: 0 });
    expect(stub.requests).toMatchObject([{ path: '/behind/a/proxy/collections/c/points/count', apiKey: secret }]);
  });

  it('sends no key where there is none', async () => {
    await count(open({ apiKey: null }));
    expect(stub.requests[0]?.apiKey).toBeUndefined();
  });

  const passing: [string, StubReply][] = [
    ['a failure', qdrantError(500, 'Service internal error: task panicked')],
    ['a request that timed out there', qdrantError(408, 'timeout')],
    ['a shard that is not ready', qdrantError(503, 'not ready')],
    ['a limit of the rate', { status: 429, headers: { 'retry-after': '0' }, body: { status: { error: 'slow down' } } }],
    ['a limit that names no time', qdrantError(429, 'slow down')],
  ];
  it.each(passing)('asks again after %s, at most twice', async (_name, reply) => {
    stub.reply(reply, reply);
    expect(await count(open())).toEqual({ count: 0 });
    expect(stub.requests).toHaveLength(3);
    stub.reply(reply, reply, reply);
    await expect(count(open())).rejects.toMatchObject({ code: 'INDEX_UNAVAILABLE' });
  });

  it('does not wait for long when the server asks for it', async () => {
    stub.reply({ status: 429, headers: { 'retry-after': '10' }, body: { status: { error: 'slow down' } } });
    await expect(count(open())).rejects.toMatchObject({ detail: expect.stringContaining('limits the rate') });
    expect(stub.requests).toHaveLength(1);
  });

  const refused: [string, StubReply, RegExp][] = [
    [
      'a wrong key, told in plain text',
      { status: 401, body: 'Must provide an API key or an Authorization bearer token' },
      /QDRANT_API_KEY/,
    ],
    ['a key that may not', { status: 403, body: 'Forbidden' }, /QDRANT_API_KEY/],
    ['a collection that is gone', qdrantError(404, "Not found: Collection `c` doesn't exist!"), /footnote reindex/],
    [
      'wrong dimensions',
      qdrantError(400, 'Wrong input: Vector dimension error: expected dim: 3, got 384'),
      /other dimensions/,
    ],
    ['a full disk', qdrantError(507, 'Insufficient storage'), /disk of Qdrant is full/],
    ['bad input', qdrantError(422, 'Validation error in JSON body'), /refused the request/],
    ['something that is not Qdrant', { body: '<html>Welcome</html>' }, /not Qdrant/],
    ['a page that sends elsewhere', { status: 301, headers: { location: '/login' }, body: '' }, /not Qdrant/],
    ['JSON of another program', { body: { hello: 'world' } }, /not Qdrant/],
  ];
  it.each(refused)('says what to do about %s, at once', async (_name, reply, expected) => {
    stub.reply(reply);
    const error = await count(open()).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'INDEX_UNAVAILABLE', detail: expect.stringMatching(expected) });
    expect(stub.requests).toHaveLength(1);
    expect(JSON.stringify(error) + String(error)).not.toContain(secret);
  });

  it('tells a full disk from another failure', async () => {
    stub.always(qdrantError(500, 'Service internal error: No space left on device (os error 28)'));
    await expect(count(open())).rejects.toMatchObject({ detail: expect.stringContaining('disk of Qdrant is full') });
  });

  it('says where nothing listens', async () => {
    await stub.close();
    await expect(count(open())).rejects.toMatchObject({ detail: expect.stringContaining('QDRANT_URL') });
  });

  it('gives up at its deadline and leaves the request', async () => {
    stub.always({ never: true });
    await expect(count(open({ askMilliseconds: 50 }))).rejects.toMatchObject({
      code: 'INDEX_UNAVAILABLE',
      detail: 'Qdrant took too long.',
    });
    await expect.poll(() => stub.left).toHaveLength(1);
  });

  it('leaves the request when the caller leaves, with the reason of the caller', async () => {
    stub.always({ never: true });
    const controller = new AbortController();
    const asked = count(open(), controller.signal);
    await expect.poll(() => stub.requests).toHaveLength(1);
    controller.abort(new Error('no longer wanted'));
    await expect(asked).rejects.toThrow('no longer wanted');
    await expect.poll(() => stub.left).toHaveLength(1);
  });

  it('leaves a server alone that fails again and again, and comes back by itself', async () => {
    const calls = open({ openMilliseconds: 50 });
    stub.always(qdrantError(500, 'broken'));
    for (let call = 0; call < 2; call += 1)
      await expect(count(calls)).rejects.toMatchObject({ code: 'INDEX_UNAVAILABLE' });
    const asked = stub.requests.length;
    await expect(count(calls)).rejects.toMatchObject({
      detail: 'Qdrant failed with status 500. It is left alone for a moment.',
    });
    expect(stub.requests).toHaveLength(asked);
    stub.always(null);
    await expect.poll(() => count(calls).catch(() => null)).toEqual({ count: 0 });
  });

  it('does not hold wrong requests against the server', async () => {
    const calls = open();
    stub.always(qdrantError(400, 'bad'));
    for (let call = 0; call < 10; call += 1) await count(calls).catch(() => {});
    stub.always(null);
    expect(await count(calls)).toEqual({ count: 0 });
  });

  it('knows what does not exist from what fails', async () => {
    const find = () => open().find('getCollection', { collection_name: 'c' });
    stub.reply(qdrantError(404, 'Not found'));
    expect(await find()).toBeNull();
    stub.reply({ status: 401, body: 'Invalid API key' });
    await expect(find()).rejects.toMatchObject({ code: 'INDEX_UNAVAILABLE' });
    expect(await open().serverVersion()).toBe('1.18.3');
  });
});
