import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bcaPValue } from './bca.ts';
import { compareMeans } from './compare-means.ts';
import { holm } from './holm.ts';
import { cohenKappa } from './kappa.ts';
import { mcnemarExact } from './mcnemar.ts';
import { meanInterval } from './mean-interval.ts';
import { minimumDetectableEffect } from './minimum-detectable-effect.ts';
import { predictionPoweredMean } from './prediction-powered.ts';
import { flipRate, passAll, passAt } from './repeats.ts';
import { type Observation, resampleMean, unitsOf } from './resample.ts';
import { roganGladen } from './rogan-gladen.ts';

const alone = (values: readonly number[]): Observation[] => values.map((value) => ({ value, cluster: null }));
const options = { seed: 1, resamples: 500, isShare: true };

describe('meanInterval', () => {
  it('is the same for the same seed, and holds the mean', () => {
    const values = alone(Array.from({ length: 60 }, (_, index) => (index % 7) / 7));
    const [lower = 1, upper = 0] = meanInterval(values, options) ?? [];
    expect(meanInterval(values, options)).toEqual([lower, upper]);
    expect(meanInterval(values, { ...options, seed: 2 })).not.toEqual([lower, upper]);
    expect(lower).toBeLessThan(3 / 7);
    expect(upper).toBeGreaterThan(3 / 7);
  });
  it('widens when cases share clusters', () => {
    const values = Array.from({ length: 60 }, (_, index) => ({ value: Math.floor(index / 6) / 10, cluster: null }));
    const clustered = values.map((one, index) => ({ ...one, cluster: String(Math.floor(index / 6)) }));
    const width = (found: readonly [number, number] | null) => (found ? found[1] - found[0] : 0);
    expect(width(meanInterval(clustered, options))).toBeGreaterThan(1.8 * width(meanInterval(values, options)));
  });
  it('does not shrink to a point where all pass', () => {
    const passed = alone(new Array<number>(50).fill(1));
    expect(meanInterval(passed, options)?.[0]).toBeCloseTo(0.9287, 4);
    const inClusters = passed.map((one, index) => ({ ...one, cluster: String(index % 10) }));
    expect(meanInterval(inClusters, options)?.[0]).toBeCloseTo(0.7225, 4);
  });
  it('is unknown with fewer than five of what is independent', () => {
    expect(meanInterval(alone([0, 1, 0, 1]), options)).toBeNull();
    expect(
      meanInterval(
        alone(new Array<number>(40).fill(0.5)).map((one, index) => ({ ...one, cluster: String(index % 4) })),
        options,
      ),
    ).toBeNull();
  });
});

describe('resampleMean', () => {
  it('weighs clusters by their cases', () => {
    const observations = [0, 0, 0, 1].map((value, index) => ({ value, cluster: index < 3 ? 'a' : 'b' }));
    const { estimate, values } = resampleMean(unitsOf(observations), 200, 1);
    expect(estimate).toBe(0.25);
    expect(new Set(values)).toEqual(new Set([0, 0.25, 1]));
  });
});

describe('compareMeans', () => {
  it('finds no difference where there is none', () => {
    expect(compareMeans(alone(new Array<number>(20).fill(0)), { seed: 1 })).toMatchObject({
      difference: 0,
      interval: [0, 0],
      pValue: 1,
    });
    expect(compareMeans([], { seed: 1 })).toBeNull();
    expect(compareMeans(alone([1, -1]), { seed: 1 })).toMatchObject({ difference: 0, interval: null, pValue: null });
  });
  it('has a p-value below .05 when, and only when, its interval leaves 0 out', () => {
    const change = fc.array(fc.constantFrom(-1, 0, 0, 0, 1, 0.5), { minLength: 30, maxLength: 60 });
    fc.assert(
      fc.property(change, (values) => {
        const resampled = resampleMean(unitsOf(alone(values)), 1_000, 3);
        const p = bcaPValue(resampled);
        const found = compareMeans(alone(values), { seed: 3, resamples: 1_000 });
        if (!found?.interval || Math.abs(p - 0.05) < 0.02) return;
        const [lower, upper] = found.interval;
        expect(lower > 0 || upper < 0, `${p} ${lower} ${upper}`).toBe(p < 0.05);
      }),
      { numRuns: 60 },
    );
  });
  it('has the standard error of the mean', () => {
    const values = Array.from({ length: 200 }, (_, index) => (index % 10) - 4.5);
    const found = compareMeans(alone(values), { seed: 1, resamples: 4_000 });
    expect(found?.standardError).toBeCloseTo(Math.sqrt(8.25 / 200), 2);
  });
});

describe('tests and effects', () => {
  it('McNemar does not know which run is which', () => {
    fc.assert(fc.property(fc.nat(300), fc.nat(300), (a, b) => mcnemarExact(a, b) === mcnemarExact(b, a)));
    expect(mcnemarExact(0, 5)).toBeCloseTo(2 / 32, 12);
  });
  it('Holm never lowers a p-value and keeps the order', () => {
    expect(holm([0.01, 0.04, 0.03])).toEqual([0.03, 0.06, 0.06]);
    expect(holm([])).toEqual([]);
  });
  it('the minimum detectable effect is 2.8 standard errors', () => {
    expect(minimumDetectableEffect(1)).toBeCloseTo(2.8016, 4);
  });
});

describe('repeats', () => {
  const cases = [
    { passed: 0, count: 4 },
    { passed: 1, count: 4 },
    { passed: 4, count: 4 },
    { passed: 1, count: 1 },
  ];
  it('flip where some pass', () => {
    expect(flipRate(cases)).toBeCloseTo(1 / 3, 12);
    expect(flipRate([{ passed: 1, count: 1 }])).toBeNull();
  });
  it('pass once in k, and k times', () => {
    expect(passAt(2, cases)).toBeCloseTo((0 + 0.5 + 1) / 3, 12);
    expect(passAll(2, cases)).toBeCloseTo((0 + 0 + 1) / 3, 12);
    expect(passAll(1, cases)).toBe(passAt(1, cases));
    expect(passAt(5, cases)).toBeNull();
  });
});

describe('a judge beside people', () => {
  it('kappa is 0 for chance, 1 for agreement, and unknown without variety', () => {
    const pairs = (text: string) => text.split(' ').map((pair) => [pair.charAt(0), pair.charAt(1)] as const);
    expect(cohenKappa(pairs('yy yn ny nn'))?.kappa).toBe(0);
    expect(cohenKappa(pairs('yy nn'))).toMatchObject({ kappa: 1, interval: [1, 1] });
    expect(cohenKappa(pairs('yy yy'))).toBeNull();
    expect(cohenKappa([])).toBeNull();
  });
  it('kappa has the error of Fleiss, Cohen and Everitt', () => {
    // 20 yes-yes, 5 yes-no, 10 no-yes, 15 no-no: kappa .4, standard error .127 by the published formula.
    const pairs =
      [...'yy'.repeat(20), ...'yn'.repeat(5), ...'ny'.repeat(10), ...'nn'.repeat(15)].join('').match(/../g) ?? [];
    const found = cohenKappa(pairs.map((pair) => [pair.charAt(0), pair.charAt(1)] as const));
    expect(found?.kappa).toBeCloseTo(0.4, 12);
    expect((found?.interval[1] ?? 0) - (found?.interval[0] ?? 0)).toBeCloseTo(2 * 1.96 * 0.127, 2);
  });
  it('Rogan and Gladen give the true rate back', () => {
    const rates = { positives: 100, truePositives: 90, negatives: 100, falsePositives: 20 };
    // .3 positive: .3 * .9 + .7 * .2 = .41 by the judge.
    const found = roganGladen({ positive: 410, count: 1_000 }, rates);
    expect(found?.rate).toBeCloseTo(0.3, 12);
    expect(found?.interval[0]).toBeLessThan(0.3);
    expect(roganGladen({ positive: 1, count: 2 }, { ...rates, falsePositives: 75 })).toBeNull();
    expect(roganGladen({ positive: 1, count: 2 }, { ...rates, positives: 0 })).toBeNull();
  });
  it('predictions narrow the interval of people, the better they are', () => {
    const labels = Array.from({ length: 100 }, (_, index) => Number(index % 3 === 0));
    const unlabelled = Array.from({ length: 2_000 }, (_, index) => Number(index % 3 === 0));
    const labelled = labels.map((label, index) => ({ label, prediction: index % 10 === 0 ? 1 - label : label }));
    const width = (found: ReturnType<typeof predictionPoweredMean>) =>
      found ? found.interval[1] - found.interval[0] : 0;
    const alone = predictionPoweredMean(labelled, unlabelled, { lambda: 0 });
    const tuned = predictionPoweredMean(labelled, unlabelled);
    expect(alone?.mean).toBeCloseTo(0.34, 12);
    expect(width(tuned)).toBeLessThan(0.75 * width(alone));
    expect(width(tuned)).toBeLessThanOrEqual(width(predictionPoweredMean(labelled, unlabelled, { lambda: 1 })) * 1.05);
    expect(predictionPoweredMean(labelled.slice(1, 2), unlabelled)).toBeNull();
  });
});
