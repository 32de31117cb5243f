import { coverageOf, failuresOf, type SimulatedSuite } from '../evals/statistics/simulation.ts';

/**
 * How often intervals hold what they should, and gates by interval fail, over made-up suites of which the truth is known:
 * `node scripts/simulate-gates.ts [TRIALS]`. The guide's figures are of 4,000 trials.
 */
const trials = { trials: Number(process.argv[2] ?? 4_000), seed: 1, resamples: 2_000 };

const percent = (share: number) => `${(100 * share).toFixed(1)} %`.padStart(8);

console.log(`95 % intervals that hold the true mean, of ${trials.trials}`);
for (const values of ['binary', 'share'] as const)
  for (const rate of values === 'binary' ? [0.5, 0.8, 0.95] : [0.3, 0.8])
    for (const [clusters, casesEach] of [
      [50, 1],
      [200, 1],
      [20, 5],
      [60, 5],
    ] as const) {
      const suite: SimulatedSuite = { clusters, casesEach, shared: casesEach > 1 ? 0.7 : 0, rate, values };
      const size = casesEach > 1 ? `${clusters} clusters of ${casesEach}` : `${clusters} cases`;
      console.log(`  ${values} ${rate}, ${size}`.padEnd(36), percent(coverageOf(suite, trials)));
    }

const gates = { ...trials, resamples: 2_000 };
console.log('gates that fail, 400 cases');
for (const [name, lost, gained] of [
  ['equal runs, 10 % differ', 0.05, 0.05],
  ['equal runs, 30 % differ', 0.15, 0.15],
  ['5 points lost, 7 % differ', 0.06, 0.01],
  ['5 points lost, 10 % differ', 0.075, 0.025],
  ['5 points lost, 20 % differ', 0.125, 0.075],
] as const)
  console.log(`  ${name}`.padEnd(36), percent(failuresOf({ cases: 400, lost, gained }, gates)));
