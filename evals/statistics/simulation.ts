import { createRandom, type Random } from '../../src/domain/random.ts';
import { compareMeans } from './compare-means.ts';
import { meanInterval } from './mean-interval.ts';
import type { Observation } from './resample.ts';

/** A made-up suite: cases in clusters that share a part of what makes them easy or hard. */
export interface SimulatedSuite {
  readonly clusters: number;
  readonly casesEach: number;
  /** Share of the spread that lies between clusters, in [0, 1]; 0 for independent cases. */
  readonly shared: number;
  /** Yes-or-no values with this rate, or shares in [0, 1] around it that lean to one side. */
  readonly rate: number;
  readonly values: 'binary' | 'share';
}

/**
 * Values of a suite. With the chance `shared` a case takes its cluster's own draw, else one of its own, so that every case has the same
 * distribution and two of a cluster correlate by `shared` squared.
 */
export function drawSuite(
  { clusters, casesEach, shared, rate, values }: SimulatedSuite,
  random: Random,
): Observation[] {
  const draw = () => {
    if (values === 'binary') return Number(random.next() < rate);
    // The mean of u^a over u in [0, 1) is 1 / (a + 1).
    return random.next() ** (1 / rate - 1);
  };
  return Array.from({ length: clusters }, (_, cluster) => {
    const common = draw();
    return Array.from({ length: casesEach }, () => ({
      value: random.next() < shared ? common : draw(),
      cluster: casesEach > 1 ? String(cluster) : null,
    }));
  }).flat();
}

/** Share of `trials` suites whose 95 % interval holds the true mean; those without an interval do not hold it. */
export function coverageOf(suite: SimulatedSuite, { trials, seed, resamples }: Trials): number {
  const random = createRandom(seed);
  let covered = 0;
  for (let trial = 0; trial < trials; trial += 1) {
    const interval = meanInterval(drawSuite(suite, random), { seed: trial, resamples, isShare: true });
    if (interval && interval[0] <= suite.rate && suite.rate <= interval[1]) covered += 1;
  }
  return covered / trials;
}

export interface Trials {
  readonly trials: number;
  readonly seed: number;
  readonly resamples: number;
}

export interface SimulatedChange {
  readonly cases: number;
  /** Chance that a case that passes in one run fails in the other, and the other way round. */
  readonly lost: number;
  readonly gained: number;
}

/**
 * Share of `trials` pairs of runs at which a gate that fails when the whole 95 % interval of the difference lies below 0 fails. With `lost` equal to
 * `gained` it is that of false alarms.
 */
export function failuresOf({ cases, lost, gained }: SimulatedChange, { trials, seed, resamples }: Trials): number {
  const random = createRandom(seed);
  let failed = 0;
  for (let trial = 0; trial < trials; trial += 1) {
    const differences = Array.from({ length: cases }, (): Observation => {
      const drawn = random.next();
      return { value: drawn < lost ? -1 : drawn < lost + gained ? 1 : 0, cluster: null };
    });
    const [, upper = 0] = compareMeans(differences, { seed: trial, resamples })?.interval ?? [];
    if (upper < 0) failed += 1;
  }
  return failed / trials;
}
