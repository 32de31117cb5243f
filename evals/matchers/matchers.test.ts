import 'footnote/vitest';
import { describe, expect, test } from 'vitest';

const source = 'Refunds take five working days. Yearly plans can be cancelled within 30 days of buying them.';

const answer = (change: object = {}) => ({
  text: 'Yearly plans can be cancelled within 30 days. Refunds take five working days.',
  sentences: [
    { text: 'Yearly plans can be cancelled within 30 days.', citations: [1], groundedness: 0.95 },
    { text: 'Refunds take five working days.', citations: [2], groundedness: 1 },
  ],
  quotes: [
    {
      number: 1,
      text: 'Yearly plans can be cancelled within 30 days of buying them.',
      title: 'Refunds',
      uri: 'https://help.example/billing/refunds.md',
    },
    { number: 2, text: 'Refunds take five working days.', title: 'Refunds', uri: null },
  ],
  refusal: null,
  ...change,
});
const sentence = (text: string, citations: number[] = [1]) => answer({ sentences: [{ text, citations }] });
const refusal = answer({
  text: '',
  sentences: [],
  quotes: [],
  refusal: { reason: 'weak-evidence', message: 'The sources do not say.' },
});

/** What a failed expectation says. */
function messageOf(expectation: () => void): string {
  try {
    expectation();
  } catch (error) {
    return (error as Error).message;
  }
  return '';
}

describe('toBeGrounded', () => {
  test('passes for sentences that their quotes hold, whatever the answer says of itself', () => {
    expect(answer()).toBeGrounded();
    expect(sentence('Within 30 days of buying, a yearly plan can be cancelled.')).toBeGrounded({ minimum: 0.5 });
    expect(
      answer({ sentences: [{ text: 'The moon is made of cheese.', citations: [1], groundedness: 1 }] }),
    ).not.toBeGrounded();
    expect(
      answer({ sentences: [{ text: 'Refunds take five working days.', citations: [2], groundedness: 0.1 }] }),
    ).not.toBeGrounded();
  });

  test('names the sentence and its best quote', () => {
    const message = messageOf(() => expect(sentence('Yearly plans can be cancelled within 90 days.')).toBeGrounded());
    expect(message).toContain('“Yearly plans can be cancelled within 90 days.” scores 0.');
    expect(message).toContain('number-mismatch');
    expect(message).toContain(
      'its best quote is [1] “Yearly plans can be cancelled within 30 days of buying them.” (Refunds)',
    );
    // The best one is not always the cited one.
    expect(messageOf(() => expect(sentence('Refunds take five working days.', [1])).toBeGrounded())).toContain(
      'its best quote is [2] “Refunds take five working days.” (Refunds), 1.00',
    );
  });

  test.each([
    ['no citation', sentence('Refunds take five working days.', []), 'cites nothing'],
    ['a dangling citation', sentence('Refunds take five working days.', [2, 7]), 'cites [7], which is no quote'],
    ['no sentence', answer({ sentences: [] }), 'it has none'],
    ['a refusal', refusal, 'it is a refusal (weak-evidence): “The sources do not say.”'],
  ])('fails for %s', (_name, received, expected) => {
    expect(messageOf(() => expect(received).toBeGrounded())).toContain(expected);
  });
});

test('toCiteSource knows a source by title, path or pattern, and only where it is cited', () => {
  expect(answer()).toCiteSource('Refunds');
  expect(answer()).toCiteSource('refunds.md');
  expect(answer()).toCiteSource(/billing/);
  expect(answer()).not.toCiteSource('Refund');
  const uncited = answer({ sentences: [] });
  expect(messageOf(() => expect(uncited).toCiteSource('Refunds'))).toContain('but it cites nothing');
  expect(messageOf(() => expect(answer()).toCiteSource('Taxes'))).toContain('to cite Taxes, but it cites Refunds');
});

test('toRefuse tells a refusal and its reason', () => {
  expect(refusal).toRefuse();
  expect(refusal).toRefuse('weak-evidence');
  expect(refusal).not.toRefuse('no-documents');
  expect(messageOf(() => expect(answer()).toRefuse())).toContain('but the answer is “Yearly plans');
  expect(messageOf(() => expect(refusal).not.toRefuse())).toContain('it is a refusal (weak-evidence)');
});

describe('toQuoteVerbatim', () => {
  test('looks quotes up in the texts that it is given', () => {
    expect(answer()).toQuoteVerbatim(source);
    expect(answer()).toQuoteVerbatim(['Another text.', source.replaceAll(' ', '  ')]);
    const message = messageOf(() => expect(answer()).toQuoteVerbatim(source.replace('30', '60')));
    expect(message).toContain('[1] “Yearly plans can be cancelled within 30 days of buying them.” (Refunds)');
    expect(message).not.toContain('[2]');
  });

  test('a recorded answer needs none', () => {
    const found = (place: string) => answer({ quotes: answer().quotes.map((quote) => ({ ...quote, found: place })) });
    expect(found('at-offsets')).toQuoteVerbatim();
    expect(found('nowhere')).not.toQuoteVerbatim();
    expect(found('unknown')).not.toQuoteVerbatim();
    expect(answer({ quotes: [] })).not.toQuoteVerbatim();
    expect(messageOf(() => expect(answer()).not.toQuoteVerbatim())).toContain('needs the texts of the sources');
  });
});

test('what is no answer fails behind `.not` too', () => {
  for (const received of ['a text', null, { text: 'Yes.' }]) {
    expect(messageOf(() => expect(received).not.toBeGrounded())).toContain('expected an answer with text, sentences');
    expect(messageOf(() => expect(received).not.toRefuse())).toContain('expected an answer with text, sentences');
  }
});
