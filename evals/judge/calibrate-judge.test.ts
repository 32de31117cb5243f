import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRandom } from '../../src/domain/random.ts';
import type { Score } from '../metric.ts';
import type { GroundednessCase } from '../readers/groundedness.ts';
import { bestThreshold, calibrateJudge } from './calibrate-judge.ts';
import { calibrationNote, describeCalibration, type JudgeCalibration, readCalibration } from './calibration-file.ts';
import { compareJudges } from './compare-judges.ts';
import type { SupportJudge } from './support-judge.ts';

const options = { signal: new AbortController().signal, onProgress: () => {}, labelsHash: 'labels' };

/** Every third answer is unsupported; three answers share a context. */
const cases: readonly GroundednessCase[] = Array.from({ length: 300 }, (_, index) => ({
  id: String(index),
  context: [`context ${Math.floor(index / 3)}`],
  question: '',
  response: String(index),
  isUnsupported: (index * 7) % 3 === 0,
}));

function judgeBy(score: (each: GroundednessCase) => Score, fingerprint = 'a judge'): SupportJudge {
  const byResponse = new Map(cases.map((each) => [each.response, each]));
  return {
    name: 'judge',
    fingerprint,
    threshold: 0.5,
    atOnce: 4,
    score: async ({ response }) => {
      const each = byResponse.get(response);
      if (!each) throw new Error('an unknown answer');
      return score(each);
    },
  };
}

/** Right with a probability; scores of the two labels lie on both sides of .6. */
function noisy(accuracy: number, seed = 3): SupportJudge {
  const random = createRandom(seed);
  const right = cases.map(() => random.next() < accuracy);
  const judge = judgeBy(({ id, isUnsupported }) => {
    const isCalled = isUnsupported === right[Number(id)];
    return { status: 'ok', value: isCalled ? 0.2 + Number(id) / 2000 : 0.7 + Number(id) / 2000, evidence: ['why'] };
  });
  return judge;
}

describe('calibrateJudge', () => {
  test('a judge that is always right is, on the half that it was not fitted to', async () => {
    const { heldOut, threshold, fingerprint } = await calibrateJudge(noisy(1), cases, options);
    expect(heldOut).toMatchObject({ agreement: 1, balancedAccuracy: 1, tpr: 1, tnr: 1, kappa: 1, auroc: 1, auprc: 1 });
    expect(heldOut.kappaInterval).toEqual([1, 1]);
    expect(threshold).toBeGreaterThan(0.35);
    expect(threshold).toBeLessThan(0.7);
    expect(fingerprint).toBe('a judge');
  });

  test('rates, agreement and intervals are those of the held-out half', async () => {
    const calibration = await calibrateJudge(noisy(0.85), cases, options);
    const { threshold, heldOut } = calibration;
    const half = calibration.cases.filter((each) => each.half === 'held-out');
    const isCalled = ({ score }: { score: number | null }) => (score ?? 1) < threshold;
    const unsupported = half.filter(({ isUnsupported }) => isUnsupported);
    expect(heldOut.answers).toBe(half.length);
    expect(heldOut.tpr).toBeCloseTo(unsupported.filter(isCalled).length / unsupported.length, 12);
    expect(heldOut.agreement).toBeCloseTo(
      half.filter((each) => isCalled(each) === each.isUnsupported).length / half.length,
      12,
    );
    const [lower, upper] = heldOut.kappaInterval ?? [0, 0];
    expect(lower).toBeLessThan(heldOut.kappa);
    expect(upper).toBeGreaterThan(heldOut.kappa);
    expect(heldOut.kappa).toBeGreaterThan(0.3);
    expect(heldOut.kappa).toBeLessThan(0.9);
  });

  test('a judge by chance has no kappa to speak of', async () => {
    const { heldOut } = await calibrateJudge(noisy(0.5), cases, options);
    expect(Math.abs(heldOut.kappa)).toBeLessThan(0.25);
  });

  test('no context is in both halves, and the same seed gives the same file', async () => {
    const calibration = await calibrateJudge(noisy(0.8), cases, options);
    const halfOf = new Map(calibration.cases.map(({ id, half }) => [id, half]));
    for (const members of Map.groupBy(cases, ({ context }) => context[0]).values())
      expect(new Set(members.map(({ id }) => halfOf.get(id))).size).toBe(1);
    expect(calibration.development.answers + calibration.heldOut.answers).toBe(300);
    expect(Math.abs(calibration.development.answers - 150)).toBeLessThanOrEqual(3);
    expect(await calibrateJudge(noisy(0.8), cases, options)).toEqual(calibration);
    expect(await calibrateJudge(noisy(0.8), cases, { ...options, seed: 2 })).not.toEqual(calibration);
  });

  test('answers without a verdict are counted, and never a 0', async () => {
    const judge = judgeBy(({ id, isUnsupported }) => {
      if (Number(id) % 10 === 0) return { status: 'error', reason: 'MODEL_BAD_RESPONSE: prose' };
      if (Number(id) % 10 === 1) return { status: 'na', reason: 'nothing to judge' };
      return { status: 'ok', value: isUnsupported ? 0.1 : 0.9 };
    });
    const { labels, heldOut, development, cases: judged } = await calibrateJudge(judge, cases, options);
    expect(labels).toMatchObject({ answers: 300, errors: 30, na: 30 });
    expect(heldOut.answers + development.answers).toBe(240);
    expect(heldOut.agreement).toBe(1);
    expect(judged[0]).toMatchObject({ score: null, half: null, reason: 'MODEL_BAD_RESPONSE: prose' });
  });

  test('too few labels or verdicts are an error that says how many are needed', async () => {
    await expect(calibrateJudge(noisy(1), cases.slice(0, 30), options)).rejects.toMatchObject({
      code: 'INVALID_REQUEST',
      errors: [{ field: 'labels', received: '20 and 10' }],
    });
    const broken = judgeBy(() => ({ status: 'error', reason: 'prose' }));
    await expect(calibrateJudge(broken, cases, options)).rejects.toMatchObject({ errors: [{ received: '0 and 0' }] });
  });
});

describe('bestThreshold', () => {
  const labelled = fc.array(
    fc.record({ score: fc.integer({ min: 0, max: 8 }).map((n) => n / 8), isUnsupported: fc.boolean() }),
    {
      minLength: 2,
    },
  );

  test('no other threshold has a better balanced accuracy', () => {
    fc.assert(
      fc.property(labelled, (sample) => {
        const unsupported = sample.filter(({ isUnsupported }) => isUnsupported);
        const supported = sample.filter(({ isUnsupported }) => !isUnsupported);
        fc.pre(unsupported.length > 0 && supported.length > 0);
        const gain = (threshold: number) =>
          unsupported.filter(({ score }) => score < threshold).length / unsupported.length -
          supported.filter(({ score }) => score < threshold).length / supported.length;
        const best = gain(bestThreshold(sample));
        for (let step = 1; step < 16; step += 1) expect(best).toBeGreaterThanOrEqual(gain(step / 16) - 1e-9);
      }),
    );
  });
});

describe('calibrationNote', () => {
  async function written(text: string) {
    const folder = await mkdtemp(join(tmpdir(), 'footnote-calibration-'));
    const file = join(folder, 'judge.json');
    await writeFile(file, text);
    return { file, [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) };
  }

  test('says how well the judge agrees, or that nobody knows', async () => {
    const calibration = await calibrateJudge(noisy(0.9), cases, options);
    await using place = await written(JSON.stringify(calibration));
    expect(await readCalibration(place.file)).toEqual(calibration);
    expect(await calibrationNote('a judge', place.file)).toMatch(
      /^calibrated on \d+ labels: kappa 0\.\d\d \[0\.\d\d, \d\.\d\d\], balanced accuracy 0\.\d\d$/,
    );
    expect(await calibrationNote('another judge', place.file)).toMatch(/^UNCALIBRATED: the calibration is of a judge/);
    expect(await calibrationNote('a judge', null)).toMatch(/^UNCALIBRATED/);
    expect(await calibrationNote('a judge', join(place.file, 'nowhere'))).toMatch(/^UNCALIBRATED/);
    expect(describeCalibration('a judge', calibration)).toBe(await calibrationNote('a judge', place.file));
  });

  test.each([
    ['no JSON', 'kappa is fine'],
    ['a newer version', '{"format": 2}'],
    ['another file', '{"answers": []}'],
  ])('%s is no calibration', async (_name, text) => {
    await using place = await written(text);
    await expect(readCalibration(place.file)).rejects.toMatchObject({
      code: 'INVALID_REQUEST',
      errors: [{ expected: expect.stringContaining('eval judge calibrate') }],
    });
    expect(await calibrationNote('a judge', place.file)).toMatch(/^UNCALIBRATED/);
  });
});

describe('compareJudges', () => {
  test('lists what two judges call differently, and who was right', async () => {
    const first = await calibrateJudge(noisy(1), cases, options);
    const second = await calibrateJudge(noisy(0.8, 9), cases, options);
    const { answers, agreement, cases: differing, onlyFirstRight, onlySecondRight } = compareJudges(first, second);
    const called = (calibration: JudgeCalibration, id: string) =>
      (calibration.cases.find((each) => each.id === id)?.score ?? 1) < calibration.threshold;
    const expected = cases.filter(({ id }) => called(first, id) !== called(second, id)).map(({ id }) => id);
    expect(differing.map(({ id }) => id).sort()).toEqual(expected.sort());
    expect(agreement).toBeCloseTo(1 - expected.length / answers, 12);
    expect([onlyFirstRight, onlySecondRight]).toEqual([expected.length, 0]);
    expect(differing[0]?.first.evidence).toEqual(['why']);
    expect(compareJudges(first, first)).toMatchObject({ agreement: 1, kappa: 1, cases: [] });
  });

  test('calibrations on other labels cannot be compared', async () => {
    const first = await calibrateJudge(noisy(1), cases, options);
    expect(() => compareJudges(first, { ...first, labels: { ...first.labels, hash: 'others' } })).toThrow(
      /not calibrated on the same labels/,
    );
  });
});
