import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { createVocabularyBuilder, shortestCorrected } from './vocabulary.ts';

function learn(...texts: string[]) {
  const builder = createVocabularyBuilder();
  for (const text of texts) builder.add(text);
  return builder.build();
}

it('counts the passages that have a word, and leaves identifiers, codes and numbers out', () => {
  const vocabulary = learn('Refunds and refunds: getUserById, ERR_CONN-42, v2.3.1, kestrel.example.', 'Café refunds');
  expect(vocabulary.frequency('refunds')).toBe(2);
  expect(vocabulary.frequency('café')).toBe(1);
  for (const word of ['getuserbyid', 'err', 'conn', 'v', 'kestrel', 'example'])
    expect(vocabulary.frequency(word)).toBe(0);
});

describe('the nearest word', () => {
  const vocabulary = learn(
    'A refund of the subscription is possible; restore a restricted folder.',
    'The refund appears on the statement. Form, from, forms.',
    'The refund of a deposit.',
  );
  test.each([
    ['refnud', 'refund'],
    ['subscribtion', 'subscription'],
    ['subcsripton', 'subscription'],
    ['possibel', 'possible'],
    ['depsoit', 'deposit'],
  ])('of %s is %s', (word, expected) => expect(vocabulary.nearest(word)).toBe(expected));
  test.each(['refund', 'frm', 'fomr', 'elephant', 'xefunx', ''])('of %s is none', (word) =>
    expect(vocabulary.nearest(word)).toBeNull(),
  );

  it('prefers the same first letter, then the more frequent word', () => {
    expect(learn('pillow', 'pillow', 'willow').nearest('wellow')).toBe('willow');
    expect(learn('stages stages', 'stages', 'states').nearest('stakes')).toBe('stages');
  });

  it('is within the edits that its length allows, and never a change of a known or short word', () => {
    const word = fc.string({ unit: fc.constantFrom(...'abcde'), minLength: 1, maxLength: 10 });
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 20 }), word, (words, asked) => {
        const learnt = learn(words.join(' '));
        const nearest = learnt.nearest(asked);
        if (nearest === null) return;
        expect(words).toContain(nearest);
        expect(words).not.toContain(asked);
        expect(asked.length).toBeGreaterThanOrEqual(shortestCorrected);
      }),
    );
  });
});

it('keeps the most frequent long form of an acronym', () => {
  const vocabulary = learn('single sign-on (SSO)', 'single sign-on (SSO)', 'signed shipping order (SSO)');
  expect(vocabulary.acronyms).toEqual([{ short: 'SSO', long: 'single sign-on' }]);
});
