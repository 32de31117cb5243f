import { expect, it } from 'vitest';
import { fakePort } from '../../test/fake-port.ts';
import { scoredPassage } from '../../test/scored-passage.ts';
import { newId } from '../domain/ids.ts';
import type { Footnote } from '../main.ts';
import type { Retrieve, ScoredPassage } from '../retrieve/retrieve.ts';
import { createEvalTarget } from './eval-target.ts';

it('finds a record with the better one that it was folded into', async () => {
  const folded = { documentId: 'doc_again' as const, title: '', uri: null, version: 1, versionTag: null };
  const passages: ScoredPassage[] = [
    scoredPassage({ text: 'Here.', id: 'psg_1', documentId: 'doc_first', sparse: 1, alsoIn: [folded] }),
    scoredPassage({ text: 'Here.', id: 'psg_2', documentId: 'doc_second', sparse: 2 }),
  ];
  const retrieve = (async () => ({ passages, relevance: 0.5 })) as unknown as Retrieve;
  const target = createEvalTarget(fakePort<Footnote>('footnote', { retrieve }), newId('tenant'));
  const { ranked, byWords } = await target.search('Where?', 10, new AbortController().signal);
  expect(ranked).toEqual(['doc_first', 'doc_again', 'doc_second']);
  expect(byWords).toEqual(['doc_second', 'doc_first', 'doc_again']);
});
