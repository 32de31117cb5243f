import { describe, expect, it } from 'vitest';
import { coverageOf, failuresOf, type SimulatedSuite } from './simulation.ts';

/** `scripts/simulate-gates.ts` runs more of each; what it prints stands in docs/guide/eval-metrics.md. */
const trials = { trials: 400, seed: 11, resamples: 600 };

describe('intervals hold the true mean as often as they say', () => {
  const independent = { clusters: 80, casesEach: 1, shared: 0 };
  const clustered = { clusters: 40, casesEach: 5, shared: 0.7 };
  const suites: Readonly<Record<string, SimulatedSuite>> = {
    'yes or no': { ...independent, rate: 0.8, values: 'binary' },
    'yes or no, in clusters': { ...clustered, rate: 0.8, values: 'binary' },
    shares: { ...independent, rate: 0.3, values: 'share' },
    'shares, in clusters': { ...clustered, rate: 0.3, values: 'share' },
  };
  it.each(Object.entries(suites))('%s', (_name, suite) => {
    const coverage = coverageOf(suite, trials);
    expect(coverage).toBeGreaterThanOrEqual(0.93);
    expect(coverage).toBeLessThanOrEqual(0.97);
  });
});

describe('a gate by interval', () => {
  it('fails at most one of twenty pairs of equal runs', () => {
    expect(failuresOf({ cases: 400, lost: 0.05, gained: 0.05 }, { ...trials, trials: 200 })).toBeLessThanOrEqual(0.05);
  });
  it('sees a drop by five points on 400 cases four times out of five', () => {
    expect(failuresOf({ cases: 400, lost: 0.075, gained: 0.025 }, { ...trials, trials: 200 })).toBeGreaterThanOrEqual(
      0.8,
    );
  });
});
