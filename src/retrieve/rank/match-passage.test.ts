import { describe, expect, it } from 'vitest';
import { matchPassage } from './match-passage.ts';
import { questionTermsOf } from './question-terms.ts';

const language = 'en';
const matched = (
  question: string,
  passage: { header?: string; text: string; windows?: { start: number; end: number }[] },
) => {
  const terms = questionTermsOf(question, language);
  const { header = '', text, windows = [{ start: 0, end: text.length }] } = passage;
  const match = matchPassage(terms, { language, header, text, windows });
  const named = (has: Uint8Array) => terms.texts.filter((_, place) => has[place]);
  return {
    header: named(match.header),
    body: named(match.body),
    windows: match.windows.map(named),
    phrases: terms.pairs.flatMap(({ first, second }, pair) =>
      match.phrases[pair] ? [`${terms.texts[first]} ${terms.texts[second]}`] : [],
    ),
  };
};

describe('matchPassage', () => {
  it('tells header, text and windows apart, by stems', () => {
    const text = 'Refunds take ten days. Invoices are monthly.';
    const windows = [
      { start: 0, end: 22 },
      { start: 23, end: text.length },
    ];
    expect(
      matched('How long do refunds and invoices of the Starter plan take?', { header: 'Starter plans', text, windows }),
    ).toEqual({
      header: ['Starter', 'plan'],
      body: ['refunds', 'invoices', 'take'],
      windows: [['refunds', 'take'], ['invoices']],
      phrases: ['Starter plan'],
    });
  });

  it('takes words near each other for a phrase, in either order, and not those far apart', () => {
    expect(matched('export format', { text: 'The format of an export.' }).phrases).toEqual(['export format']);
    expect(matched('export format', { text: 'Export whatever you like in any other known format.' }).phrases).toEqual(
      [],
    );
  });

  it('leaves out the words that every question has', () => {
    expect(questionTermsOf('What do I do about it?', language).texts).toEqual([]);
    expect(questionTermsOf('Was kostet eine Lizenz?', 'de').texts).toEqual(['kostet', 'Lizenz']);
  });
});
