import { describe, expect, it } from 'vitest';
import { densestStretch, heaviestRun } from './standing-together.ts';

const weights = Float64Array.of(1, 2, 4);
const at = (...places: [place: number, word: number][]) => places.map(([place, word]) => ({ place, word }));

describe('heaviestRun', () => {
  it('adds up terms that follow each other as in the question', () => {
    expect(heaviestRun(at([0, 1], [1, 2], [2, 6]), weights)).toBe(7);
  });

  it('ends where the order is another or words lie between', () => {
    expect(heaviestRun(at([2, 1], [1, 2], [0, 3]), weights)).toBe(4);
    expect(heaviestRun(at([1, 1], [2, 6]), weights)).toBe(4);
    expect(heaviestRun([], weights)).toBe(0);
  });
});

describe('densestStretch', () => {
  it('counts each term once, and less where terms stand apart', () => {
    expect(densestStretch(at([2, 5], [2, 5]), weights)).toBe(4);
    const near = densestStretch(at([0, 1], [1, 2], [2, 3]), weights);
    const far = densestStretch(at([0, 1], [1, 12], [2, 23]), weights);
    expect(near).toBeGreaterThan(far);
    expect(near).toBeCloseTo(7 * Math.exp(-2 / 25));
  });

  it('is the heaviest term where others are too far away', () => {
    expect(densestStretch(at([2, 1], [1, 90]), weights)).toBe(4);
  });
});
