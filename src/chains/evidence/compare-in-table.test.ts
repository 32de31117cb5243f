import { describe, expect, test } from 'vitest';
import { byWords } from '../../../test/by-words.ts';
import { scoredPassage } from '../../../test/scored-passage.ts';
import { answerExtractively } from '../answer-extractively.ts';
import { compareInTable } from './compare-in-table.ts';
import { rankUnits } from './rank-units.ts';
import { createTermWeights } from './term-weights.ts';

const limits =
  'Each plan has its limits.\n\n| | Starter | Team | Business |\n|---|---|---|---|\n| Guests | none | 25 | 250 |\n| Storage | 200 GB | 500 GB | 2 TB |\n| Single sign-on | no | no | **yes** |\n| API access | no | yes | yes |';
const prices = '| Plan | Monthly | Yearly |\n|---|---|---|\n| Starter | 6 USD | 60 USD |\n| Team | 11 USD | 108 USD |';
const signal = new AbortController().signal;

async function read(question: string, texts: readonly string[] = [prices, limits]) {
  const passages = texts.map((text, index) => scoredPassage({ text, id: `psg_${index}` }));
  const weights = createTermWeights({ lookUp: null, tenant: 'ten_1', sample: texts.join('\n') });
  const { units } = await rankUnits({ question, passages, weights, questionVector: null }, byWords, signal);
  return { question, passages, weights, units };
}

async function tableFor(question: string, texts?: readonly string[]) {
  const table = compareInTable(await read(question, texts));
  return table && [...table.header.split('\n'), ...table.rows.map(({ text }) => text)];
}

describe('a question that compares gets', () => {
  test('the columns that it names, with the row that it asks about', async () => {
    expect(await tableFor('How do Team and Business differ in storage?')).toEqual([
      '|  | Team | Business |',
      '|---|---|---|',
      '| Storage | 500 GB | 2 TB |',
    ]);
  });

  test('the rows in which they differ when it asks about none', async () => {
    expect(await tableFor('What is the difference between Team and Business?')).toHaveLength(5);
  });

  test('the rows that it names, with the column that it asks about', async () => {
    expect(await tableFor('Compare the yearly price of Starter and Team')).toEqual([
      '| Plan | Yearly |',
      '|---|---|',
      '| Starter | 60 USD |',
      '| Team | 108 USD |',
    ]);
  });
});

test.each([
  ['How many guests may Team and Business have?', 'it does not compare'],
  ['How does Team differ from the old plan?', 'one of the two is in no table'],
  ['What is the difference between a guest and a member?', 'no table has either'],
])('no table for %s (%s)', async (question) => expect(await tableFor(question)).toBeNull());

test('each cell stands in a quote of its row, and the whole is one Markdown table', async () => {
  const input = { ...(await read('Compare Team with Business')), mode: 'strict', locale: null, maxQuotes: 8 } as const;
  let text = '';
  const quotes = new Map<number, string>();
  for await (const event of answerExtractively(input, signal)) {
    if (event.type === 'text-delta') text += event.text;
    if (event.type === 'quote-verified') quotes.set(event.number, event.text);
    if (event.type !== 'sentence-finished') continue;
    const proof = event.citations.map((number) => quotes.get(number)).join('\n');
    for (const cell of event.text.split('\n').at(-1)?.split('|') ?? []) expect(proof).toContain(cell.trim());
  }
  expect(text).toBe(
    '|  | Team | Business |\n|---|---|---|\n| Guests | 25 | 250 |\n| Storage | 500 GB | 2 TB |\n| Single sign-on | no | yes |',
  );
});

test('a pipe within a cell does not end it', async () => {
  const piped = '| Key | Left | Right |\n|---|---|---|\n| Sign | a \\| b | c |';
  expect((await tableFor('Compare Left with Right', [piped]))?.at(-1)).toBe('| Sign | a \\| b | c |');
});
