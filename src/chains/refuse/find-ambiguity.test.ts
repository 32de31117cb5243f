import { expect, test } from 'vitest';
import { scoredPassage } from '../../../test/scored-passage.ts';
import type { ScoredPassage } from '../../retrieve/retrieve.ts';
import { findAmbiguity } from './find-ambiguity.ts';

function section(documentId: ScoredPassage['documentId'], title: string, fields: Partial<ScoredPassage> = {}) {
  return scoredPassage({ text: 'x', documentId, title, headingPath: [title, 'Refunds'], score: 0.8, ...fields });
}

const plans = [section('doc_a', 'EU plan'), section('doc_b', 'US plan', { score: 0.77 })];
const question = 'How long do refunds take?';

test('asks for the one word in which titles differ', () => {
  expect(findAmbiguity(question, plans)).toEqual(['EU', 'US']);
  expect(findAmbiguity(question, [...plans, section('doc_c', 'UK plan')])).toEqual(['EU', 'US', 'UK']);
});

test('asks for sections of one document, and for the tag in which documents differ', () => {
  const sections = ['Starter', 'Team'].map((name) => section('doc_a', 'Plans', { headingPath: ['Plans', name] }));
  expect(findAmbiguity(question, sections)).toEqual(['Starter', 'Team']);
  const tagged = [
    section('doc_a', 'Plan', { tags: { region: 'EU' } }),
    section('doc_b', 'Plan', { tags: { region: 'US' } }),
  ];
  expect(findAmbiguity(question, tagged)).toEqual(['EU', 'US']);
});

test.each([
  ['the question names one', 'How long do refunds take on the us plan?', plans],
  ['one is clearly better', question, [section('doc_a', 'EU plan'), section('doc_b', 'US plan', { score: 0.6 })]],
  ['they differ in more', question, [section('doc_a', 'EU plan'), section('doc_b', 'US price')]],
  [
    'they have nothing in common',
    question,
    [section('doc_a', 'EU plan'), section('doc_b', 'Opening hours of the shop')],
  ],
  ['there is one section', question, [section('doc_a', 'EU plan'), section('doc_a', 'EU plan')]],
  ['nothing was found', question, []],
  [
    'two tags differ',
    question,
    [
      section('doc_a', 'Plan', { tags: { region: 'EU', year: '1' } }),
      section('doc_b', 'Plan', { tags: { region: 'US', year: '2' } }),
    ],
  ],
])('asks nothing when %s', (_name, asked, passages) => {
  expect(findAmbiguity(asked, passages)).toEqual([]);
});
