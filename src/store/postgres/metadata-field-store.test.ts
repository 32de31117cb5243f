import { beforeEach, describe, expect, it } from 'vitest';
import { type DocumentBench, openDocumentBench } from '../../../test/document-bench.ts';
import { createTestTenant, describeOnEachDatabase } from '../../../test/open-database.ts';
import { sampleDocument, samplePrepared, samplePrincipal } from '../../../test/sample-documents.ts';
import type { FilterClause } from '../../domain/filter.ts';
import { mostMetadataFields } from '../../domain/metadata.ts';
import type { MetadataFieldStore } from '../metadata-fields.ts';
import { createIndexRows } from './documents/index-rows.ts';
import { createMetadataFieldStore } from './metadata-field-store.ts';

const now = () => new Date('2026-01-01T00:00:00Z');
const price = { name: 'price', type: 'number', description: 'euros' } as const;
const effective = { name: 'effective', type: 'date', description: '' } as const;

describeOnEachDatabase('metadata of documents', (database) => {
  let bench: DocumentBench;
  let fields: MetadataFieldStore;
  beforeEach(async () => {
    bench = await openDocumentBench(database(), now);
    fields = createMetadataFieldStore(database(), { now });
  });
  const generation = () => createIndexRows(database()).generation(bench.tenant);
  const metadataOf = async (id: Awaited<ReturnType<DocumentBench['add']>>) =>
    (await bench.store.get(bench.admin, id))?.metadata;

  describe('fields', () => {
    it('are declared, described anew and listed by name, for their tenant', async () => {
      expect(await fields.declare(bench.tenant, price)).toEqual({ ...price, createdAt: '2026-01-01T00:00:00.000Z' });
      await fields.declare(bench.tenant, effective);
      await fields.declare(bench.tenant, { ...price, description: 'dollars' });
      expect(await fields.list(bench.tenant)).toMatchObject([effective, { ...price, description: 'dollars' }]);
      expect(await fields.list(await createTestTenant(database()))).toEqual([]);
    });

    it('change their type only while no document holds a value', async () => {
      await fields.declare(bench.tenant, price);
      await fields.declare(bench.tenant, { ...price, type: 'string' });
      await fields.declare(bench.tenant, price);
      await bench.add('a', 'one', { metadata: { price: 1 } });
      await expect(fields.declare(bench.tenant, { ...price, type: 'string' })).rejects.toMatchObject({
        code: 'CONFLICT',
      });
    });

    it('go with their values, at once', async () => {
      await fields.declare(bench.tenant, price);
      await fields.declare(bench.tenant, effective);
      const id = await bench.add('a', 'one', { metadata: { price: 1, effective: '2026-01-01' } });
      const before = await generation();
      expect(await fields.remove(bench.tenant, 'price')).toBe(true);
      expect(await fields.remove(bench.tenant, 'price')).toBe(false);
      expect(await metadataOf(id)).toEqual({ effective: '2026-01-01T00:00:00.000Z' });
      expect((await createIndexRows(database()).changesSince(bench.tenant, before)).changes).toMatchObject([
        { documentId: id },
      ]);
    });

    it('have a limit', async () => {
      for (let index = 0; index < mostMetadataFields; index += 1)
        await fields.declare(bench.tenant, { ...price, name: `f${index}` });
      await expect(fields.declare(bench.tenant, price)).rejects.toMatchObject({ code: 'CONFLICT' });
      await fields.declare(bench.tenant, { ...price, name: 'f0', description: 'still known' });
    });
  });

  describe('values', () => {
    beforeEach(async () => {
      await fields.declare(bench.tenant, price);
      await fields.declare(bench.tenant, effective);
    });

    it('are kept, times in one form, and given to the index', async () => {
      const id = await bench.add('a', 'one', { metadata: { price: 12.5, effective: '2026-02-01T10:00:00+02:00' } });
      const kept = { price: 12.5, effective: '2026-02-01T08:00:00.000Z' };
      expect(await metadataOf(id)).toEqual(kept);
      for await (const [point] of createIndexRows(database()).points(bench.tenant, 'e', [
        { documentId: id, version: 1, passages: 1, embedded: 0 },
      ]))
        expect(point?.metadata).toEqual(kept);
    });

    it.each([
      ['of no declared field', { prize: 1 }, 'metadata.prize', /effective \(date\), price \(number\)/, '1'],
      ['of another type', { price: '12' }, 'metadata.price', /a number/, '"12"'],
      ['that are no time', { effective: 'soon' }, 'metadata.effective', /ISO 8601/, '"soon"'],
      ['of a day that is none', { effective: '2026-02-30' }, 'metadata.effective', /ISO 8601/, '"2026-02-30"'],
    ])('%s are refused, and nothing is written', async (_name, metadata, field, expected, received) => {
      await expect(bench.register(sampleDocument('a', 'one', { metadata }))).rejects.toMatchObject({
        code: 'INVALID_REQUEST',
        errors: [{ field, received, expected: expect.stringMatching(expected) }],
      });
      expect((await bench.store.list(bench.admin, { limit: 9, cursor: null })).items).toEqual([]);
    });

    it('change at once, without reading', async () => {
      const id = await bench.add('a', 'one', { metadata: { price: 1 } });
      const changed = sampleDocument('a', 'one', { metadata: { price: 2, effective: '2026-02-01' } });
      const before = await generation();
      expect(await bench.register(changed)).toMatchObject({ outcome: 'changed', version: 1, jobId: null });
      expect(await metadataOf(id)).toEqual({ price: 2, effective: '2026-02-01T00:00:00.000Z' });
      expect(await generation()).toBeGreaterThan(before);
      expect(await bench.register(changed)).toMatchObject({ outcome: 'unchanged' });
      expect(await bench.register(sampleDocument('a', 'one'))).toMatchObject({ outcome: 'changed' });
      expect(await metadataOf(id)).toEqual({});
    });

    it('change while a new version is read', async () => {
      const id = await bench.add('a', 'one', { metadata: { price: 1 } });
      await bench.register(sampleDocument('a', 'two', { metadata: { price: 2 } }));
      expect(await metadataOf(id)).toEqual({ price: 2 });
      const queued = await bench.claimOne();
      expect(queued.document.metadata).toEqual({ price: 2 });
      await bench.store.publish([samplePrepared(queued, 'two')]);
      expect(await metadataOf(id)).toEqual({ price: 2 });
    });

    it('are gone with the document', async () => {
      const id = await bench.add('a', 'one', { metadata: { price: 4711 } });
      await bench.store.remove(bench.tenant, [id]);
      await bench.store.sweep(10);
      expect(JSON.stringify(await database().queryAsTenant(bench.tenant, 'select * from documents'))).not.toContain(
        '4711',
      );
    });

    it('hold passages to a filter whatever an index gave, and never widen what may be read', async () => {
      const cheap = await bench.add('a', 'cheap', { metadata: { price: 1 } });
      const dear = await bench.add('b', 'dear', { metadata: { price: 100 }, acl: ['group:board'] });
      const ids = [...(await bench.idsOf(cheap)), ...(await bench.idsOf(dear))];
      const costs = (operator: 'gt' | 'lt', value: number): FilterClause => ({
        kind: 'condition',
        field: 'metadata.price',
        operator,
        value,
      });
      const all: FilterClause = { kind: 'or', clauses: [costs('gt', 0), { kind: 'not', clause: costs('gt', 0) }] };
      const reader = samplePrincipal(bench.tenant, { role: 'reader' });
      const seen = async (principal: typeof reader, filter: FilterClause | null) =>
        (await bench.store.readPassages(principal, ids, filter)).map(({ text }) => text);
      expect(await seen(bench.admin, costs('gt', 10))).toEqual(['dear']);
      expect(await seen(bench.admin, costs('lt', 10))).toEqual(['cheap']);
      expect(await seen(bench.admin, all)).toEqual(['cheap', 'dear']);
      expect(await seen(reader, all)).toEqual(['cheap']);
      expect(await seen(reader, costs('gt', 10))).toEqual([]);
    });
  });
});
