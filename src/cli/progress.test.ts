import { expect, it } from 'vitest';
import { createEta, createProgress, formatDuration } from './progress.ts';

it('estimates from the mean rate since the first call', () => {
  let now = 0;
  const eta = createEta(() => now);
  expect(eta(10, 110)).toBeNull();
  now = 5_000;
  expect(eta(60, 110)).toBe(5);
  expect(eta(110, 110)).toBe(0);
});

it('promises nothing while the work stands still, and again once it moves', () => {
  let now = 0;
  const eta = createEta(() => now);
  eta(0, 100);
  now = 1_000;
  expect(eta(99, 100)).toBeCloseTo(1 / 99);
  now = 11_000;
  expect(eta(99, 100)).not.toBeNull();
  now = 11_001;
  expect(eta(99, 100)).toBeNull();
  expect(eta(99.5, 100)).not.toBeNull();
  // Work that moves every ten seconds does not stand still after eleven.
  now += 29_000;
  expect(eta(99.5, 100)).not.toBeNull();
  now += 2_000;
  expect(eta(99.5, 100)).toBeNull();
});

it('writes durations in words', () => {
  expect([45, 200, 7_500].map(formatDuration)).toEqual(['45 s', '3 min 20 s', '2 h 5 min']);
});

it('draws no bar while nobody knows how much there is', () => {
  const lines: string[] = [];
  const stream = { isTTY: false, write: (text: string) => lines.push(text) } as unknown as NodeJS.WriteStream;
  createProgress(stream).show({ label: 'reading', done: 95, total: null, etaSeconds: null, note: 'a.md' });
  createProgress(stream).show({ label: 'searchable', done: 12, total: 24, etaSeconds: 5 });
  expect(lines).toEqual(['reading 95 · a.md\n', 'searchable ████████████░░░░░░░░░░░░ 12/24 · 5 s left\n']);
});
