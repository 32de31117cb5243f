import { expect, it } from 'vitest';
import { createRandom } from '../../src/domain/random.ts';
import type { Pair } from '../compare/pair-scores.ts';
import { pairedDifferences } from '../compare/paired-differences.ts';

const rounds = 200;

/** 400 cases, three of 25 of which come out by chance, and two never right; `drop` points of the second run are lost. */
function twoRuns(seed: number, drop: number): Pair[] {
  const random = createRandom(seed);
  const lost = drop / 0.86;
  return Array.from({ length: 400 }, (_, index) => {
    const share = index % 25 < 3 ? 0.5 : index % 25 < 5 ? 0 : 1;
    const before = Number(random.next() < share);
    const after = Number(random.next() < share && random.next() >= lost);
    return { id: `c${index}`, cluster: `c${index}`, before, after };
  });
}

/** How often `delta(m) >= 0 @ 95%` fails. */
function failures(drop: number): number {
  return Array.from({ length: rounds }, (_, round) => {
    const [difference] = pairedDifferences([twoRuns(1_000 + round, drop)], { confidence: 0.95, seed: 7 });
    return (difference?.interval?.[1] ?? 0) < 0;
  }).filter(Boolean).length;
}

it('fails in at most 5 % of equal runs, and in at least 80 % of those that lost five points on 400 cases', () => {
  expect(failures(0) / rounds).toBeLessThanOrEqual(0.05);
  expect(failures(0.05) / rounds).toBeGreaterThanOrEqual(0.8);
});
