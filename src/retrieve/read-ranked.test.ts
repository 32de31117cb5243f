import { describe, expect, it } from 'vitest';
import { scoredPassage } from '../../test/scored-passage.ts';
import { newId, type PassageId } from '../domain/ids.ts';
import type { Principal } from '../domain/principal.ts';
import { createFoldStage } from './fold-duplicates.ts';
import { countLeft } from './rank-stage.ts';
import { readRanked } from './read-ranked.ts';

const principal: Principal = {
  tenantId: newId('tenant'),
  credential: newId('key'),
  userId: null,
  role: 'admin',
  scopes: ['read'],
  grants: [],
};
const fused = Array.from({ length: 150 }, (_, place) => ({
  id: `psg_${place}` as PassageId,
  score: 1 - place / 150,
  dense: null,
  sparse: 1,
}));
const input = { queries: ['When are refunds paid?'], principal, filter: null, limit: 3, tokenBudget: null };

/** Reads a passage whose text `textOf` gives by its place; null: it may not be shown. Resolves to how many were asked for, and what was read. */
async function readWith(textOf: (place: number) => string | null, stages = [createFoldStage()]) {
  const asked: number[] = [];
  const documents = {
    async readPassages(_principal: Principal, ids: readonly PassageId[]) {
      asked.push(ids.length);
      return ids.flatMap((id) => {
        const text = textOf(Number(id.slice(4)));
        const {
          score: _score,
          dense: _dense,
          sparse: _sparse,
          steps: _steps,
          ...passage
        } = scoredPassage({
          id,
          text: text ?? '',
        });
        return text === null ? [] : [{ ...passage, windows: [] }];
      });
    },
  };
  const left = (passages: Parameters<typeof countLeft>[1]) => countLeft(stages, passages, input);
  const { passages } = await readRanked(documents, input, { fused, countLeft: left });
  return { asked, read: passages.map(({ id }) => id) };
}

describe('readRanked', () => {
  it('reads once where enough may be shown, in rank order', async () => {
    const { asked, read } = await readWith((place) => `Text number ${place}.`);
    expect(asked).toEqual([50]);
    expect(read).toEqual(fused.slice(0, 50).map(({ id }) => id));
  });
  it('reads on where too few may be shown', async () => {
    const { asked, read } = await readWith((place) => (place < 60 ? null : `Text number ${place}.`));
    expect(asked).toEqual([50, 50]);
    expect(read[0]).toBe('psg_60');
  });
  it('reads on where what was read says too few different things, and ends with what there is', async () => {
    expect((await readWith((place) => `Text number ${Math.floor(place / 40)}.`)).asked).toEqual([50, 50]);
    expect((await readWith(() => 'The same text.')).asked).toEqual([50, 50, 50]);
    expect((await readWith(() => 'The same text.', [])).asked).toEqual([50]);
  });
});
