import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createSecrets } from './secrets.ts';

const [first, second] = [randomBytes(32), randomBytes(32)];

it('opens what it sealed, for the place that it was sealed for alone', () => {
  const secrets = createSecrets([first]);
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string(), fc.string(), (text, place, other) => {
      fc.pre(place !== other && text.isWellFormed());
      const sealed = secrets.seal(text, place);
      expect(secrets.open(sealed, place)).toBe(text);
      expect(() => secrets.open(sealed, other)).toThrow('belong to something else');
    }),
  );
});

it('shows nothing of the text, and nothing that two equal texts share', () => {
  const secrets = createSecrets([first]);
  const [one, two] = [secrets.seal('open sesame', 'p'), secrets.seal('open sesame', 'p')];
  expect(one).not.toContain(Buffer.from('open sesame').toString('base64url').slice(0, 8));
  expect(one.split('.').slice(2)).not.toEqual(two.split('.').slice(2));
});

it('notices each changed character', () => {
  const secrets = createSecrets([first]);
  const sealed = secrets.seal('open sesame', 'p');
  for (let place = 0; place < sealed.length; place += 1) {
    const other = sealed[place] === 'A' ? 'Q' : 'A';
    const changed = sealed.slice(0, place) + other + sealed.slice(place + 1);
    expect(() => secrets.open(changed, 'p')).toThrow('cannot be opened');
  }
});

it('seals with the first key and opens with all', () => {
  const before = createSecrets([first]).seal('open sesame', 'p');
  const after = createSecrets([second, first]);
  expect([after.open(before, 'p'), after.isCurrent(before), after.isCurrent(after.seal('x', 'p'))]).toEqual([
    'open sesame',
    false,
    true,
  ]);
  expect(() => createSecrets([second]).open(before, 'p')).toThrow('sealed with another key');
});
