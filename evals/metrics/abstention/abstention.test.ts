import { describe, expect, it } from 'vitest';
import { answered, recordedAnswer, refusedAnswer } from '../../../test/recorded-answer.ts';
import { scoreOf, suiteScoreOf } from '../../../test/score-of.ts';

/** Two right refusals, one wrong, one missed, and two answers. */
const mixed = [
  answered({ answerable: false }, refusedAnswer({ refusalProbability: 0.9 })),
  answered({ answerable: false }, refusedAnswer({ refusalProbability: 0.6 })),
  answered({ answerable: true }, refusedAnswer({ refusalProbability: 0.7 })),
  answered({ answerable: false }, recordedAnswer('x', { refusalProbability: 0.4 })),
  answered({ answerable: true }, recordedAnswer('x', { refusalProbability: 0.4 })),
  answered({ answerable: true }, recordedAnswer('x', { refusalProbability: 0.1 })),
  answered({}, refusedAnswer({ refusalProbability: 0.99 })),
];

describe('abstention, refusing being positive', () => {
  it('over a suite', () => {
    expect(suiteScoreOf('abstentionPrecision', mixed)).toBeCloseTo(2 / 3, 12);
    expect(suiteScoreOf('abstentionF1', mixed)).toBeCloseTo(2 / 3, 12);
    // Of nine pairs, .6 is below .7, and .4 ties with .4 and is below .7.
    expect(suiteScoreOf('abstentionAuroc', mixed)).toBeCloseTo((3 + 2 + 1.5) / 9, 12);
    for (const name of ['abstentionPrecision', 'abstentionF1', 'abstentionAuroc'])
      expect(suiteScoreOf(name, [])).toBeNull();
  });
  it('over cases', () => {
    const means = ['abstentionRecall', 'overRefusal', 'unsafeAnswer'].map((name) => {
      const values = mixed.flatMap(({ case: own, answer }) => {
        const value = scoreOf(name, own, answer);
        return typeof value === 'number' ? value : [];
      });
      return values.reduce((sum, value) => sum + value, 0) / values.length;
    });
    expect(means).toEqual([2 / 3, 1 / 3, 1 / 3]);
  });
  it('has a row for false premises', () => {
    const own = { false_premise: true, answers: ['no such plan'] };
    expect(scoreOf('falsePremiseHandled', own, refusedAnswer())).toBe(1);
    expect(scoreOf('falsePremiseHandled', own, recordedAnswer('There is no such plan.'))).toBe(1);
    expect(scoreOf('falsePremiseHandled', own, recordedAnswer('It costs 3 dollars.'))).toBe(0);
    expect(scoreOf('falsePremiseHandled', {}, refusedAnswer())).toBe('na');
  });
  it('makes guessing cost', () => {
    const answers = ['yes'];
    expect(scoreOf('coverageAdjusted', { answers }, recordedAnswer('yes'))).toBe(1);
    expect(scoreOf('coverageAdjusted', { answers }, recordedAnswer('no'))).toBe(-1);
    expect(scoreOf('coverageAdjusted', { answers }, refusedAnswer())).toBe(0);
    expect(scoreOf('coverageAdjusted', { answerable: false }, refusedAnswer())).toBe(1);
  });
});

describe('confidence', () => {
  const answers = ['yes'];
  const of = (text: string, confidence: number | null) => answered({ answers }, recordedAnswer(text, { confidence }));

  it('has the area under its risk-coverage curve, equal ones mixed', () => {
    expect(suiteScoreOf('aurc', [of('yes', 0.9), of('no', 0.8), of('yes', 0.7)])).toBeCloseTo(
      (0 + 1 / 2 + 1 / 3) / 3,
      12,
    );
    expect(suiteScoreOf('aurc', [of('yes', 0.9), of('no', 0.9)])).toBeCloseTo(0.5, 12);
    expect(suiteScoreOf('aurc', [of('yes', null), answered({ answers }, refusedAnswer())])).toBeNull();
  });
  it('has a calibration error', () => {
    expect(suiteScoreOf('confidenceError', [of('yes', 0.95), of('no', 0.95)])).toBeCloseTo(0.45, 12);
  });
  it('counts what stands in a resample as often as it does', () => {
    for (const name of ['aurc', 'confidenceError', 'abstentionAuroc', 'abstentionF1', 'abstentionPrecision']) {
      const all = [...mixed, of('yes', 0.9), of('no', 0.8), of('yes', 0.7)];
      const counts = Float64Array.from(all, (_, place) => place % 3);
      const drawn = all.flatMap((one, place) => new Array<typeof one>(place % 3).fill(one));
      expect(suiteScoreOf(name, all, counts), name).toBeCloseTo(suiteScoreOf(name, drawn) ?? -1, 12);
    }
  });
});
