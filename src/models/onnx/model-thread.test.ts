import { expect, it } from 'vitest';
import { openModelThread } from './model-thread.ts';

it('tells the thread to leave undone what nobody waits for any more, and takes no late answer for another', async () => {
  // Answers the second request, with the ids that were cancelled before; the first is answered too late.
  const program = new URL(
    `data:text/javascript,${encodeURIComponent(`
      import { parentPort } from 'node:worker_threads';
      const cancelled = [];
      parentPort.on('message', (message) => {
        if ('close' in message) return parentPort.close();
        if ('cancel' in message) return cancelled.push(message.cancel);
        if (!message.request.answered) return;
        parentPort.postMessage({ id: 0, numbers: Float32Array.of(7) });
        parentPort.postMessage({ id: message.id, numbers: Float32Array.from(cancelled) });
      });
    `)}`,
  );
  const options = { name: 'The model', deadlineMilliseconds: 10_000, program, workerData: null };
  const thread = openModelThread<{ answered: boolean }>(options, () => undefined);
  const controller = new AbortController();
  const first = thread.ask({ answered: false }, controller.signal);
  controller.abort(new Error('no longer wanted'));
  await expect(first).rejects.toThrow('no longer wanted');
  expect(thread.load()).toBe(0);
  expect(await thread.ask({ answered: true })).toEqual(Float32Array.of(0));
  await thread.close();
  await expect(thread.ask({ answered: true })).rejects.toMatchObject({ code: 'MODEL_UNAVAILABLE' });
});
