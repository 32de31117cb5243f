import { expect, it } from 'vitest';
import { scoredPassage } from '../../test/scored-passage.ts';
import { newId } from '../domain/ids.ts';
import { explainPassages } from './explain-passages.ts';

const tenant = newId('tenant');
const flat = async (_tenant: string, terms: Int32Array) => new Float32Array(terms.length).fill(2);

it('names matched terms as they are asked with their shares, missing ones, and the window that was ranked, in its place', async () => {
  const text = 'Invoices are sent monthly. Refunds are paid within ten days. Ask us.';
  const best = 'Refunds are paid within ten days.';
  const window = { start: text.indexOf(best), end: text.indexOf(best) + best.length };
  const steps = [
    { step: 'fuse', score: 1 },
    { step: 'rank', score: 1, window },
    { step: 'boost', score: 0.9 },
  ];
  const passage = scoredPassage({ text, title: 'Refunds', start: 100, end: 100 + text.length, steps });
  const explained = await explainPassages(flat, { query: 'When are refunds paid to resellers?', tenant }, [passage]);
  const explanation = explained.get(passage.id);
  expect(explanation?.terms.map(({ term }) => term)).toEqual(['refunds', 'paid']);
  expect(explanation?.terms.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1);
  // The title counts twice, and the body once.
  expect(explanation?.terms[0]?.share).toBeGreaterThan(explanation?.terms[1]?.share ?? 1);
  expect(explanation?.missing.map(({ term }) => term)).toEqual(['resellers']);
  expect(explanation?.window).toEqual({
    start: 100 + window.start,
    end: 100 + window.end,
    text: best,
    coverage: expect.closeTo(2 / 3),
  });
});

it('has no window for a passage that no step looked at so closely', async () => {
  const explained = await explainPassages(flat, { query: 'cancel', tenant }, [
    scoredPassage({ text: 'Ending a contract.' }),
  ]);
  expect(explained.get('psg_1')).toEqual({ terms: [], missing: [{ term: 'cancel', idf: 2 }], window: null });
});

it('compares words as the language of each document stems them', async () => {
  const german = scoredPassage({ id: 'psg_de', text: 'Die Rechnungen kommen monatlich.', language: 'de' });
  const explained = await explainPassages(flat, { query: 'Rechnung', tenant }, [german]);
  expect(explained.get('psg_de')?.terms).toHaveLength(1);
});
