import { afterEach, beforeEach, expect, it } from 'vitest';
import { qdrantError, type StubQdrant, startStubQdrant } from '../../../../test/stub-qdrant.ts';
import { createQdrantCalls } from './qdrant-calls.ts';
import { createWriter } from './write-points.ts';

let stub: StubQdrant;
beforeEach(async () => {
  stub = await startStubQdrant();
});
afterEach(() => stub.close());

const open = () =>
  createWriter({
    calls: createQdrantCalls({ url: stub.url, apiKey: null, retryDelayMs: 1 }),
    collection: { name: 'footnote_test_1' },
    signal: new AbortController().signal,
  });
const points = (count: number, content = '') =>
  Array.from({ length: count }, (_, id) => ({ id, vector: { '': [1, 0, 0] }, payload: { content } }));
const sizes = () =>
  stub.requests.flatMap(({ body }) => {
    const sent: unknown = typeof body === 'object' && body !== null ? Reflect.get(body, 'points') : null;
    return Array.isArray(sent) ? [sent.length] : [];
  });

it('lets small documents share a request', async () => {
  const writer = open();
  for (let document = 0; document < 30; document += 1) await writer.add(points(10));
  await writer.finish();
  expect(sizes().toSorted()).toEqual([128, 128, 44]);
});

it('keeps a request below what the server takes', async () => {
  const writer = open();
  await writer.add(points(5, 'x'.repeat(400_000)));
  await writer.finish();
  expect(sizes().toSorted()).toEqual([1, 2, 2]);
});

it('sends nothing for nothing', async () => {
  await open().finish();
  expect(stub.requests).toEqual([]);
});

it('throws what a batch failed with, and sends no more', async () => {
  stub.always(qdrantError(400, 'Wrong input: Vector dimension error'));
  const writer = open();
  const work = async () => {
    for (let document = 0; document < 2_000; document += 1) await writer.add(points(10));
    await writer.finish();
  };
  await expect(work()).rejects.toMatchObject({ code: 'INDEX_UNAVAILABLE' });
  expect(sizes().length).toBeLessThan(10);
});

it('does not take a write for done that the server only accepted', async () => {
  stub.always({ body: { result: { operation_id: 1, status: 'wait_timeout' }, status: 'ok', time: 0.1 } });
  const writer = open();
  await writer.add(points(1));
  await expect(writer.finish()).rejects.toMatchObject({ detail: expect.stringContaining('wait_timeout') });
});
