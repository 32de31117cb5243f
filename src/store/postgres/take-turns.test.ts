import { expect, it } from 'vitest';
import { inBackground, isInBackground } from '../background.ts';
import { createTurns } from './take-turns.ts';

function createRecorder() {
  const turns = createTurns();
  const order: string[] = [];
  const take = async (name: string) =>
    await turns.take(async () => {
      await Promise.resolve();
      order.push(`${name}${isInBackground() ? ' in the background' : ''}`);
      return name;
    });
  return { turns, order, take };
}

it('runs one after the other and lets the background wait', async () => {
  const { turns, order, take } = createRecorder();
  const all = [take('a'), inBackground(() => take('b')), take('c'), inBackground(() => take('d')), take('e')];
  expect(await Promise.all(all)).toEqual(['a', 'b', 'c', 'd', 'e']);
  expect(order).toEqual(['a', 'c', 'e', 'b in the background', 'd in the background']);
  await turns.idle();
});

it('does not let the background wait for ever', async () => {
  const { order, take } = createRecorder();
  const all = [take('first'), inBackground(() => take('b')), ...Array.from({ length: 60 }, (_, n) => take(String(n)))];
  await Promise.all(all);
  expect(order.indexOf('b in the background')).toBeLessThan(30);
});

it('goes on after work that fails, also at once', async () => {
  const { turns, take } = createRecorder();
  const failing = turns.take(() => Promise.reject(new Error('no')));
  const next = take('next');
  await expect(failing).rejects.toThrow('no');
  expect(await next).toBe('next');
  await turns.idle();
  expect(await take('later')).toBe('later');
});
