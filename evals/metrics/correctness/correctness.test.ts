import { describe, expect, it } from 'vitest';
import { recordedAnswer, recordedQuote, refusedAnswer } from '../../../test/recorded-answer.ts';
import { scoreOf } from '../../../test/score-of.ts';

const say = (text: string) => recordedAnswer(text);

describe('words', () => {
  it('exact match after normalisation', () => {
    expect(scoreOf('exactMatch', { answers: ['30 Days'] }, say('The 30 days.'))).toBe(1);
    expect(scoreOf('exactMatch', { answers: ['30 days'] }, say('Within 30 days.'))).toBe(0);
  });
  it('token F1 takes the best gold answer, and a character as a word where words have no spaces', () => {
    // 2 * 2 / (3 + 2) by hand.
    expect(scoreOf('tokenF1', { answers: ['x', '30 days'] }, say('Within 30 days.'))).toBeCloseTo(0.8, 12);
    expect(scoreOf('tokenF1', { answers: ['三十天'] }, say('三十日'))).toBeCloseTo(2 / 3, 12);
  });
  it('substring match', () => {
    expect(scoreOf('answerInText', { answers: ['within 30 days'] }, say('Yes, within 30 days of it.'))).toBe(1);
  });
});

describe('numericMatch', () => {
  it.each([
    ['30 days', 'It takes thirty days.', 1],
    ['1 week', 'It takes 7 days.', 1],
    ['1,000 MB', 'Up to 1 GB.', 1],
    ['30 days', 'It takes 30 hours.', 0],
    ['30', 'It takes 30 hours.', 1],
    ['5 to 10 days', 'It takes 10 days.', 0],
  ])('%s in "%s" is %d', (gold, text, wanted) => {
    expect(scoreOf('numericMatch', { answers: [gold] }, say(text))).toBe(wanted);
  });
  it('is not defined without a number', () => {
    expect(scoreOf('numericMatch', { answers: ['never'] }, say('It takes 10 days.'))).toBe('na');
  });
});

describe('nuggets', () => {
  const nuggets = [
    { text: 'refunded within 30 days' },
    { text: 'monthly plans are not refunded', aliases: ['no refund for months'] },
    { text: 'by bank transfer', vital: false },
  ];
  it('count in full by their words or an alias, half by half of their words', () => {
    const answer = say('Yearly plans are refunded in full within 30 days. There is no refund for months.');
    expect(scoreOf('nuggetRecall', { nuggets }, answer)).toBeCloseTo(2 / 2.5, 12);
    expect(scoreOf('nuggetRecallStrict', { nuggets }, answer)).toBe(1);
  });
  it('do not count in full with another number', () => {
    expect(
      scoreOf('nuggetRecallStrict', { nuggets: [nuggets[0] ?? { text: '' }] }, say('Refunded within 60 days.')),
    ).toBe(0);
    expect(scoreOf('nuggetRecall', { nuggets: [nuggets[0] ?? { text: '' }] }, say('Refunded within 60 days.'))).toBe(
      0.5,
    );
  });
});

describe('checks', () => {
  it.each([
    [{ kind: 'contains', value: ['30', 'days'] }, 1],
    [{ kind: 'contains-all', value: ['30', 'weeks'] }, 0],
    [{ kind: 'contains-any', value: ['weeks', '30'] }, 1],
    [{ kind: 'not-contains', value: 'WITHIN' }, 1],
    [{ kind: 'not-contains', value: 'WITHIN', ignore_case: true }, 0],
    [{ kind: 'equals', value: ' Within 30 days.' }, 1],
    [{ kind: 'starts-with', value: 'within', ignore_case: true }, 1],
    [{ kind: 'regex', value: '\\d+ days' }, 1],
    [{ kind: 'not-regex', value: '^With' }, 0],
    [{ kind: 'number', value: 31, tolerance: 0.05 }, 1],
    [{ kind: 'number', value: 31 }, 0],
    [{ kind: 'number', value: '30 weeks' }, 0],
    [{ kind: 'number', value: -30 }, 0],
    [{ kind: 'regex', value: '(' }, 'error'],
    [{ kind: 'rubric', value: 'It is polite.' }, 'na'],
  ] as const)('%o is %s', (check, wanted) => {
    const checks = [{ ...check, value: typeof check.value === 'object' ? [...check.value] : check.value }];
    expect(scoreOf('checks', { checks }, say('Within 30 days.'))).toBe(wanted);
  });
  it('expectations look at the sources', () => {
    const two = recordedAnswer('x y', { quotes: [recordedQuote(1, 'x'), recordedQuote(2, 'y', { document: 'b' })] });
    expect(scoreOf('expectationsMet', { expect: { must_cite: true, max_sources: 1 } }, two)).toBe(0);
    expect(scoreOf('expectationsMet', { expect: { must_cite: true, max_sources: 2 } }, two)).toBe(1);
    expect(scoreOf('expectationsMet', { expect: { must_cite: false } }, two)).toBe(0);
    expect(scoreOf('expectationsMet', {}, two)).toBe('na');
  });
});

describe('correct', () => {
  const answers = ['30 days'];
  it('wants a refusal where nothing answers, and an answer elsewhere', () => {
    expect(scoreOf('correct', { answerable: false }, refusedAnswer())).toBe(1);
    expect(scoreOf('correct', { answerable: false }, say('30 days.'))).toBe(0);
    expect(scoreOf('correct', { answers }, refusedAnswer())).toBe(0);
    expect(scoreOf('correct', { answers }, say('30 days.'))).toBe(1);
  });
  it('wants all that the case knows', () => {
    const checks = [{ kind: 'not-contains' as const, value: 'weeks' }];
    expect(scoreOf('correct', { answers, checks }, say('30 days, or weeks.'))).toBe(0);
    expect(scoreOf('correct', { answers: ['1 week'] }, say('After 7 days.'))).toBe(1);
    expect(scoreOf('correct', { answers: ['paid within 7 days'] }, say('After 7 days.'))).toBe(0);
  });
  it('looks at gold quotes where nothing else is known', () => {
    const gold_quotes = [{ doc: 'refunds.md', quote: 'within 30 days' }];
    expect(scoreOf('correct', { gold_quotes }, say('Refunded within 30 days.'))).toBe(1);
    expect(
      scoreOf('correct', { gold_quotes: [{ doc: 'other.md', quote: 'within 30 days' }] }, say('Within 30 days.')),
    ).toBe(0);
    expect(scoreOf('correct', {}, say('30 days.'))).toBe('na');
  });
});

describe('refusals', () => {
  it('are left out of correctness, and count in its end-to-end form', () => {
    const answers = ['30 days'];
    for (const name of ['exactMatch', 'tokenF1', 'answerInText', 'numericMatch'])
      expect(scoreOf(name, { answers }, refusedAnswer())).toBe('na');
    expect(scoreOf('answerInTextEndToEnd', { answers }, refusedAnswer())).toBe(0);
    expect(scoreOf('answerInTextEndToEnd', { answers }, say('30 days'))).toBe(1);
    expect(scoreOf('answerInTextEndToEnd', { answerable: false }, refusedAnswer())).toBe(1);
    expect(scoreOf('answerInTextEndToEnd', { answerable: false }, say('30 days'))).toBe(0);
    expect(scoreOf('answerInTextEndToEnd', {}, refusedAnswer())).toBe('na');
  });
});
