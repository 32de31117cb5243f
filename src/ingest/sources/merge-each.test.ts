import fc from 'fast-check';
import { expect, it } from 'vitest';
import { mergeEach } from './merge-each.ts';

async function* each<T>(values: Iterable<T>): AsyncGenerator<T> {
  yield* values;
}

it('yields everything of every stream, each in its order, never more at once than may be', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(6), { maxLength: 12 }), fc.integer({ min: 1, max: 4 }), async (lengths, limit) => {
      let open = 0;
      let most = 0;
      async function* stream([name, length]: readonly [number, number]): AsyncGenerator<readonly [number, number]> {
        open += 1;
        most = Math.max(most, open);
        for (let place = 0; place < length; place += 1) {
          if (place % 2 === name % 2) await Promise.resolve();
          yield [name, place];
        }
        open -= 1;
      }
      const seen = new Map<number, number[]>();
      for await (const [name, place] of mergeEach(each(lengths.entries()), stream, limit))
        seen.set(name, [...(seen.get(name) ?? []), place]);
      lengths.forEach((length, name) => {
        expect(seen.get(name) ?? []).toEqual(Array.from({ length }, (_, place) => place));
      });
      expect(most).toBeLessThanOrEqual(limit);
    }),
  );
});

it('a stream that gives nothing yet keeps no other waiting', async () => {
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  async function* stream(name: string): AsyncGenerator<string> {
    if (name === 'slow') await held;
    yield name;
  }
  const seen: string[] = [];
  for await (const name of mergeEach(each(['slow', 'a', 'b', 'c']), stream, 2)) {
    seen.push(name);
    if (name === 'c') release();
  }
  expect(seen).toEqual(['a', 'b', 'c', 'slow']);
});

it('ends all streams when one fails or the reader leaves', async () => {
  let closed = 0;
  async function* endless(name: string): AsyncGenerator<string> {
    try {
      if (name === 'bad') throw new Error('bad');
      for (;;) yield name;
    } finally {
      closed += 1;
    }
  }
  const failing = async () => {
    for await (const _ of mergeEach(each(['a', 'b', 'bad']), endless, 3));
  };
  await expect(failing()).rejects.toThrow('bad');
  expect(closed).toBe(3);
  closed = 0;
  for await (const _ of mergeEach(each(['a']), endless, 3)) break;
  expect(closed).toBe(1);
});
