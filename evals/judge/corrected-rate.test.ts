import { describe, expect, test } from 'vitest';
import { createRandom, type Random } from '../../src/domain/random.ts';
import { correctRate, type LabelledVerdict } from './corrected-rate.ts';

interface World {
  readonly rate: number;
  readonly tpr: number;
  readonly tnr: number;
}

function draw({ rate, tpr, tnr }: World, size: number, random: Random): LabelledVerdict[] {
  return Array.from({ length: size }, () => {
    const isUnsupported = random.next() < rate;
    return { isUnsupported, called: random.next() < (isUnsupported ? tpr : 1 - tnr) };
  });
}

const width = ([lower, upper]: readonly [number, number]) => upper - lower;
const world = { rate: 0.15, tpr: 0.85, tnr: 0.9 };

describe('a corrected rate', () => {
  test('is the true one where the raw one is not, with 95 % intervals that cover it', () => {
    const random = createRandom(5);
    const trials = 400;
    const covered = { raw: 0, roganGladen: 0, predictionPowered: 0 };
    const widths = { predictionPowered: 0, labelsOnly: 0 };
    for (let trial = 0; trial < trials; trial += 1) {
      const called = draw(world, 2000, random).map((each) => each.called);
      const corrected = correctRate(called, draw(world, 200, random));
      const covers = ([lower, upper]: readonly [number, number]) => Number(lower <= world.rate && world.rate <= upper);
      covered.raw += Number(Math.abs(corrected.raw - world.rate) < 0.03);
      covered.roganGladen += covers(corrected.roganGladen.interval);
      covered.predictionPowered += covers(corrected.predictionPowered.interval);
      widths.predictionPowered += width(corrected.predictionPowered.interval);
      widths.labelsOnly += width(corrected.labelsOnly.interval);
    }
    expect(covered.raw / trials).toBeLessThan(0.05);
    for (const share of [covered.roganGladen / trials, covered.predictionPowered / trials]) {
      expect(share).toBeGreaterThan(0.92);
      expect(share).toBeLessThan(0.985);
    }
    expect(widths.predictionPowered).toBeLessThan(0.85 * widths.labelsOnly);
  });

  test('a good judge at 200 labels narrows the interval of the labels alone by a quarter', () => {
    const random = createRandom(2);
    const good = { rate: 0.3, tpr: 0.93, tnr: 0.93 };
    const called = draw(good, 4000, random).map((each) => each.called);
    const { predictionPowered: powered, labelsOnly } = correctRate(called, draw(good, 200, random));
    expect(width(powered.interval)).toBeLessThan(0.75 * width(labelsOnly.interval));
  });

  test('nothing is corrected by a judge that is hardly better than chance, or without labels of both kinds', () => {
    const random = createRandom(1);
    const weak = { rate: 0.5, tpr: 0.55, tnr: 0.55 };
    expect(() => correctRate([true, false], draw(weak, 2000, random))).toThrow(/cannot be corrected/);
    expect(() => correctRate([], draw(world, 200, random))).toThrow(/cannot be corrected/);
    expect(() => correctRate([true], [{ called: true, isUnsupported: true }])).toThrow(/cannot be corrected/);
  });
});
