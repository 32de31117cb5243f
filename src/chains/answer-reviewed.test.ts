import fc from 'fast-check';
import { expect, it } from 'vitest';
import { samplePrincipal } from '../../test/sample-documents.ts';
import { scoredPassage } from '../../test/scored-passage.ts';
import type { UnsequencedAnswerEvent } from '../domain/answer.ts';
import { curatedText } from '../domain/curated-answer.ts';
import { newId } from '../domain/ids.ts';
import { answerReviewed, findReviewed } from './answer-reviewed.ts';
import { createTermWeights } from './evidence/term-weights.ts';

const principal = samplePrincipal(newId('tenant'));
const question = 'How do refunds work?';

interface Curated {
  readonly answer: string;
  readonly variants?: readonly string[];
  readonly maxQuotes?: number;
  readonly asked?: string;
}

/** What a reader is told, and the content that the quotes point into; null when the answer is not this one. */
async function answerOf({ answer, variants = [], maxQuotes = 5, asked = question }: Curated) {
  const content = curatedText({ question, variants: [...variants], answer });
  const reviewed = { id: 'cur_1', question, variants, sources: [], validUntil: null };
  const first = scoredPassage({ text: content.slice(0, 20), reviewed });
  const documents = { content: async () => ({ version: 1, text: content }) };
  const found = await findReviewed([first], { documents, principal, question: asked });
  if (!found) return null;
  const weights = createTermWeights({
    lookUp: async (_tenant, terms) => new Float32Array(terms.length).fill(1),
    tenant: principal.tenantId,
    sample: content,
  });
  const input = { question, passages: [found], units: [], weights, mode: 'strict', locale: null, maxQuotes } as const;
  const events: UnsequencedAnswerEvent[] = [];
  for await (const event of answerReviewed(input, new AbortController().signal)) events.push(event);
  const text = events.map((event) => (event.type === 'text-delta' ? event.text : '')).join('');
  const quotes = events.flatMap((event) => (event.type === 'quote-verified' ? [event] : []));
  return { text, quotes, content };
}

const answer = [
  'Yes. **Annual** plans are refunded.',
  '1. Open the billing page.\n2. Press *Refund*.',
  '```sh\nrefund --all\n\nrefund --check\n```',
  '## Later\n\n| plan | days |\n|---|---|\n| annual | 30 |',
].join('\n\n');

it('says the answer word for word, mark for mark, each block with its own quote', async () => {
  const told = await answerOf({ answer, variants: ['Can I get my money back?'] });
  expect(told?.text).toBe(answer);
  expect(told?.quotes.map(({ text }) => text)).toEqual([
    'Yes. **Annual** plans are refunded.',
    '1. Open the billing page.\n2. Press *Refund*.',
    '```sh\nrefund --all\n\nrefund --check\n```',
    '## Later',
    '| plan | days |\n|---|---|\n| annual | 30 |',
  ]);
  expect(told?.quotes[0]?.reviewed).toMatchObject({ id: 'cur_1', question });
});

it('of more blocks than quotes, the whole is one quote', async () => {
  const told = await answerOf({ answer, maxQuotes: 4 });
  expect(told?.text).toBe(answer);
  expect(told?.quotes.map(({ text }) => text)).toEqual([answer]);
});

it('is for its own question alone', async () => {
  expect(await answerOf({ answer, variants: ['Money back?'], asked: 'Money back' })).not.toBeNull();
  expect(await answerOf({ answer, asked: 'How do partial refunds work?' })).toBeNull();
});

it('never leaks another wording into the answer, and every quote stands where it says', async () => {
  const line = fc.constantFrom(
    'Text. More!',
    '- item',
    '```',
    '',
    '   ',
    '| a |',
    '## Also asked as',
    '# Top',
    '> quoted',
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(line, { minLength: 1, maxLength: 12 }),
      fc.integer({ min: 1, max: 6 }),
      async (lines, maxQuotes) => {
        const markdown = lines.join('\n').trim();
        fc.pre(markdown !== '');
        const told = await answerOf({ answer: markdown, variants: ['a secret wording'], maxQuotes });
        const words = (text: string) => text.split(/\s+/).filter(Boolean);
        expect(words(told?.text ?? '')).toEqual(words(markdown));
        for (const { text, start, end } of told?.quotes ?? []) expect(told?.content.slice(start, end)).toBe(text);
      },
    ),
    { numRuns: 200 },
  );
});

it('shows no block with a link that could be an order', async () => {
  const told = await answerOf({ answer: 'Fine.\n\n[Press](javascript:alert)' });
  expect(told?.text).toBe('Fine.');
});
