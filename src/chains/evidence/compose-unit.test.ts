import { expect, test } from 'vitest';
import { composeUnit } from './compose-unit.ts';
import type { RankedUnit } from './rank-units.ts';
import { splitUnits } from './split-units.ts';

const text = 'To stop:\n1. Open the menu.\n2. Press Cancel. It asks twice.\n3. Confirm.';

function unitsOf(passage: string): RankedUnit[] {
  const unread = { coverage: 0, cosine: null, answerOdds: null, score: 0 };
  const empty = { passage: 0, text: '', shown: '', terms: new Set<string>(), ...unread };
  return splitUnits(passage, []).map((unit) => ({ ...unit, ...empty }));
}

test('a step that is quoted alone is shown without its number, and proven with it', () => {
  const step = unitsOf(text).find((unit) => text.startsWith('3.', unit.start));
  if (!step) throw new Error('The passage has no third step.');
  const { text: shown, spans } = composeUnit(step, text, [step]);
  expect(shown).toBe('Confirm.');
  expect(spans.map(({ start, end }) => text.slice(start, end))).toEqual(['3. Confirm.']);
});

test('several steps keep their numbers in the order of the list, and lose them in another', () => {
  const steps = unitsOf(text).filter((unit) => unit.isStep);
  const textsIn = (shown: readonly RankedUnit[]) => shown.map((unit) => composeUnit(unit, text, shown).text);
  expect(textsIn(steps)).toEqual(['1. Open the menu.', '2. Press Cancel.', 'It asks twice.', '3. Confirm.']);
  expect(textsIn(steps.toReversed())).toEqual(['Confirm.', 'It asks twice.', 'Press Cancel.', 'Open the menu.']);
});

test('a number that counts no list is said', () => {
  for (const passage of [
    '3. Oktober: Das Haus bleibt zu.',
    'Open:\n- on 24. and 31.\n2. Juli und August nur abends.',
  ]) {
    const unit = unitsOf(passage).at(-1);
    if (!unit) throw new Error('The passage has no unit.');
    expect(composeUnit(unit, passage, [unit]).text).toMatch(/^\d/);
  }
});
