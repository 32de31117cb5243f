import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scoredPassage } from '../../test/scored-passage.ts';
import type { PassageId } from '../domain/ids.ts';
import type { FusedCandidate } from './fuse.ts';
import { evidenceOf, keepEvidence, mergeParts } from './keep-parts.ts';

const candidate = (name: string, score: number): FusedCandidate => ({
  id: `psg_${name}`,
  dense: score,
  sparse: score,
  score,
});
const passages = (text: string) => [...text].map((name) => scoredPassage({ id: `psg_${name}`, text: name }));
const names = (list: readonly { id: string }[]) => list.map(({ id }) => id.slice(4)).join('');
const ids = (text: string) => new Set([...text].map((name): PassageId => `psg_${name}`));

describe('mergeParts', () => {
  it('is the ranking of the whole for a question of one part', () => {
    const whole = [candidate('a', 1)];
    expect(mergeParts(whole, [])).toBe(whole);
  });
  it('raises what a part found, keeps the scores of both sides, and adds what the whole did not find', () => {
    const merged = mergeParts([candidate('a', 0.95), candidate('b', 0.2)], [[candidate('b', 1), candidate('c', 0.5)]]);
    expect(merged).toEqual([
      candidate('a', 0.95),
      { ...candidate('b', 0.2), score: 0.9 },
      { ...candidate('c', 0.5), score: 0.45 },
    ]);
  });
});

describe('keepEvidence', () => {
  it('keeps the best of each part within the limit, in place of the last that is no evidence', () => {
    expect(names(keepEvidence(passages('abcdef'), ids('ce'), 4))).toBe('abcedf');
    expect(names(keepEvidence(passages('abcdef'), ids('ab'), 4))).toBe('abcdef');
    expect(names(keepEvidence(passages('abcdef'), ids('abf'), 2))).toBe('abcdef');
  });
  it('loses no passage, and shows as much evidence as has room', () => {
    fc.assert(
      fc.property(fc.subarray([...'abcdefgh']), fc.nat(8), (chosen, limit) => {
        const kept = names(keepEvidence(passages('abcdefgh'), ids(chosen.join('')), limit));
        expect([...kept].sort().join('')).toBe('abcdefgh');
        const shown = [...kept.slice(0, limit)].filter((name) => chosen.includes(name)).length;
        expect(shown).toBe(Math.min(limit, chosen.length));
      }),
    );
  });
});

it('evidenceOf takes the best two of each part that are still there', () => {
  const parts = ['xab', 'cde'].map((part) => [...part].map((name) => candidate(name, 1)));
  expect(evidenceOf(passages('abcde'), parts)).toEqual(ids('abcd'));
  expect(evidenceOf(passages('abcde'), parts, 1)).toEqual(ids('ac'));
});
