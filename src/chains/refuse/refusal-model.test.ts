import { expect, test } from 'vitest';
import {
  type RefusalFeatures,
  type RefusalSide,
  refusalFeatureNames,
  refusalFeatures,
  refusalSides,
} from './refusal-features.ts';
import fit from './refusal-fit.json' with { type: 'json' };
import { refusalMessage } from './refusal-messages.ts';
import { createRefusalModel, RefusalFit } from './refusal-model.ts';

const atZero = Object.fromEntries(refusalFeatureNames.map((name) => [name, 0])) as RefusalFeatures;

test('the committed fit says when and from what it was made, and no weight has the wrong sign', () => {
  const { fittedAt, dataHash, questions, weights } = RefusalFit.parse(fit);
  expect([fittedAt, dataHash]).toEqual([
    expect.stringMatching(/^\d{4}-/),
    expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
  ]);
  expect(questions).toBeGreaterThanOrEqual(120);
  for (const side of Object.values(weights))
    for (const name of refusalFeatureNames)
      expect((side.features[name]?.weight ?? 0) * refusalFeatures[name], name).toBeGreaterThanOrEqual(0);
});

test('the contributions explain the probability', () => {
  const { probability, contributions } = createRefusalModel(null).judge(
    { ...atZero, nearness: 0.2, nameMissing: 1 },
    'hybrid',
  );
  const { intercept } = RefusalFit.parse(fit).weights.hybrid;
  const odds = Object.values(contributions).reduce((sum, value) => sum + value, intercept);
  expect(1 / (1 + Math.exp(-odds))).toBeCloseTo(probability, 10);
});

test('evidence lowers the probability, and what is missing raises it', () => {
  const { judge } = createRefusalModel(null);
  const near = {
    ...atZero,
    answerOdds: 4,
    nearness: 0.3,
    evidenceCoverage: 1,
    pairsApart: 0,
    unitCoverage: 0.9,
    coverageLead: 0.4,
    wordOrder: 0.6,
  };
  const far = { ...atZero, answerOdds: -8, nearness: -1.5, pairsApart: 1 };
  for (const side of refusalSides) {
    const [sure, unsure] = [judge(near, side), judge(far, side)];
    expect(sure.probability).toBeLessThan(sure.threshold);
    expect(unsure.probability).toBeGreaterThan(unsure.threshold);
    expect(judge({ ...near, nameMissing: 1 }, side).probability).toBeGreaterThan(sure.probability);
  }
});

test('what a question is not judged by says nothing about it', () => {
  const namesOf = (side: RefusalSide) => Object.keys(createRefusalModel(null).judge(atZero, side).contributions);
  expect(namesOf('located')).toEqual(expect.arrayContaining(['answerOdds', 'nearness']));
  expect(namesOf('hybrid')).not.toContain('answerOdds');
  expect(namesOf('lexical')).not.toEqual(expect.arrayContaining(['nearness']));
});

test('a threshold of the settings goes before the fitted one', () => {
  expect(createRefusalModel(0.9).judge(atZero, 'located').threshold).toBe(0.9);
});

test('a refusal names the nearest documents in plain words, each once', () => {
  const nearest = ['Refunds', 'Refunds', 'Plans', 'Discounts', 'Taxes'].map((title) => ({
    documentId: 'doc_1',
    title,
    uri: null,
    score: 1,
  }));
  expect(refusalMessage('weak-evidence', nearest, 'en')).toBe(
    'The documents do not answer this. The nearest ones are “Refunds”, “Plans”, and “Discounts”.',
  );
  expect(refusalMessage('no-documents', [], 'en')).not.toContain('nearest');
  expect(refusalMessage('no-evidence', [], 'tlh')).toBe('The documents say nothing about this.');
});
