import { expect, it } from 'vitest';
import { createEta, formatDuration } from './progress.ts';

it('estimates from the mean rate since the first call', () => {
  let now = 0;
  const eta = createEta(() => now);
  expect(eta(10, 110)).toBeNull();
  now = 5_000;
  expect(eta(60, 110)).toBe(5);
  expect(eta(110, 110)).toBe(0);
});

it('writes durations in words', () => {
  expect([45, 200, 7_500].map(formatDuration)).toEqual(['45 s', '3 min 20 s', '2 h 5 min']);
});
