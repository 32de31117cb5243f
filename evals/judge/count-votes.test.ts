import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Ballot, countVotes, type Vote } from './count-votes.ts';

const labels = { s: true, u: false, n: null } as const;
type Letters = keyof typeof labels;

/** A ballot from letters: what it says of each thing (supported, unsupported, nothing to judge); null gives no verdict. */
function ballot(letters: string | null, by: number): Ballot<readonly Vote[]> {
  const verdict =
    letters?.split('').map((letter, index) => ({
      about: `thing ${index + 1}`,
      label: letter,
      counts: labels[letter as Letters],
      evidence: `${letter} of ${index + 1}`,
    })) ?? null;
  return { by: `judge ${by}`, verdict, reason: verdict ? null : 'prose', isStandIn: false };
}
const ballots = (...all: (string | null)[]) => all.map(ballot);

describe('countVotes', () => {
  test.each([
    ['majority', ['su', 'su', 'us'], 0.5],
    ['majority', ['ss', 'ss', null], 1],
    ['majority', ['sn', 'sn', 'uu'], 1],
    ['unanimous', ['su', 'su', 'su'], 0.5],
    ['mean', ['ss', 'su', 'uu'], 0.5],
    ['mean', ['ss', 'su', null], 0.75],
    ['mean', ['nn', 'su'], 0.5],
  ] as const)('%s of %j is %d', (rule, given, value) => {
    expect(countVotes(ballots(...given), rule)).toMatchObject({ status: 'ok', value });
  });

  test.each([
    ['a tie', 'majority', ['s', 'u'], 'judge 0 says s, judge 1 says u'],
    ['three opinions', 'majority', ['s', 'u', 'n'], 'do not agree on “thing 1”'],
    ['a tie on one of two things', 'majority', ['ss', 'su'], 'do not agree on “thing 2”'],
    ['half of the verdicts', 'majority', ['s', null], '1 of 2 judges gave a verdict, too few: judge 1: prose'],
    ['half of the verdicts', 'mean', ['s', null], '1 of 2 judges gave a verdict'],
    ['one that differs', 'unanimous', ['s', 's', 'u'], 'judge 2 says u'],
    ['one that is silent', 'unanimous', ['s', 's', null], '2 of 3 judges gave a verdict'],
    ['the only one that is silent', 'majority', [null], 'prose'],
  ] as const)('%s makes an error by %s', (_what, rule, given, reason) => {
    const score = countVotes(ballots(...given), rule);
    expect(score).toMatchObject({ status: 'error', reason: expect.stringContaining(reason) });
    expect(score).not.toHaveProperty('value');
    for (const index of given.keys())
      if (given.length > 1) expect(score.evidence?.join('\n')).toContain(`judge ${index}: `);
  });

  test('nothing to judge is not applicable', () => {
    for (const rule of ['majority', 'unanimous', 'mean'] as const)
      expect(countVotes(ballots('n', 'n', 'n'), rule)).toEqual({ status: 'na', reason: 'the answer claims nothing' });
  });

  test('shows who said what, and a single judge as it is', () => {
    expect(countVotes(ballots('su'), 'majority')).toMatchObject({ evidence: ['s of 1', 'u of 2'] });
    expect(countVotes(ballots('s', 's', 'u'), 'majority')).toMatchObject({
      evidence: ['2 of 3 say s: thing 1', 'judge 0: s of 1', 'judge 1: s of 1', 'judge 2: u of 1'],
    });
    const standIn = { ...ballot('s', 1), by: 'other for judge', isStandIn: true };
    expect(countVotes([standIn], 'majority')).toMatchObject({ evidence: ['other for judge: s of 1'] });
  });

  test('does not depend on the order of the judges, and lies between what single judges say', () => {
    const opinion = fc.array(fc.constantFrom('s', 'u'), { minLength: 3, maxLength: 3 }).map((each) => each.join(''));
    const panel = fc.array(fc.option(opinion), { minLength: 1, maxLength: 7 });
    fc.assert(
      fc.property(panel, fc.constantFrom('majority', 'unanimous', 'mean'), (given, rule) => {
        const score = countVotes(ballots(...given), rule);
        const turned = countVotes(ballots(...given.toReversed()), rule);
        expect(turned.status).toBe(score.status);
        if (score.status !== 'ok' || turned.status !== 'ok') return;
        expect(turned.value).toBeCloseTo(score.value, 12);
        if (rule === 'majority') return;
        const alone = given.flatMap((each) => (each ? [[...each].filter((letter) => letter === 's').length / 3] : []));
        expect(score.value).toBeGreaterThanOrEqual(Math.min(...alone) - 1e-12);
        expect(score.value).toBeLessThanOrEqual(Math.max(...alone) + 1e-12);
      }),
    );
  });
});
