import { describe, expect, it } from 'vitest';
import { answerInText, normalizeAnswer } from './answer-in-text.ts';

describe('answerInText', () => {
  it('ignores case, punctuation and articles', () => {
    expect(answerInText('It is kept for the 30 days.', ['30 Days'])).toBe(1);
    expect(normalizeAnswer('The  U.S., an ally')).toBe('us ally');
  });
  it('matches whole words only', () => {
    expect(answerInText('It takes 130 days.', ['30 days'])).toBe(0);
  });
  it('matches inside scripts without spaces', () => {
    expect(answerInText('防守只丢了308分', ['308分'])).toBe(1);
  });
  it('is undefined without a gold answer', () => {
    expect(answerInText('text', [])).toBeNull();
    expect(answerInText('text', ['!'])).toBeNull();
  });
});
