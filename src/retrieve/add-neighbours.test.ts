import { describe, expect, it } from 'vitest';
import { scoredPassage } from '../../test/scored-passage.ts';
import { newId, type PassageId, passageId } from '../domain/ids.ts';
import type { Principal } from '../domain/principal.ts';
import { addNeighbours } from './add-neighbours.ts';

const tenantId = newId('tenant');
const principal: Principal = {
  tenantId,
  credential: newId('key'),
  userId: null,
  role: 'admin',
  scopes: ['read'],
  grants: [],
};
const input = { queries: ['q'], principal, filter: null, limit: 10, tokenBudget: 100 };
const part = (ordinal: number, score: number) =>
  scoredPassage({ id: passageId(tenantId, 'doc_a', 1, ordinal), ordinal, score, text: `Part ${ordinal}.` });

/** A store in which the parts 0 to 9 of one document may be read. */
function open() {
  const asked: PassageId[] = [];
  const documents = {
    async readPassages(_principal: Principal, ids: readonly PassageId[]) {
      asked.push(...ids);
      return Array.from({ length: 10 }, (_, ordinal) => part(ordinal, 0)).flatMap(
        ({ score: _score, dense: _dense, sparse: _sparse, steps: _steps, ...passage }) =>
          ids.includes(passage.id) ? [{ ...passage, windows: [] }] : [],
      );
    },
  };
  return { documents, asked };
}
const ordinals = (passages: readonly { ordinal: number }[]) => passages.map(({ ordinal }) => ordinal);

describe('addNeighbours', () => {
  it('puts what stands beside the best among the others, by a share of its score', async () => {
    const { documents, asked } = open();
    const ranked = [part(4, 0.8), part(5, 0.1), part(8, 0.05), part(0, 0.04)];
    const found = await addNeighbours(documents, input, { passages: ranked, dropped: [] });
    expect(ordinals(found).slice(0, 3).sort()).toEqual([3, 4, 5]);
    expect(found[0]?.ordinal).toBe(4);
    expect(found.find(({ ordinal }) => ordinal === 5)?.steps.at(-1)).toEqual({ step: 'neighbour', score: 0.2 });
    // The fourth is no anchor, and what was read is not read again.
    expect(asked).toEqual([3, 6, 7, 9].map((ordinal) => passageId(tenantId, 'doc_a', 1, ordinal)));
  });
  it('lowers nothing, and brings back nothing that was taken out', async () => {
    const { documents } = open();
    const dropped = [{ passage: part(1, 0.7), step: 'fold', detail: 'It says the same.' }];
    const found = await addNeighbours(documents, input, { passages: [part(0, 0.9), part(2, 0.6)], dropped });
    expect(ordinals(found)).toEqual([0, 2, 3]);
    expect(found[1]?.score).toBe(0.6);
  });
  it('asks for nothing where nothing was found', async () => {
    const { documents, asked } = open();
    expect(await addNeighbours(documents, input, { passages: [], dropped: [] })).toEqual([]);
    expect(asked).toEqual([]);
  });
});
