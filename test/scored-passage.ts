import type { ScoredPassage } from '../src/retrieve/retrieve.ts';

/** A passage of an English document that was found by its words, with what a test says of it. */
export function scoredPassage(fields: Partial<ScoredPassage> & Pick<ScoredPassage, 'text'>): ScoredPassage {
  const score = fields.score ?? 1;
  return {
    id: 'psg_1',
    documentId: 'doc_a',
    version: 1,
    ordinal: 0,
    start: 0,
    end: fields.text.length,
    headingPath: [],
    page: null,
    cells: null,
    externalId: 'a.md',
    title: 'T',
    uri: null,
    tags: {},
    language: 'en',
    updatedAt: '2026-01-01T00:00:00.000Z',
    dense: null,
    sparse: 1,
    steps: [{ step: 'fuse', score }],
    ...fields,
    score,
  };
}
