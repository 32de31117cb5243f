import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scoredPassage } from '../../test/scored-passage.ts';
import { boostPassages } from './boost-passages.ts';
import type { ScoredPassage } from './retrieve.ts';

const now = new Date('2026-07-01T00:00:00Z');
const boost = (
  passages: readonly ScoredPassage[],
  question = 'How is it installed?',
  freshnessHalfLifeDays: number | null = null,
) => boostPassages(passages, { question, now, freshnessHalfLifeDays });
const about = (name: string, score: number, fields: Partial<ScoredPassage> = {}) =>
  scoredPassage({
    id: `psg_${name}`,
    documentId: `doc_${name}`,
    externalId: `${name}.md`,
    title: name,
    text: name,
    score,
    ...fields,
  });
const names = (passages: readonly ScoredPassage[]) => passages.map(({ id }) => id.slice(4));

describe('boostPassages', () => {
  it('leaves passages without such tags exactly as they were', () => {
    const ranked = [
      about('a', 1, { updatedAt: '2019-01-01T00:00:00Z' }),
      about('b', 1),
      about('c', 0.2, { tags: { team: 'x' } }),
    ];
    expect(boost(ranked)).toBe(ranked);
  });

  it('knows versions by their folders', () => {
    const old = about('old', 0.8, { externalId: 'docs/v2/install.md' });
    const current = about('new', 0.79, { externalId: 'docs/v10/install.md' });
    expect(names(boost([old, current]))).toEqual(['new', 'old']);
    expect(names(boost([old, current], 'How is version 2 installed?'))).toEqual(['old', 'new']);
  });

  describe('freshness', () => {
    it('decides between passages that are about as relevant, and never more', () => {
      const old = { updatedAt: '2016-07-01T00:00:00Z' };
      const fresh = { updatedAt: '2026-06-30T00:00:00Z' };
      expect(names(boost([about('old', 0.8, old), about('new', 0.78, fresh)], '', 180))).toEqual(['new', 'old']);
      expect(names(boost([about('old', 0.9, old), about('new', 0.78, fresh)], '', 180))).toEqual(['old', 'new']);
    });
    it('takes half of its tenth after the half-life, and shows it', () => {
      const [passage] = boost([about('a', 0.8, { updatedAt: '2026-01-02T00:00:00Z' })], '', 180);
      expect(passage?.score).toBeCloseTo(0.8 * 0.95);
      expect(passage?.steps.at(-1)).toEqual({
        step: 'boost',
        score: passage?.score,
        contributions: { freshness: expect.closeTo(-0.04) },
      });
    });
    it('keeps scores within [0.9 of the score, the score]', () => {
      const time = fc
        .date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true })
        .map((date) => date.toISOString());
      fc.assert(
        fc.property(
          time,
          fc.double({ min: 0, max: 1, noNaN: true }),
          fc.integer({ min: 1, max: 5000 }),
          (updatedAt, score, days) => {
            const after = boost([about('a', score, { updatedAt })], '', days)[0]?.score ?? -1;
            expect(after).toBeGreaterThanOrEqual(0.9 * score - 1e-12);
            expect(after).toBeLessThanOrEqual(score);
          },
        ),
      );
    });
  });

  describe('version', () => {
    const versions = [
      about('old', 0.8, { tags: { version: '7.9' } }),
      about('new', 0.79, { tags: { version: '7.10' } }),
      about('none', 0.785),
    ];
    it('puts the newest first among what is about as relevant', () => {
      expect(names(boost(versions))).toEqual(['new', 'none', 'old']);
      expect(boost(versions)[0]?.score).toBe(0.79);
    });
    it('puts the one first that the question names, and its patch releases', () => {
      expect(names(boost(versions, 'How is 7.9 installed?'))).toEqual(['old', 'none', 'new']);
      const patch = [
        about('other', 0.8, { tags: { version: '2.0' } }),
        about('patch', 0.7, { tags: { version: 'v7.4.1' } }),
      ];
      expect(names(boost(patch, 'What is new in 7.4?'))).toEqual(['patch', 'other']);
    });
    it('prefers the newest when the question names a version that nothing has', () => {
      expect(names(boost(versions, 'Does 3.1 have it?'))).toEqual(['new', 'none', 'old']);
    });
  });

  describe('superseded', () => {
    const old = (fields: Partial<ScoredPassage> = {}) =>
      about('old', 0.9, { tags: { supersededBy: 'new.md' }, ...fields });
    it('sinks below its successor when both were found, and is marked', () => {
      const ranked = boost([old(), about('other', 0.7), about('new', 0.6)]);
      expect(names(ranked)).toEqual(['other', 'new', 'old']);
      expect(ranked[2]).toMatchObject({
        supersededBy: { reference: 'new.md', documentId: 'doc_new' },
        steps: [{ step: 'fuse' }, { step: 'boost', contributions: { superseded: expect.closeTo(0.5994 - 0.9) } }],
      });
    });
    it('stays in its place, marked, when its successor was not found or the question names it', () => {
      expect(boost([old(), about('other', 0.7)])).toMatchObject([
        { score: 0.9, supersededBy: { documentId: null } },
        {},
      ]);
      const named = old({ title: 'Setup 2024' });
      expect(names(boost([named, about('new', 0.6)], 'What did setup 2024 say?'))).toEqual(['old', 'new']);
    });
    it('is not named by words that its successor bears too', () => {
      const ranked = [old({ title: 'Refunds' }), about('new', 0.6, { title: 'Refunds (new)' })];
      expect(names(boost(ranked, 'How are refunds paid?'))).toEqual(['new', 'old']);
    });
    it('finds the successor by its address too, and through those between', () => {
      const uri = 'https://example.com/newest';
      const ranked = boost([old(), about('new', 0.8, { tags: { superseded: uri } }), about('newest', 0.5, { uri })]);
      expect(names(ranked)).toEqual(['newest', 'old', 'new']);
      expect(ranked.slice(1).map(({ supersededBy }) => supersededBy?.documentId)).toEqual(['doc_newest', 'doc_newest']);
    });
    it('takes a circle for no order', () => {
      const ranked = [old(), about('new', 0.6, { tags: { supersededBy: 'old.md' } })];
      expect(names(boost(ranked))).toEqual(['old', 'new']);
    });
  });

  it('adds no passage and loses none', () => {
    const passage = fc
      .record({
        name: fc.constantFrom('a', 'b', 'c', 'd'),
        score: fc.double({ min: 0, max: 1, noNaN: true }),
        next: fc.constantFrom('a.md', 'b.md', 'c.md', ''),
        version: fc.constantFrom('', '1', '2.0'),
      })
      .map(({ name, score, next, version }) =>
        about(name, score, { tags: { supersededBy: next, ...(version ? { version } : {}) } }),
      );
    fc.assert(
      fc.property(fc.array(passage, { maxLength: 8 }), (passages) => {
        const boosted = boost(passages, 'How?', 30);
        expect(names(boosted).sort()).toEqual(names(passages).sort());
        for (const [index, { score }] of boosted.entries()) {
          expect(score).toBeGreaterThanOrEqual(0);
          expect(score).toBeLessThanOrEqual(boosted[index - 1]?.score ?? 1);
        }
      }),
    );
  });
});
