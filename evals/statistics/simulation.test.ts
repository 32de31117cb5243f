import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/domain/random.ts';
import { predictionPoweredMean } from './prediction-powered.ts';
import { roganGladen } from './rogan-gladen.ts';
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

describe('rates corrected by labels hold the true rate', () => {
  const [rate, sensitivity, falseAlarms] = [0.3, 0.85, 0.15];
  const random = createRandom(4);
  const draw = () => {
    const label = Number(random.next() < rate);
    return { label, prediction: Number(random.next() < (label === 1 ? sensitivity : falseAlarms)) };
  };
  const rounds = Array.from({ length: 600 }, () => {
    const labelled = Array.from({ length: 150 }, draw);
    const unlabelled = Array.from({ length: 1_500 }, () => draw().prediction);
    const positives = labelled.filter(({ label }) => label === 1);
    const negatives = labelled.filter(({ label }) => label === 0);
    const predicted = (list: typeof labelled) => list.filter(({ prediction }) => prediction === 1).length;
    const rates = {
      positives: positives.length,
      truePositives: predicted(positives),
      negatives: negatives.length,
      falsePositives: predicted(negatives),
    };
    const judged = { positive: unlabelled.filter((one) => one === 1).length, count: unlabelled.length };
    return { powered: predictionPoweredMean(labelled, unlabelled), corrected: roganGladen(judged, rates) };
  });
  it.each(['powered', 'corrected'] as const)('%s', (kind) => {
    const holds = rounds.filter((round) => {
      const [lower = 1, upper = 0] = round[kind]?.interval ?? [];
      return lower <= rate && rate <= upper;
    });
    expect(holds.length / rounds.length).toBeGreaterThanOrEqual(0.93);
    expect(holds.length / rounds.length).toBeLessThanOrEqual(0.97);
  });
});
