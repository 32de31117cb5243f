import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { auroc } from '../metrics/auroc.ts';
import { auprc } from '../metrics/detection.ts';
import { percentile } from '../metrics/percentile.ts';
import { bcaInterval } from './bca.ts';
import { normalQuantile, normalShareBelow, studentQuantile } from './distributions.ts';
import { holm } from './holm.ts';
import { cohenKappa } from './kappa.ts';
import { mcnemarExact } from './mcnemar.ts';
import { resampleMean, unitsOf } from './resample.ts';
import { wilsonInterval } from './wilson.ts';

type Golden = Readonly<Record<string, readonly (readonly never[])[]>>;

const golden: Golden = Object.fromEntries(
  readFileSync(join(import.meta.dirname, 'golden/statistics.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
    .map(({ function: name, cases }) => [name, cases]),
);
const cases = <Case>(name: string) => golden[name] as unknown as readonly Case[];

/** To 1e-9 of the wanted value, and 1e-12 near 0. */
function expectSame(found: number | undefined, wanted: number): void {
  expect(Math.abs((found ?? Number.NaN) - wanted), `${found} for ${wanted}`).toBeLessThanOrEqual(
    Math.max(1e-12, 1e-9 * Math.abs(wanted)),
  );
}

describe('statistics equal those of SciPy and scikit-learn', () => {
  it('normal and Student distributions', () => {
    for (const [z, wanted] of cases<[number, number]>('normalShareBelow')) {
      expectSame(normalShareBelow(z), wanted);
      // Small tails to nine digits of their own too.
      expect(normalShareBelow(z) / wanted).toBeCloseTo(1, 9);
    }
    for (const [p, wanted] of cases<[number, number]>('normalQuantile')) expectSame(normalQuantile(p), wanted);
    for (const [p, degrees, wanted] of cases<[number, number, number]>('studentQuantile'))
      expectSame(studentQuantile(p, degrees), wanted);
  });
  it('Wilson interval', () => {
    for (const [passed, count, low, high] of cases<[number, number, number, number]>('wilsonInterval')) {
      const [lower, upper] = wilsonInterval(passed / count, count, 0.95);
      expectSame(lower, low);
      expectSame(upper, high);
    }
  });
  it('exact McNemar', () => {
    for (const [gained, lost, wanted] of cases<[number, number, number]>('mcnemarExact'))
      expectSame(mcnemarExact(gained, lost), wanted);
  });
  it('nearest-rank percentiles', () => {
    for (const [values, share, wanted] of cases<[number[], number, number]>('percentile'))
      expect(percentile(values, share)).toBe(wanted);
  });
  it('BCa intervals from the same resamples', () => {
    interface BcaCase {
      readonly values: number[];
      readonly resamples: number[];
      readonly level: number;
      readonly interval: [number, number];
    }
    for (const { values, resamples, level, interval } of cases<BcaCase>('bcaInterval')) {
      const own = resampleMean(unitsOf(values.map((value) => ({ value, cluster: null }))), 1, 1);
      const found = bcaInterval({ ...own, values: Float64Array.from(resamples).sort() }, level);
      expectSame(found?.[0], interval[0]);
      expectSame(found?.[1], interval[1]);
    }
  });
  it("Cohen's kappa", () => {
    for (const [one, other, wanted] of cases<[number[], number[], number]>('cohenKappa'))
      expectSame(cohenKappa(one.map((label, place) => [String(label), String(other[place])]))?.kappa, wanted);
  });
  it('Holm', () => {
    for (const [pValues, wanted] of cases<[number[], number[]]>('holm'))
      for (const [place, adjusted] of holm(pValues).entries()) expectSame(adjusted, wanted[place] ?? Number.NaN);
  });
  it('AUROC and average precision, with ties', () => {
    for (const [scores, positive, roc, precision] of cases<[number[], boolean[], number, number]>('auroc')) {
      const scored = scores.map((score, place) => ({ score, positive: positive[place] === true }));
      expectSame(auroc(scored) ?? undefined, roc);
      expectSame(auprc(scored) ?? undefined, precision);
    }
  });
});
