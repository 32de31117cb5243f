import { describe, expect, it } from 'vitest';
import { indexPoint } from '../../../../test/index-point.ts';
import { createTestRows } from '../../../../test/index-rows.ts';
import { type DocumentId, newId, type TenantId } from '../../../domain/ids.ts';
import type { IndexPoint } from '../../vector-index.ts';
import { describeVectorIndex } from '../contract.ts';
import { createMemoryIndex } from './memory-index.ts';

const embedder = { id: 'test-embedder', dimensions: 3 };
const never = new AbortController().signal;

describeVectorIndex('memory', async (rows) => ({
  index: createMemoryIndex({ rows, embedder }),
  close: async () => {},
}));

const point = (documentId: DocumentId, version: number, ordinal: number): IndexPoint =>
  indexPoint({
    id: `psg_${documentId.slice(4)}-${version}-${ordinal}`,
    documentId,
    version,
    sparse: { indices: Int32Array.of(1), values: Float32Array.of(1) },
    dense: Float32Array.of(1, 0, 0),
  });

function open() {
  const rows = createTestRows();
  const index = createMemoryIndex({ rows, embedder });
  const tenant: TenantId = newId('tenant');
  const publish = (documentId: DocumentId, points: readonly IndexPoint[] | null) =>
    rows.publish(tenant, documentId, points);
  const found = async () => {
    const query = { tenant, dense: Float32Array.of(1, 0, 0), filter: { clause: null, grants: null }, limit: 100 };
    await index.catchUp(tenant, never);
    return (await index.search(query, never)).candidates.map(({ id }) => id.slice(4)).sort();
  };
  return { rows, reads: rows.reads, publish, index, tenant, found };
}

describe('createMemoryIndex', () => {
  it('loads a tenant at its first use and then reads only what changed', async () => {
    const { publish, found, reads } = open();
    publish('doc_a', [point('doc_a', 1, 0), point('doc_a', 1, 1)]);
    publish('doc_b', [point('doc_b', 1, 0)]);
    expect(reads).toEqual([]);
    expect(await found()).toEqual(['a-1-0', 'a-1-1', 'b-1-0']);
    publish('doc_a', [point('doc_a', 2, 0)]);
    publish('doc_b', null);
    expect(await found()).toEqual(['a-2-0']);
    await found();
    expect(reads).toEqual(['doc_a', 'doc_b', 'doc_a']);
  });

  it('takes a change of permissions and of vectors', async () => {
    const { publish, index, tenant, found } = open();
    publish('doc_a', [{ ...point('doc_a', 1, 0), dense: null }]);
    expect(await found()).toEqual([]);
    publish('doc_a', [{ ...point('doc_a', 1, 0), acl: ['group:board'] }]);
    expect(await found()).toEqual(['a-1-0']);
    const query = { tenant, dense: Float32Array.of(1, 0, 0), filter: { clause: null, grants: [] }, limit: 10 };
    expect((await index.search(query, never)).candidates).toEqual([]);
  });

  it('loads once for many searchers at a time', async () => {
    const { publish, found, reads } = open();
    publish('doc_a', [point('doc_a', 1, 0)]);
    const results = await Promise.all(Array.from({ length: 20 }, found));
    expect(new Set(results.map(String))).toEqual(new Set(['a-1-0']));
    expect(reads).toEqual(['doc_a']);
  });

  it('shows a document that was published while it was loading to the search that came after', async () => {
    const { publish, found, rows } = open();
    publish('doc_a', [point('doc_a', 1, 0)]);
    const changesSince = rows.changesSince;
    let published = false;
    Object.assign(rows, {
      async changesSince(tenant: TenantId, generation: number) {
        const answer = await changesSince(tenant, generation);
        if (!published) publish('doc_b', [point('doc_b', 1, 0)]);
        published = true;
        return answer;
      },
    });
    const first = found();
    await first;
    expect(await found()).toEqual(['a-1-0', 'b-1-0']);
  });

  it('tries again after a load that failed', async () => {
    const { publish, found, rows } = open();
    publish('doc_a', [point('doc_a', 1, 0)]);
    const { points } = rows;
    Object.assign(rows, {
      points: () => {
        throw new Error('connection lost');
      },
    });
    await expect(found()).rejects.toThrow('connection lost');
    Object.assign(rows, { points });
    expect(await found()).toEqual(['a-1-0']);
  });

  it('lets a searcher leave while its tenant loads', async () => {
    const { publish, index, tenant, found, rows } = open();
    publish('doc_a', [point('doc_a', 1, 0)]);
    const gate = Promise.withResolvers<void>();
    const { points } = rows;
    Object.assign(rows, {
      async *points(...wanted: Parameters<typeof points>) {
        await gate.promise;
        yield* points(...wanted);
      },
    });
    const controller = new AbortController();
    const left = index.search({ tenant, filter: { clause: null, grants: null }, limit: 1 }, controller.signal);
    controller.abort(new Error('no longer wanted'));
    await expect(left).rejects.toThrow('no longer wanted');
    gate.resolve();
    expect(await found()).toEqual(['a-1-0']);
  });

  it('starts anew when the database is older than what it holds', async () => {
    const { publish, found, rows, tenant } = open();
    publish('doc_a', [point('doc_a', 1, 0)]);
    publish('doc_b', [point('doc_b', 1, 0)]);
    await found();
    rows.restore(tenant, 0);
    publish('doc_c', [point('doc_c', 1, 0)]);
    expect(await found()).toEqual(['c-1-0']);
  });

  it('refuses a search without a tenant', async () => {
    const { index } = open();
    const nobody = '' as TenantId;
    await expect(
      index.search({ tenant: nobody, filter: { clause: null, grants: null }, limit: 1 }, never),
    ).rejects.toMatchObject({
      code: 'INTERNAL',
    });
  });
});
