import type { IndexPoint } from '../src/store/vector-index.ts';

/** A point of an English document that all may read, with what a test says of it. */
export function indexPoint(fields: Pick<IndexPoint, 'id'> & Partial<IndexPoint>): IndexPoint {
  return {
    documentId: 'doc_refunds',
    version: 1,
    source: 'handbook',
    acl: [],
    tags: {},
    language: 'en',
    title: 'Handbook',
    uri: null,
    createdAt: '2026-01-01T00:00:00.000Z',
    updatedAt: '2026-01-01T00:00:00.000Z',
    metadata: {},
    sparse: { indices: Int32Array.of(), values: Float32Array.of() },
    dense: null,
    ...fields,
  };
}
