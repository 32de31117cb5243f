import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Features, featureNames, lexicalFeatures } from './passage-features.ts';
import { namesOfSide, RankerFit, rankerSides, scoreFeatures, standardise } from './ranker.ts';
import fit from './ranker-fit.json' with { type: 'json' };
import { judgeRelevance, relevanceFeaturesOf } from './relevance.ts';

const fitted = RankerFit.parse(fit);
const anyFeatures: fc.Arbitrary<Features> = fc
  .array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: featureNames.length, maxLength: featureNames.length })
  .map((values) => Object.fromEntries(featureNames.map((name, index) => [name, values[index] ?? 0])) as Features);

describe('the shipped fit', () => {
  it('names the data it was made from and how each set does without its own', () => {
    expect(Object.keys(fitted.sets).length).toBeGreaterThan(5);
    for (const hash of Object.values(fitted.sets)) expect(hash).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(Object.keys(fitted.leftOut).sort()).toEqual(Object.keys(fitted.sets).sort());
    const sets = Object.entries(fitted.leftOut);
    for (const [set, { bm25, fused, ranked }] of sets) {
      expect(ranked, set).toBeGreaterThan(bm25);
      expect(ranked, set).toBeGreaterThan(fused - 0.015);
    }
    expect(sets.filter(([, { fused, ranked }]) => ranked > fused).length).toBeGreaterThanOrEqual(sets.length - 2);
  });

  it('weighs what its side can know, and nothing else', () => {
    for (const side of rankerSides) expect(Object.keys(fitted[side].features)).toEqual([...namesOfSide(side)]);
    expect(namesOfSide('lexical')).toEqual(lexicalFeatures);
  });
});

describe('scoreFeatures', () => {
  it('gives contributions that add up to the logarithmic odds of the score', () => {
    fc.assert(
      fc.property(fc.array(anyFeatures, { minLength: 1, maxLength: 50 }), (candidates) => {
        const within = standardise(candidates);
        for (const [index, features] of candidates.entries()) {
          const { score, contributions } = scoreFeatures(fitted.hybrid, features, within[index] ?? features);
          const odds = Object.values(contributions).reduce((sum, value) => sum + value, 0);
          expect(score).toBeCloseTo(1 / (1 + Math.exp(-odds)), 9);
        }
      }),
    );
  });
});

describe('standardise', () => {
  it('has mean 0 within a question, and 0 for a lone passage', () => {
    fc.assert(
      fc.property(fc.array(anyFeatures, { minLength: 2, maxLength: 30 }), (candidates) => {
        const within = standardise(candidates);
        for (const name of featureNames)
          expect(Math.abs(within.reduce((sum, features) => sum + features[name], 0) / within.length)).toBeLessThan(
            1e-6,
          );
      }),
    );
    expect(Object.values(standardise(fc.sample(anyFeatures, 1))[0] ?? {})).toEqual(featureNames.map(() => 0));
  });
});

it('judges relevance higher where the best passage covers more of the question', () => {
  const all = (value: number): Features => Object.fromEntries(featureNames.map((name) => [name, value])) as Features;
  const relevance = (value: number) =>
    judgeRelevance(fitted.relevance.hybrid, relevanceFeaturesOf([{ features: all(value), score: value }]));
  expect(relevance(0.9)).toBeGreaterThan(relevance(0.2));
  expect(relevanceFeaturesOf([])).toMatchObject({ cosine: 0, windowCoverage: 0, lead: 0 });
});
