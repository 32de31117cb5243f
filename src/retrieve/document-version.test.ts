import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareVersions, documentVersion, isVersion, versionsNamed } from './document-version.ts';

describe('documentVersion', () => {
  it.each([
    [{ version: 'v7.4' }, 'a.md', '7.4'],
    [{}, 'reference/7.5/Sort-Object.md', '7.5'],
    [{}, 'v2.0.1\\guide.md', '2.0.1'],
    [{}, 'reference/5.1/7.4/both.md', null],
    [{}, 'chapter/2024/plan.md', null],
    [{}, 'release-7.4.md', null],
    [{}, 'https://docs.example.com/v2/guide', '2'],
    [{}, 'http://10.0.0.1/docs/start', null],
    [{}, '2/guide.md', null],
  ])('of tags %o and %s is %s', (tags, externalId, version) => {
    expect(documentVersion({ tags: tags as Record<string, string>, externalId })).toBe(version);
  });
});

it.each([
  ['2.1', 'guide.md', '2.1'],
  ['V3', 'guide.md', '3'],
  ['2', 'guide.md', '2'],
  ['2.1', 'v4/guide.md', '4'],
  ['2.1', '5.1/7.4/guide.md', null],
  ['draft', 'guide.md', null],
  ['see 2.1', 'guide.md', null],
  ['https://x.example/2.1', 'guide.md', null],
])('of a file that says %s and stands at %s is %s', (statedVersion, externalId, version) => {
  expect(documentVersion({ tags: {}, externalId, statedVersion })).toBe(version);
  expect(documentVersion({ tags: { version: '9' }, externalId, statedVersion })).toBe('9');
});

describe('versionsNamed', () => {
  it.each([
    ['How do I sort in 7.4?', ['7.4']],
    ['What changed between v2.0 and version 3?', ['2.0', '3']],
    ['Is v2.3.1 supported?', ['2.3.1']],
    ['How many members may a team of 5 have?', []],
    ['Is 10.0.0.1 allowed in V8?', ['10.0.0.1', '8']],
  ])('of %j', (question, versions) => {
    expect(versionsNamed(question)).toEqual(versions);
  });
});

describe('compareVersions', () => {
  it('orders as releases follow each other', () => {
    const ordered = ['1', '1.2', '1.10', '2.0-alpha', '2.0-beta.2', '2.0-beta.10', '2.0', '2.0.1', '10'];
    const shuffled = [...ordered].reverse();
    expect(shuffled.sort(compareVersions)).toEqual(ordered);
    expect(compareVersions('v2.0+5', '2')).toBe(0);
  });
  it('is an order', () => {
    const version = fc.tuple(
      fc.array(fc.nat(12), { minLength: 1, maxLength: 3 }),
      fc.constantFrom('', '-rc', '-rc.2', '+1'),
    );
    const text = version.map(([numbers, rest]) => numbers.join('.') + rest);
    fc.assert(
      fc.property(text, text, text, (one, two, three) => {
        expect(Math.sign(compareVersions(one, two))).toBe(-Math.sign(compareVersions(two, one)) + 0);
        const [low = '', middle = '', high = ''] = [one, two, three].sort(compareVersions);
        expect(compareVersions(low, middle)).toBeLessThanOrEqual(0);
        expect(compareVersions(low, high)).toBeLessThanOrEqual(0);
      }),
    );
  });
});

it('a patch release is what the question calls its version', () => {
  expect(isVersion('7.4.1', '7.4')).toBe(true);
  expect(isVersion('v7.4', '7.4')).toBe(true);
  expect(isVersion('7.41', '7.4')).toBe(false);
});
