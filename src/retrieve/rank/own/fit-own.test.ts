import { describe, expect, it } from 'vitest';
import { newId } from '../../../domain/ids.ts';
import { createRandom } from '../../../domain/random.ts';
import { type FeatureName, type Features, featureNames } from '../passage-features.ts';
import { type RankerSide, type RankerWeights, scoreFeatures, standardise } from '../ranker.ts';
import { readShippedFit } from '../shipped-fit.ts';
import { fitOwn, judgeOwn, type ReadQuestion, reasonsAgainst } from './fit-own.ts';

const shipped = readShippedFit();
const never = new AbortController().signal;
const candidatesOfQuestion = 12;

/** Passages with features at random, of which the one that is highest in `feature` is right; any one is when there is no such feature. */
function questionsOf(count: number, feature: FeatureName | null, { seed = 1, side = 'hybrid' as RankerSide } = {}) {
  const random = createRandom(seed);
  return Array.from({ length: count }, (_, place): ReadQuestion => {
    const features = Array.from(
      { length: candidatesOfQuestion },
      () => Object.fromEntries(featureNames.map((name) => [name, random.next()])) as Features,
    );
    const within = standardise(features);
    const candidates = features.map((read, index) => ({
      ...{ id: newId('passage'), features: read, within: within[index] ?? read, side },
    }));
    const values = features.map((read) => (feature ? read[feature] : 0));
    const right = feature ? values.indexOf(Math.max(...values)) : random.integer(0, candidates.length - 1);
    return {
      question: `Question ${place}?`,
      grades: new Map([[candidates[right]?.id ?? newId('passage'), 1]]),
      candidates,
    };
  });
}

const distance = (one: typeof shipped.hybrid, other: typeof shipped.hybrid) =>
  Math.hypot(...featureNames.map((name) => (one.features[name]?.within ?? 0) - (other.features[name]?.within ?? 0)));

describe('fitOwn', () => {
  it('changes little by few questions and more by many, and only the side that was asked', () => {
    const distances = [3, 30, 300].map((count) => {
      const { hybrid, lexical } = fitOwn(questionsOf(count, 'names'), shipped);
      expect(lexical).toBe(shipped.lexical);
      return distance(hybrid, shipped.hybrid);
    });
    expect(distances).toEqual([...distances].sort((one, other) => one - other));
    expect(distances[0]).toBeGreaterThan(0);
    expect(distances[0]).toBeLessThan((distances[2] ?? 0) / 2);
  });

  it('learns from a question of which only a wrong passage is known', () => {
    const [question] = questionsOf(1, 'names');
    if (!question) throw new Error('There is one.');
    const wrong = question.candidates[0];
    if (!wrong) throw new Error('There are candidates.');
    const { hybrid } = fitOwn([{ ...question, grades: new Map([[wrong.id, 0]]) }], shipped);
    const scoreBy = (weights: RankerWeights) => scoreFeatures(weights, wrong.features, wrong.within).score;
    expect(scoreBy(hybrid)).toBeLessThan(scoreBy(shipped.hybrid));
    expect(fitOwn([{ ...question, grades: new Map() }], shipped).hybrid).toBe(shipped.hybrid);
  });
});

describe('judgeOwn', () => {
  it('passes weights of a feature that feedback prefers, on questions that they were not fitted on', async () => {
    const figures = await judgeOwn(questionsOf(100, 'names'), shipped, never);
    expect(figures && reasonsAgainst(figures)).toEqual([]);
    expect(figures?.after).toBeGreaterThan((figures?.before ?? 1) + 0.1);
    expect(figures).toEqual(await judgeOwn(questionsOf(100, 'names'), shipped, never));
  });

  it('does not pass what feedback at random teaches', async () => {
    const figures = await judgeOwn(questionsOf(100, null), shipped, never);
    expect(figures && reasonsAgainst(figures)).not.toEqual([]);
  });

  it('has no verdict on nothing', async () => {
    expect(await judgeOwn([], shipped, never)).toBeNull();
  });

  it('ends when nobody waits for it', async () => {
    await expect(judgeOwn(questionsOf(30, 'names'), shipped, AbortSignal.abort(new Error('gone')))).rejects.toThrow(
      'gone',
    );
  });
});

it('says with figures what keeps weights out of use', () => {
  const figures = { questions: 12, before: 0.5, after: 0.5, gain: { mean: -0.001, lower: -0.02, upper: 0.01 } };
  expect(reasonsAgainst(figures)).toEqual([
    '12 judged questions; 30 are needed.',
    'The mean gain in nDCG@10 is −0.0010; it must be above 0.',
    'The lower end of its 95 % interval is −0.0200; it must be at least −0.0100.',
  ]);
  expect(reasonsAgainst({ ...figures, questions: 30, gain: { mean: 0.001, lower: -0.01, upper: 0.01 } })).toEqual([]);
});
