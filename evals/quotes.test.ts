import { expect, test } from 'vitest';
import { evaluateQuotes } from './quotes.ts';

const contents = [
  `# Retention\n\nDeleted files are kept for **60 days** on every plan, and they can be restored during that time. They are never sold.\n
- Team: 90 days, up to 2,000 files of at most 3.5 GB each\n- Business: 180 days; the fee is $20 or 25% of the price\n
| Plan | Price |\n|---|---|\n| Team | 11 USD |\n\nMs Okonkwo's "retention officer" was appointed in March 2021; you cannot appeal before June.`,
  `The synchroni-\nsation service is well-known for its efficiency. It is not available offline, unless an administrator has allowed it for
two or three of the devices. Error KS-1042 means that the path is too long: at most 400 characters are allowed in Kestrel 4.\n
Owners can restore a folder that somebody has removed from the shared space by mistake. They get a message about it. Guests cannot see
what was removed, and they must ask an owner of the space for a copy. Everybody else may look at the list of changes on the page.`,
];

test('no altered quote is let through and no exact one rejected', () => {
  const result = evaluateQuotes({ contents, count: 1500, seed: 7 });
  expect(result.examples).toEqual([]);
  expect(result).toMatchObject({ altered: 1500, letThrough: 0, exact: 1500, falselyRejected: 0 });
});

test('every kind is tried, and the kinds add up', () => {
  const { alteredKinds, exactKinds } = evaluateQuotes({ contents, count: 600, seed: 3 });
  const tried = (kinds: typeof exactKinds) => Object.values(kinds).reduce((sum, kind) => sum + kind.tried, 0);
  expect([tried(alteredKinds), tried(exactKinds)]).toEqual([600, 600]);
  for (const kind of [
    'digit',
    'unit',
    'currency',
    'date',
    'negation-inserted',
    'negation-removed',
    'name',
    'word-order',
    'ellipsis-order',
    'ellipsis-two-sources',
    'ellipsis-turned',
    'ellipsis-altered',
  ])
    expect(alteredKinds[kind]?.tried, kind).toBeGreaterThan(0);
  for (const kind of ['verbatim', 'white-space', 'ligatures', 'line-end-hyphen', 'emphasis', 'ellipsis-words'])
    expect(exactKinds[kind]?.tried, kind).toBeGreaterThan(0);
});

test('the same seed gives the same trials', () => {
  const run = (seed: number) => evaluateQuotes({ contents, count: 100, seed });
  expect(run(5)).toEqual(run(5));
  expect(run(5).alteredKinds).not.toEqual(run(6).alteredKinds);
});

test('contents without words are refused', () => {
  expect(() => evaluateQuotes({ contents: ['', '# x'], count: 10, seed: 1 })).toThrow(RangeError);
});
