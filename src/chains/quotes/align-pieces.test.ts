import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { alignPieces, foldQuote } from './align-pieces.ts';
import { toQuoteText } from './quote-text.ts';

const find = (quote: string, source: string) =>
  alignPieces(foldQuote(quote), toQuoteText(source))?.map(({ start, end }) => source.slice(start, end)) ?? null;

const words = (text: string) => text.match(/[\p{L}\p{N}]+/gu) ?? [];

const source =
  'Refunds of annual plans, which the billing team pays by hand, take five working days. Shipping costs are not refunded. ' +
  'Owners of a team can restore deleted files, and guests of that team can read them. Backups are kept for 30 days in two regions.';

describe('a quote that leaves something out', () => {
  test.each([
    ['of one sentence', 'Refunds of annual plans … take five working days.'],
    ['with three full stops', 'Refunds of annual plans... take five working days'],
    ['in brackets', '"Refunds of annual plans [...] take five working days."'],
    ['with an ellipsis in brackets', 'Refunds of annual plans […] take five working days'],
    ['after a comma', 'Refunds of annual plans, … take five working days'],
  ])('%s is its two pieces in order', (_name, quote) => {
    expect(find(quote, source)?.map((piece) => piece.replace(/\W+$/, ''))).toEqual([
      'Refunds of annual plans',
      'take five working days',
    ]);
  });

  test('whole sentences may be left out, with whatever they say', () => {
    expect(find('take five working days. … Owners of a team can restore deleted files', source)).toHaveLength(2);
  });

  test('three pieces, and ellipses around them', () => {
    expect(
      find('… Refunds of annual plans … take five working days. … Owners of a team …', source)?.map((piece) => piece),
    ).toHaveLength(3);
  });

  test('an ellipsis that the source has too leaves nothing out', () => {
    expect(find('wait for it … and press Enter', 'Then wait for it … and press Enter twice.')).toEqual([
      'wait for it … and press Enter',
    ]);
  });

  test('a later place is taken where the first leaves too much out', () => {
    const text = `Open the settings page. ${'Nothing of it matters here. '.repeat(40)}Open the settings page of the team and press Restore now.`;
    const spans = alignPieces(foldQuote('Open the settings page … press Restore now'), toQuoteText(text));
    expect(spans?.[0]?.start).toBe(text.lastIndexOf('Open the'));
  });

  test.each([
    ['a negation', 'Guests of a team may not read or change files.', 'Guests of a team may … read or change files'],
    ['a contraction', "Guests of a team really can't read or change files.", 'Guests of a team … read or change files'],
    ['a limit', 'Guests of a team may only on Sundays change files here.', 'Guests of a team may … change files here'],
    [
      'an exception',
      'All plans of all teams except the free one include backups.',
      'All plans of all teams … include backups',
    ],
    [
      'a condition',
      'Refunds are paid in full unless the plan was used within a month.',
      'Refunds are paid in full … within a month',
    ],
    [
      'a contrast',
      'Owners of a team pay nothing while its guests pay the fee.',
      'Owners of a team … guests pay the fee',
    ],
    [
      'German',
      'Gäste eines Teams dürfen nicht ohne Weiteres Dateien ändern.',
      'Gäste eines Teams dürfen … Weiteres Dateien ändern',
    ],
    ['Chinese', '我们的客户在一个月内不可以申请全部退款。', '我们的客户在一个月内…可以申请全部退款'],
    [
      'what belongs to a number',
      'Backups of a team are kept for at most 30 days here.',
      'Backups of a team are kept … 30 days here',
    ],
    [
      'the unit of a number',
      'The plan costs a team 30 thousand dollars in each year.',
      'The plan costs a team 30 … dollars in each year',
    ],
    ['a script whose words are unknown', 'ผู้ใช้ในทีมของเรา ไม่ สามารถดูไฟล์ทั้งหมดได้', 'ผู้ใช้ในทีมของเรา … สามารถดูไฟล์ทั้งหมดได้'],
  ])('%s cannot be left out of a sentence', (_name, text, quote) => {
    expect(find(quote, text)).toBeNull();
  });

  test.each([
    ['in the wrong order', 'take five working days … Refunds of annual plans'],
    ['with an invented piece', 'Refunds of annual plans … take nine working days'],
    ['over itself', 'Refunds of annual plans … annual plans, which the billing'],
  ])('%s is none', (_name, quote) => {
    expect(find(quote, source)).toBeNull();
  });

  test('more than a paragraph cannot be left out', () => {
    const text = `Refunds take five days. ${'Nothing of it matters here. '.repeat(30)}Owners can restore them.`;
    expect(find('Refunds take five days … Owners can restore them', text)).toBeNull();
  });
});

const word = fc.oneof(
  { weight: 8, arbitrary: fc.stringMatching(/^[a-z]{2,9}$/) },
  fc.constantFrom('not', 'never', 'only', 'unless', '30', 'Ravenna', '5.5', 'GB'),
);
const passage = fc
  .array(fc.tuple(word, fc.constantFrom(' ', ' ', ' ', ', ', '. ', '\n', ' **', '** ')), {
    minLength: 12,
    maxLength: 60,
  })
  .map((pieces) => pieces.map(([text, after]) => text + after).join(''));

test('whatever is found stands there in order, word for word, and hides no turning word beside a cut', () => {
  const cuts = fc.tuple(passage, fc.array(fc.nat(), { minLength: 4, maxLength: 4 })).map(([text, places]) => {
    const found = [...text.matchAll(/[\p{L}\p{N}.]*[\p{L}\p{N}]/gu)];
    const [a = 0, b = 0, c = 0, d = 0] = places.map((place) => place % found.length).sort((one, other) => one - other);
    const slice = (from: number, to: number) =>
      text.slice(found[from]?.index, (found[to]?.index ?? 0) + (found[to]?.[0].length ?? 0));
    return { text, pieces: [slice(a, b), slice(c, d)] as const };
  });
  let accepted = 0;
  fc.assert(
    fc.property(cuts, ({ text, pieces }) => {
      const spans = alignPieces(foldQuote(pieces.join(' … ')), toQuoteText(text));
      if (!spans || spans.length < 2) return;
      accepted += 1;
      const [first, second] = spans;
      if (!first || !second) throw new Error('There are two.');
      expect(first.end).toBeLessThanOrEqual(second.start);
      expect([first, second].map(({ start, end }) => words(text.slice(start, end)))).toEqual(pieces.map(words));
      const gap = text.slice(first.end, second.start);
      if (!/[.\n]/.test(gap)) expect(gap).not.toMatch(/\b(?:not|never|only|unless)\b/);
    }),
    { numRuns: 1000 },
  );
  expect(accepted).toBeGreaterThan(50);
});
