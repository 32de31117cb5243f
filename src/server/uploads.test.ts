import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { createUploads } from './uploads.ts';

it('runs large uploads one after the other, also when one fails', async () => {
  const { inTurn } = createUploads(1);
  const gates = [0, 1, 2].map(() => Promise.withResolvers<void>());
  const started: number[] = [];
  const outcomes = Promise.allSettled(
    gates.map((gate, index) =>
      inTurn(async () => {
        started.push(index);
        await gate.promise;
      }),
    ),
  );
  await turn();
  expect(started).toEqual([0]);
  gates[0]?.reject(new Error('cut off'));
  await turn();
  expect(started).toEqual([0, 1]);
  gates[1]?.resolve();
  gates[2]?.resolve();
  expect((await outcomes).map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
});
