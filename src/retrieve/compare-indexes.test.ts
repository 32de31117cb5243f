import { expect, it } from 'vitest';
import { newId, type PassageId } from '../domain/ids.ts';
import type { IndexQuery } from '../store/vector-index.ts';
import { type ComparedIndex, compareIndexes } from './compare-indexes.ts';

const never = new AbortController().signal;
const tenant = newId('tenant');
const passages = Array.from({ length: 30 }, () => newId('passage'));
const [first, second, third, fourth] = passages;

/** Finds for each question what is written beside it, best first. */
function indexOf(collection: string, found: Record<string, readonly (PassageId | undefined)[]>) {
  const asked: IndexQuery[] = [];
  let question = '';
  const index: ComparedIndex = {
    collection,
    embedder: {
      id: `embedder of ${collection}`,
      async embedQuestions([text = '']) {
        question = text;
        return [Float32Array.of(1, 0)];
      },
    },
    async search(query) {
      asked.push(query);
      const ids = (found[question] ?? []).flatMap((id) => (id === undefined ? [] : [id]));
      return { candidates: ids.map((id, rank) => ({ id, dense: 1 - rank / 100, sparse: 0 })) };
    },
  };
  return { index, asked };
}

const questions = (...texts: string[]) => texts.map((text) => ({ tenant, text }));

it('shows the overlap of the best 10, and first the questions that differ most', async () => {
  const live = indexOf('live', { same: [first, second], half: [first, second], other: [first], none: [] });
  const next = indexOf('next', { same: [second, first], half: [second, third], other: [fourth], none: [] });
  const compared = await compareIndexes(
    { live: live.index, next: next.index },
    questions('same', 'half', 'other', 'none'),
    never,
  );
  expect(compared).toEqual({
    live: 'live',
    next: 'next',
    questions: 4,
    overlapAt10: (1 + 0.5 + 0 + 1) / 4,
    most: [
      { question: 'other', overlap: 0, onlyLive: [first], onlyNext: [fourth] },
      { question: 'half', overlap: 0.5, onlyLive: [first], onlyNext: [third] },
    ],
  });
});

it('looks at no more than 10, and at the longer list when one is shorter', async () => {
  const live = indexOf('live', { deep: passages.slice(0, 20), short: passages.slice(0, 4) });
  const next = indexOf('next', {
    deep: [...passages.slice(0, 10), ...passages.slice(20)],
    short: passages.slice(0, 1),
  });
  const pair = { live: live.index, next: next.index };
  expect((await compareIndexes(pair, questions('deep'), never)).overlapAt10).toBe(1);
  expect((await compareIndexes(pair, questions('short'), never)).overlapAt10).toBe(0.25);
});

it('asks each index with its own embedder, all documents of the tenant', async () => {
  const live = indexOf('live', {});
  const next = indexOf('next', {});
  await compareIndexes({ live: live.index, next: next.index }, questions('Which text?'), never);
  for (const { asked, index } of [live, next])
    expect(asked).toEqual([
      expect.objectContaining({ tenant, embedder: index.embedder.id, filter: { clause: null, grants: null } }),
    ]);
});

it('says null without a question', async () => {
  const { index } = indexOf('live', {});
  expect(await compareIndexes({ live: index, next: index }, [], never)).toMatchObject({
    questions: 0,
    overlapAt10: null,
    most: [],
  });
});

it('stops when it is cancelled', async () => {
  const { index, asked } = indexOf('live', {});
  const reason = new Error('the server is stopping');
  await expect(
    compareIndexes({ live: index, next: index }, questions('Which text?'), AbortSignal.abort(reason)),
  ).rejects.toBe(reason);
  expect(asked).toEqual([]);
});
