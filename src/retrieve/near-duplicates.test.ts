import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { profileOf, saysTheSame } from './near-duplicates.ts';

const same = (
  one: string,
  other: string,
  versionsMatter = false,
  versions: [string | null, string | null] = [null, null],
) => saysTheSame(profileOf(one, versions[0]), profileOf(other, versions[1]), { versionsMatter });

describe('saysTheSame', () => {
  it('sees past case, punctuation and a word in twenty', () => {
    const words = Array.from({ length: 20 }, (_, index) => `word${String.fromCharCode(97 + index)}`);
    expect(same('Deleted files, are KEPT for 30 days.', 'deleted files are kept for 30 days')).toBe(true);
    expect(same(words.join(' '), words.toSpliced(3, 1, 'other').join(' '))).toBe(true);
    expect(same(words.join(' '), words.slice(0, 14).join(' '))).toBe(false);
  });
  it('keeps apart what differs in a number, a code or their order', () => {
    expect(same('Kept for 30 days.', 'Kept for 60 days.')).toBe(false);
    expect(same('Kept for 30 days.', 'Kept for days.')).toBe(false);
    expect(same('Error KS-1042 on port 80', 'Error KS-1043 on port 80')).toBe(false);
    expect(same('from 3 to 5 members', 'from 5 to 3 members')).toBe(false);
    expect(same('It costs 1,000 a year.', 'It costs 1.000 a year.')).toBe(false);
    expect(same('Set depth to 1.5 or 2', 'Set depth to 1 or 5.2')).toBe(false);
  });
  it('keeps apart what says the opposite', () => {
    const said = 'A deleted file is kept for a while and then removed from every backup that we hold of it';
    expect(same(said, said.replace('is kept', 'is not kept'))).toBe(false);
    expect(same(`They do ${said}`, `They don’t ${said}`)).toBe(false);
  });
  it('counts the own version of two texts as no difference, unless versions matter', () => {
    const [old, newer] = ['Install it with version 7.4 (v7.4, 64 bit).', 'Install it with version 7.5 (v7.5, 64 bit).'];
    expect(same(old, newer, false, ['7.4', '7.5'])).toBe(true);
    expect(same(old, newer, true, ['7.4', '7.5'])).toBe(false);
    expect(same(old, newer)).toBe(false);
    expect(same(old, newer.replace('64', '32'), false, ['7.4', '7.5'])).toBe(false);
  });
  it('keeps apart two texts that name a version which is not their own', () => {
    expect(same('Removed in 6.2, see 7.4.', 'Removed in 7.0, see 7.5.', false, ['7.4', '7.5'])).toBe(false);
    expect(same('Fixed in 7.4.1 of it.', 'Fixed in 7.4.2 of it.', false, ['7.4', '7.4'])).toBe(false);
  });
  it('compares Chinese by characters', () => {
    expect(same('退款将在十天内支付给所有的客户', '退款将在十天内支付给所有的客户。')).toBe(true);
    expect(same('退款将在十天内支付给所有的客户', '发票每个月都会寄给我们的客户')).toBe(false);
  });
  it('is the same for every text and itself, and symmetric', () => {
    const text = fc
      .array(fc.constantFrom('alpha', 'Beta', '30', 'KS-10', '退', 'ü', '7.4'), { maxLength: 30 })
      .map((words) => words.join(' '));
    fc.assert(
      fc.property(text, text, (one, other) => {
        expect(same(one, one)).toBe(true);
        expect(same(one, other)).toBe(same(other, one));
      }),
    );
  });
});
