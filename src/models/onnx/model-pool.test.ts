import { expect, it } from 'vitest';
import { createModelPool } from './model-pool.ts';

/** Answers a request only when the next message comes, be it another request, a cancel or the end. */
const program = new URL(
  `data:text/javascript,${encodeURIComponent(`
    import { parentPort } from 'node:worker_threads';
    const held = [];
    parentPort.on('message', (message) => {
      const id = held.shift();
      if (id !== undefined) parentPort.postMessage({ id, numbers: Float32Array.of(id) });
      if ('close' in message) return parentPort.close();
      if ('id' in message) held.push(message.id);
    });
  `)}`,
);
const options = { name: 'The model', deadlineMilliseconds: 10_000, program, workerData: null, threads: 1 };
const never = new AbortController().signal;

it('drops a request that nobody waits for any more before it reaches a thread', async () => {
  const pool = createModelPool<{ text: string }>({ ...options, requestsPerThread: 1 });
  const running = pool.ask({ text: 'a' }, never);
  const controller = new AbortController();
  const reason = new Error('Nobody waits.');
  const dropped = pool.ask({ text: 'b' }, controller.signal);
  controller.abort(reason);
  await expect(dropped).rejects.toBe(reason);
  const last = pool.ask({ text: 'c' }, never);
  const closed = pool.close();
  await Promise.all([
    closed,
    expect(running).rejects.toMatchObject({ code: 'MODEL_UNAVAILABLE' }),
    expect(last).rejects.toMatchObject({ code: 'MODEL_UNAVAILABLE' }),
  ]);
  await expect(pool.ask({ text: 'd' }, never)).rejects.toMatchObject({ code: 'MODEL_UNAVAILABLE' });
});

it('starts its threads ahead of the first request when it is told to, and none after its end', async () => {
  const pool = createModelPool<{ text: string }>({ ...options, threads: 2, idleSeconds: 0 });
  pool.prepare(5);
  const asked = Promise.all([pool.ask({ text: 'a' }, never), pool.ask({ text: 'b' }, never)]);
  const more = Promise.all([pool.ask({ text: 'c' }, never), pool.ask({ text: 'd' }, never)]);
  // Each of two threads answers its first request when its second one comes.
  expect((await asked).map(([id]) => id)).toEqual([0, 0]);
  await Promise.all([pool.close(), expect(more).rejects.toMatchObject({ code: 'MODEL_UNAVAILABLE' })]);
  pool.prepare(2);
  await expect(pool.ask({ text: 'e' }, never)).rejects.toMatchObject({ code: 'MODEL_UNAVAILABLE' });
});
