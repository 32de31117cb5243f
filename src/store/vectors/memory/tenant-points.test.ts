import fc from 'fast-check';
import { expect, it } from 'vitest';
import { indexPoint } from '../../../../test/index-point.ts';
import type { IndexPoint } from '../../vector-index.ts';
import { createTenantPoints } from './tenant-points.ts';

const dimensions = 20;
const vector = fc
  .array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: dimensions, maxLength: dimensions })
  .map((values) => {
    const length = Math.hypot(...values);
    return Float32Array.from(values, (value, index) => (length > 0 ? value / length : Number(index === 0)));
  });
const sparse = fc.dictionary(fc.nat(30).map(String), fc.double({ min: 0.1, max: 2.2, noNaN: true })).map((weights) => ({
  indices: Int32Array.from(Object.keys(weights), Number).sort(),
  values: Float32Array.from(
    Object.keys(weights)
      .map(Number)
      .sort((a, b) => a - b),
    (term) => weights[term] ?? 0,
  ),
}));
const point = fc.record({
  name: fc.nat(8),
  document: fc.nat(5),
  sparse,
  dense: fc.option(vector),
});
const action = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('upsert' as const), point }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('remove' as const), document: fc.nat(5) }) },
);

/** The same promise, kept by brute force. */
function expectedScores(points: readonly IndexPoint[], query: { dense: Float32Array; sparse: IndexPoint['sparse'] }) {
  const weightOf = (entry: IndexPoint, term: number) => entry.sparse.values[entry.sparse.indices.indexOf(term)] ?? 0;
  const having = (term: number) => points.filter((entry) => entry.sparse.indices.includes(term)).length;
  const idf = (term: number) => Math.log(1 + (points.length - having(term) + 0.5) / (having(term) + 0.5));
  return points.map((entry) => ({
    id: entry.id,
    dense: entry.dense?.reduce((sum, value, index) => sum + value * (query.dense[index] ?? 0), 0) ?? null,
    sparse: query.sparse.indices.reduce(
      (sum, term, index) => sum + idf(term) * weightOf(entry, term) * (query.sparse.values[index] ?? 0),
      0,
    ),
  }));
}

it('finds what a search by brute force finds, whatever came and went before', () => {
  fc.assert(
    fc.property(fc.array(action, { maxLength: 80 }), vector, sparse, (actions, dense, words) => {
      const tenant = createTenantPoints(dimensions);
      const kept = new Map<string, IndexPoint>();
      for (const step of actions) {
        if (step.kind === 'remove') {
          tenant.remove({ documentId: `doc_${step.document}` });
          for (const [id, { documentId }] of kept) if (documentId === `doc_${step.document}`) kept.delete(id);
          continue;
        }
        const { document, name, ...fields } = step.point;
        const id = `psg_${document}-${name}` as const;
        const added = indexPoint({ ...fields, id, documentId: `doc_${document}` });
        kept.set(added.id, added);
        tenant.upsert([added]);
      }
      expect(tenant.count()).toBe(kept.size);
      const expected = expectedScores([...kept.values()], { dense, sparse: words });
      const limit = 5;
      const found = new Map(
        tenant
          .search({ dense, sparse: words, filter: { clause: null, grants: null }, limit })
          .map((entry) => [entry.id, entry]),
      );
      for (const { id, dense: cosine, sparse: score } of expected) {
        const entry = found.get(id);
        if (!entry) continue;
        expect(entry.dense === null).toBe(cosine === null);
        expect(Math.abs((entry.dense ?? 0) - (cosine ?? 0))).toBeLessThan(5e-5);
        expect(Math.abs((entry.sparse ?? 0) - score)).toBeLessThan(1e-3);
      }
      const best = (side: 'dense' | 'sparse') =>
        expected.map((entry) => entry[side] ?? -2).sort((one, other) => other - one)[limit - 1] ?? -2;
      for (const entry of expected) {
        if ((entry.dense ?? -2) > best('dense') + 1e-4) expect(found.has(entry.id)).toBe(true);
        if (entry.sparse > Math.max(0, best('sparse')) + 1e-3) expect(found.has(entry.id)).toBe(true);
      }
    }),
  );
});

it('stays exact when many removed rows are numbered away', () => {
  const tenant = createTenantPoints(2);
  const at = (name: number) =>
    indexPoint({
      id: `psg_${String(name).padStart(5, '0')}`,
      documentId: `doc_${name % 100}`,
      sparse: { indices: Int32Array.of(name % 7, 100 + name), values: Float32Array.of(1, 2) },
      dense: Float32Array.of(Math.cos(name / 5000), Math.sin(name / 5000)),
    });
  tenant.upsert(Array.from({ length: 5000 }, (_, name) => at(name)));
  for (let document = 0; document < 60; document += 1) tenant.remove({ documentId: `doc_${document}` });
  expect(tenant.count()).toBe(2000);
  const question = {
    dense: Float32Array.of(1, 0),
    sparse: { indices: Int32Array.of(100 + 4059), values: Float32Array.of(1) },
  };
  const found = tenant.search({ ...question, filter: { clause: null, grants: null }, limit: 1 });
  expect(found.find(({ sparse }) => (sparse ?? 0) > 0)?.id).toBeUndefined();
  expect(found[0]).toMatchObject({ id: 'psg_00060' });
  expect(found[0]?.dense).toBeCloseTo(Math.cos(60 / 5000), 4);
  const [seen] = tenant.search({
    sparse: { indices: Int32Array.of(100 + 4061), values: Float32Array.of(1) },
    filter: { clause: null, grants: null },
    limit: 1,
  });
  expect(seen?.id).toBe('psg_04061');
});
