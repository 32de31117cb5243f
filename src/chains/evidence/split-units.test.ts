import { expect, test } from 'vitest';
import { composeUnit } from './compose-unit.ts';
import { splitUnits } from './split-units.ts';

const passage = `# Restoring

Deleted files stay for 60 days. They can be restored:

1. Open **Deleted files**.
2. Choose Restore. It takes a minute.

## Plans

| Plan | Days | Price |
|---|---|---|
| Team | 90 | 11 USD |
| Business | 180 | |

Region | Address
EU | eu.example
US | us.example

Run this:

\`\`\`sh
kestrel restore --all
kestrel status
\`\`\`

Closing words`;

const units = splitUnits(passage, ['Restoring']).map((unit) => ({
  ...unit,
  text: passage.slice(unit.start, unit.end),
  lead: unit.lead && passage.slice(unit.lead.start, unit.lead.end),
}));

test('sentences, items, rows and listings are units; headings and rules are not', () => {
  expect(units.map(({ kind, text }) => [kind, text])).toEqual([
    ['sentence', 'Deleted files stay for 60 days.'],
    ['sentence', 'They can be restored:'],
    ['item', '1. Open **Deleted files**.'],
    ['item', '2. Choose Restore.'],
    ['item', 'It takes a minute.'],
    ['row', '| Team | 90 | 11 USD |'],
    ['row', '| Business | 180 | |'],
    ['row', 'EU | eu.example'],
    ['row', 'US | us.example'],
    ['sentence', 'Run this:'],
    ['code', 'kestrel restore --all\nkestrel status'],
  ]);
});

test('each knows what it stands under, what introduces it and whether it is a step', () => {
  expect(units.map(({ heading }) => heading)).toEqual([...Array(5).fill('Restoring'), ...Array(6).fill('Plans')]);
  expect(units.filter(({ isStep }) => isStep)).toHaveLength(3);
  expect(units[2]?.lead).toBe('They can be restored:');
  expect(units[6]?.lead).toBe('| Plan | Days | Price |');
  expect(units[10]?.lead).toBe('Run this:');
  expect(new Set(units.slice(2, 5).map(({ block }) => block)).size).toBe(1);
});

test('a row is shown with its column names and quotes both rows, a listing as it stands', () => {
  const compose = (index: number) => {
    const unit = splitUnits(passage, ['Restoring'])[index];
    if (!unit) throw new Error(`There is no unit ${index}.`);
    const ranked = {
      ...unit,
      passage: 0,
      text: '',
      shown: '',
      terms: new Set<string>(),
      coverage: 0,
      cosine: null,
      answerOdds: null,
      score: 0,
    };
    return composeUnit(ranked, passage, [ranked]);
  };
  expect(compose(5).text).toBe('Plan: Team — Days: 90; Price: 11 USD');
  expect(compose(5).spans).toHaveLength(2);
  expect(compose(6).text).toBe('Plan: Business — Days: 180');
  expect(compose(2).text).toBe('Open Deleted files.');
  expect(compose(10).text).toBe('kestrel restore --all\nkestrel status');
});

test('any text is taken apart without overlap', () => {
  for (const text of ['', '\n\n', '|', '| a |', '```', '```\nx', '#', 'x'.repeat(5000), '- \n- \n', 'a | b\nc | d'])
    for (const [index, unit] of splitUnits(text, []).entries()) {
      expect(unit.end).toBeGreaterThan(unit.start);
      expect(unit.start).toBeGreaterThanOrEqual(splitUnits(text, [])[index - 1]?.end ?? 0);
    }
});
