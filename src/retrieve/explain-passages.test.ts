import { expect, it } from 'vitest';
import { scoredPassage } from '../../test/scored-passage.ts';
import { newId } from '../domain/ids.ts';
import { encodeQuestion } from '../models/sparse/encode.ts';
import { explainPassages } from './explain-passages.ts';

const tenant = newId('tenant');
const flat = async (_tenant: string, terms: Int32Array) => new Float32Array(terms.length).fill(2);

it('names matched terms with their shares, missing ones, and the best sentence in its place', async () => {
  const text = 'Invoices are sent monthly. Refunds are paid within ten days. Ask us.';
  const passage = scoredPassage({ text, title: 'Refunds', start: 100, end: 100 + text.length });
  const explained = await explainPassages(flat, { query: 'When are refunds paid to resellers?', tenant }, [passage]);
  const explanation = explained.get(passage.id);
  expect(explanation?.terms.map(({ term }) => term)).toEqual(['refund', 'paid']);
  expect(explanation?.terms.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1);
  // The title counts twice, and the body once.
  expect(explanation?.terms[0]?.share).toBeGreaterThan(explanation?.terms[1]?.share ?? 1);
  expect(explanation?.missing.map(({ term }) => term)).toContain('resel');
  const window = explanation?.window;
  expect(window?.text).toBe('Refunds are paid within ten days.');
  expect(text.slice((window?.start ?? 0) - 100, (window?.end ?? 0) - 100)).toBe(window?.text);
  const terms = encodeQuestion('When are refunds paid to resellers?', 'en').indices.length;
  expect(window?.coverage).toBeCloseTo(2 / terms);
});

it('has no sentence for a passage that was found by its meaning alone', async () => {
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
