import { expect, test } from 'vitest';
import { createTermWeights } from '../evidence/term-weights.ts';
import { findContradiction, readStatement } from './find-contradiction.ts';

const { terms } = createTermWeights({ lookUp: null, tenant: 'ten_test', sample: 'the of and to in is that for it' });

function contradiction(
  one: string,
  other: string,
  place: { documentId?: string; version?: number; context?: string } = {},
) {
  const left = { text: one, context: 'Guide', documentId: 'doc_a', version: 1 };
  const right = { text: other, context: 'Manual', documentId: 'doc_b', version: 1, ...place };
  const found = findContradiction(readStatement(left, terms), readStatement(right, terms));
  const turned = findContradiction(readStatement(right, terms), readStatement(left, terms));
  expect(turned?.kind).toBe(found?.kind);
  expect(turned?.stated?.toReversed()).toEqual(found?.stated ?? undefined);
  return found;
}

test.each([
  ['Deleted files are kept for 60 days.', 'Deleted files are kept for 30 days and then removed.', '60 days', '30 days'],
  ['Deleted files, 60 days', 'We keep deleted files for 30 days.', '60 days', '30 days'],
  [
    'Each token may make 100 requests a minute.',
    'A token makes up to 120 requests a minute.',
    '100 requests a minute',
    '120 requests a minute',
  ],
  [
    'Tickets are answered within 2 business days.',
    'Tickets are answered within three business days.',
    '2 business days',
    'three business days',
  ],
])('%s | %s', (one, other, mine, theirs) => {
  expect(contradiction(one, other)).toEqual({ kind: 'number', stated: [mine, theirs] });
});

test.each([
  ['Guests cannot download shared files.', 'Guests can download shared files.'],
  ['The app does not upload files over mobile networks.', 'The app does upload files over mobile networks.'],
])('a denial: %s | %s', (one, other) => {
  expect(contradiction(one, other)).toEqual({ kind: 'polarity', stated: null });
});

test.each([
  ['the same number', 'Deleted files are kept for 30 days.', 'Deleted files are kept for thirty days.'],
  ['another unit', 'Deleted files are kept for 30 days.', 'Deleted files are kept for 2 months.'],
  ['another thing', 'Invoices are kept for 7 years.', 'Support tickets are kept for 3 years.'],
  ['another time of a rate', 'A token may make 100 requests a minute.', 'A token may make 5,000 requests a day.'],
  ['plans by name', 'File versions are kept for 30 days on Starter.', 'File versions are kept for 90 days on Team.'],
  ['versions of a product', 'Version 3.8 keeps 30 backups.', 'Version 4.1 keeps 60 backups.'],
  ['a range', 'A card refund takes 5 to 10 days.', 'A card refund takes 7 days.'],
  ['several numbers', 'Files are kept 30 days, shared files 90 days.', 'Files are kept 60 days.'],
  ['things by number', 'The pump number 2 costs 14 euros.', 'The pump number 1 costs 7 euros.'],
  ['steps', 'Step 3 takes 5 minutes of your time.', 'Step 4 takes 9 minutes of your time.'],
  ['a denial of something else', 'Guests cannot delete shared files.', 'Guests can download shared files.'],
])('no contradiction: %s', (_name, one, other) => {
  expect(contradiction(one, other)).toBeNull();
});

test('a name that the other has in its title is no difference', () => {
  const [one, other] = ['On Starter, versions are kept for 30 days.', 'File versions are kept for 60 days.'];
  expect(contradiction(one, other)).toBeNull();
  expect(contradiction(one, other, { context: 'The plan Starter' })).not.toBeNull();
});

test('a document does not contradict itself, but its older version', () => {
  const [one, other] = ['Deleted files are kept for 60 days.', 'Deleted files are kept for 30 days.'];
  expect(contradiction(one, other, { documentId: 'doc_a' })).toBeNull();
  expect(contradiction(one, other, { documentId: 'doc_a', version: 2 })).not.toBeNull();
});
