import { expect, it } from 'vitest';
import { countRunningTime } from './count-running-time.ts';

/** Timers that go off when the test says so, as early or late as it likes. */
function clockByHand() {
  const waiting = new Map<() => void, number>();
  let isOver = false;
  const callOff = countRunningTime(
    30,
    () => {
      isOver = true;
    },
    (callback, milliseconds) => {
      waiting.set(callback, milliseconds);
      return () => waiting.delete(callback);
    },
  );
  return {
    waiting,
    callOff,
    isOver: () => isOver,
    /** The one timer that waits goes off; resolves to how long it was to wait. */
    ring(): number {
      const [[callback, milliseconds] = [() => {}, 0]] = waiting;
      waiting.delete(callback);
      callback();
      return milliseconds;
    },
  };
}

it('ends after the time that the process has run', () => {
  const clock = clockByHand();
  let milliseconds = 0;
  while (!clock.isOver()) milliseconds += clock.ring();
  expect(milliseconds).toBe(30_000);
  expect(clock.waiting.size).toBe(0);
});

it('does not end at the first timer that goes off late: a stopped process is back', () => {
  const clock = clockByHand();
  clock.ring();
  expect(clock.isOver()).toBe(false);
  expect([...clock.waiting.values()]).toEqual([1_000]);
});

it('is called off for good', () => {
  const clock = clockByHand();
  clock.ring();
  clock.callOff();
  expect(clock.waiting.size).toBe(0);
});
