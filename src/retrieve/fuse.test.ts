import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PassageId } from '../domain/ids.ts';
import type { IndexCandidate } from '../store/vector-index.ts';
import { fuse, mergeBest } from './fuse.ts';

const id = (name: string): PassageId => `psg_${name}`;
const candidate = fc.record({
  id: fc.uuid().map(id),
  dense: fc.option(fc.double({ min: -1, max: 1, noNaN: true })),
  sparse: fc.option(fc.double({ min: 0, max: 50, noNaN: true })),
});
const candidates = fc.uniqueArray(candidate, { selector: (entry) => entry.id, maxLength: 30 });

describe('fuse', () => {
  it('keeps every candidate, orders them, and scores within [0, 1]', () => {
    fc.assert(
      fc.property(candidates, (list) => {
        const fused = fuse(list);
        expect(fused.map((entry) => entry.id).sort()).toEqual(list.map((entry) => entry.id).sort());
        for (const [index, { score }] of fused.entries()) {
          expect(score).toBeGreaterThanOrEqual(0);
          expect(score).toBeLessThanOrEqual(1);
          expect(score).toBeLessThanOrEqual(fused[index - 1]?.score ?? 1);
        }
      }),
    );
  });
  it('does not depend on the order of the candidates', () => {
    fc.assert(
      fc.property(candidates, (list) => {
        expect(fuse([...list].reverse())).toEqual(fuse(list));
      }),
    );
  });
  it('never ranks a candidate below one that it beats on both sides', () => {
    fc.assert(
      fc.property(candidates, (list) => {
        const fused = fuse(list);
        for (const [index, better] of fused.entries())
          for (const worse of fused.slice(0, index)) {
            const dominates = both(better).every((score, side) => score > (both(worse)[side] ?? 0));
            expect(dominates).toBe(false);
          }
      }),
    );
  });
  it('leaves the words alone when there is no vector', () => {
    const list: IndexCandidate[] = [
      { id: id('a'), dense: null, sparse: 2 },
      { id: id('b'), dense: null, sparse: 8 },
    ];
    expect(fuse(list).map(({ id: name, score }) => [name, score])).toEqual([
      [id('b'), 1],
      [id('a'), 0.25],
    ]);
  });
  it('is empty for nothing', () => {
    expect(fuse([])).toEqual([]);
  });
});

/** Both scores where both are known and positive; a dominated pair needs all four. */
function both(entry: IndexCandidate): number[] {
  return entry.dense === null || entry.sparse === null || entry.dense <= 0
    ? [Number.NaN, Number.NaN]
    : [entry.dense, entry.sparse];
}

it('mergeBest takes the better score of each candidate', () => {
  const entry = (name: string, score: number) => ({ id: id(name), dense: null, sparse: 1, score });
  const merged = mergeBest([[entry('a', 0.9), entry('b', 0.2)], [entry('b', 0.5)]]);
  expect(merged.map(({ id: name, score }) => [name, score])).toEqual([
    [id('a'), 0.9],
    [id('b'), 0.5],
  ]);
});
