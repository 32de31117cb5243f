import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createTokenCounter } from '../models/minilm/tokenizer.ts';
import { fitQuestion } from './fit-question.ts';

const countTokens = createTokenCounter();

describe('fitQuestion', () => {
  it('leaves a question alone that fits', () => {
    const question = 'How long is  a link valid?\nOn Team.';
    expect(fitQuestion(question, { mostTokens: 20, countTokens })).toBe(question);
  });

  it('keeps what asks, wherever it stands, then the beginning, in their order', () => {
    const told = 'We moved to the Team plan in May. Since then nobody can share a folder. The log has nothing to say.';
    const question = `${told} How long is a shared link valid? Thank you very much in advance for any help.`;
    expect(fitQuestion(question, { mostTokens: 20, countTokens })).toBe(
      'We moved to the Team plan in May. How long is a shared link valid?',
    );
  });

  it('keeps the first words of one long sentence, and the first characters of a text without spaces', () => {
    const long = `how does ${'the very '.repeat(40)}long link work`;
    expect(fitQuestion(long, { mostTokens: 4, countTokens })).toBe('how does the very');
    expect(fitQuestion('接'.repeat(50), { mostTokens: 4, countTokens })).toBe('接接接接');
  });

  it('always fits, is never empty and brings nothing of its own', () => {
    const part = fc.constantFrom(
      'How long is it?',
      'We tried.',
      'x',
      '接続が切れます。',
      'a b c d',
      '\n',
      '- item',
      '?',
    );
    fc.assert(
      fc.property(
        fc.array(part, { minLength: 1, maxLength: 30 }),
        fc.integer({ min: 1, max: 20 }),
        (parts, mostTokens) => {
          const question = parts.join(' ');
          const fitted = fitQuestion(question, { mostTokens, countTokens });
          expect(countTokens(fitted)).toBeLessThanOrEqual(mostTokens);
          if (question.trim() !== '') expect(fitted.trim()).not.toBe('');
          let at = 0;
          for (const character of fitted.replace(/\s/g, '')) {
            at = question.indexOf(character, at) + 1;
            expect(at).toBeGreaterThan(0);
          }
        },
      ),
    );
  });
});
