import { expect, it } from 'vitest';
import { inBackground, isInBackground } from '../background.ts';
import { asIfAsked, asQuestion } from '../questions.ts';
import { createTurns, type TurnLength } from './take-turns.ts';

function createRecorder() {
  const turns = createTurns();
  const order: string[] = [];
  const take = async (name: string, length?: TurnLength) =>
    await turns.take(async () => {
      await Promise.resolve();
      order.push(`${name}${isInBackground() ? ' in the background' : ''}`);
      return name;
    }, length);
  return { turns, order, take };
}

it('runs one after the other and lets the background wait', async () => {
  const { turns, order, take } = createRecorder();
  const all = [take('a'), inBackground(() => take('b')), take('c'), inBackground(() => take('d')), take('e')];
  expect(await Promise.all(all)).toEqual(['a', 'b', 'c', 'd', 'e']);
  expect(order).toEqual(['a', 'c', 'e', 'b in the background', 'd in the background']);
  await turns.idle();
});

it('lets brief work go before long work', async () => {
  const { order, take } = createRecorder();
  const all = [take('first'), inBackground(() => take('b')), take('long'), take('brief', 'brief')];
  await Promise.all(all);
  expect(order).toEqual(['first', 'brief', 'long', 'b in the background']);
});

it('awaits the next statement of a question until it is over', async () => {
  const { turns, order, take } = createRecorder();
  const others = [take('first'), inBackground(() => take('b')), take('long')];
  await asQuestion(async () => {
    await take('one', 'brief');
    await take('two');
    await new Promise(setImmediate);
    await take('three', 'brief');
  });
  await Promise.all(others);
  expect(order).toEqual(['first', 'one', 'two', 'three', 'long', 'b in the background']);
  await turns.idle();
});

it('awaits nothing after brief work of no question', async () => {
  const { order, take } = createRecorder();
  const asked = take('credential', 'brief');
  const other = inBackground(() => take('b'));
  await asked;
  await new Promise(setImmediate);
  await take('late', 'brief');
  await other;
  expect(order).toEqual(['credential', 'b in the background', 'late']);
});

it('lets what a question may wait for go first too, wherever it began, and awaits nothing after it', async () => {
  const { order, take } = createRecorder();
  const running = take('first');
  const other = inBackground(() => take('b'));
  await inBackground(() => asIfAsked(() => take('load')));
  await new Promise(setImmediate);
  await take('late', 'brief');
  await Promise.all([running, other]);
  expect(order).toEqual(['first', 'load in the background', 'b in the background', 'late']);
});

it('does not let a question that asks nothing more hold others up', async () => {
  const { order, take } = createRecorder();
  const { promise: isDone, resolve: finish } = Promise.withResolvers<void>();
  const question = asQuestion(async () => {
    await take('asked', 'brief');
    await isDone;
  });
  await take('other');
  finish();
  await question;
  expect(order).toEqual(['asked', 'other']);
});

it('does not let long work wait for ever', async () => {
  const { order, take } = createRecorder();
  const long = take('long');
  let asked = 0;
  const isOver = { now: false };
  const ask = async () => {
    while (!isOver.now) await take(`question ${++asked}`, 'brief');
  };
  const asking = ask();
  const later = inBackground(() => take('b'));
  await Promise.all([long, take('longer'), later]);
  isOver.now = true;
  await asking;
  expect(order.indexOf('longer')).toBeLessThan(60);
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
