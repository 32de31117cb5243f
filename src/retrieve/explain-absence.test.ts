import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDocumentBench } from '../../test/document-bench.ts';
import { openTestDatabase } from '../../test/open-database.ts';
import { sampleDocument, samplePrepared, samplePrincipal } from '../../test/sample-documents.ts';
import type { DocumentId } from '../domain/ids.ts';
import { readFilter } from '../domain/read-filter.ts';
import { encodeDocument } from '../models/sparse/encode.ts';
import type { IncomingDocument } from '../store/documents.ts';
import { createEmbeddingStore } from '../store/postgres/documents/embedding-store.ts';
import { createIndexRows } from '../store/postgres/documents/index-rows.ts';
import { createMemoryIndex } from '../store/vectors/memory/memory-index.ts';
import { explainAbsence } from './explain-absence.ts';
import { createFoldStage } from './fold-duplicates.ts';
import type { RetrieveInput } from './retrieve.ts';
import { createRetrieve } from './retrieve-passages.ts';

const never = new AbortController().signal;
const embedder = { id: 'test', dimensions: 2 };

/** The product's own search over an embedded database; a text's vector is given with it. */
async function open() {
  const driver = await openTestDatabase();
  const { store, tenant, admin, claimOne, register } = await openDocumentBench(driver, () => new Date());
  const index = createMemoryIndex({ rows: createIndexRows(driver), embedder });
  const embeddings = createEmbeddingStore(driver, {});
  const retrieve = createRetrieve({
    index,
    embedder: { id: 'test', maxTokens: 64, embedQuestions: async (texts) => texts.map(() => Float32Array.of(1, 0)) },
    documents: store,
    countTokens: (text) => text.split(' ').length,
    stages: [createFoldStage()],
  });

  async function add(
    text: string,
    { cosine, ...changes }: Partial<IncomingDocument> & { cosine?: number } = {},
  ): Promise<DocumentId> {
    const { documentId } = await register(sampleDocument(changes.externalId ?? text.slice(0, 20), text, changes));
    const prepared = samplePrepared(await claimOne(), text);
    const { title } = prepared;
    const passages = prepared.passages.map((passage) => ({
      ...passage,
      sparse: encodeDocument({ title, headingPath: passage.headingPath, text: passage.text, language: 'en' }),
    }));
    await store.publish([{ ...prepared, passages }]);
    if (cosine !== undefined) {
      const vector = Float32Array.of(cosine, Math.sqrt(1 - cosine * cosine));
      const hashes = new Set(passages.map(({ embeddingHash }) => embeddingHash));
      await embeddings.save(
        'test',
        2,
        [...hashes].map((embeddingHash) => ({ tenantId: tenant, embeddingHash, vector })),
      );
    }
    return documentId;
  }

  async function why(reference: string, input: Partial<RetrieveInput> = {}, asker = admin) {
    const asked: RetrieveInput = {
      queries: ['When are refunds paid to resellers?'],
      principal: asker,
      filter: null,
      limit: 2,
      tokenBudget: null,
      ...input,
    };
    const retrieval = await retrieve(asked, never);
    const ports = { retrieve, documents: store, lookUp: index.inverseDocumentFrequencies };
    return await explainAbsence(ports, { input: asked, retrieval, reference, asker }, never);
  }
  return { driver, store, tenant, admin, register, claimOne, add, why };
}

describe('explainAbsence', () => {
  let bench: Awaited<ReturnType<typeof open>>;
  let best: DocumentId;
  let far: DocumentId;
  beforeAll(async () => {
    bench = await open();
    best = await bench.add('Refunds are paid to resellers within ten days.', {
      cosine: 0.9,
      title: 'Refunds',
      externalId: 'refunds.md',
      uri: 'https://example.com/refunds',
    });
    await bench.add('Refunds to resellers need an invoice before they are paid.', { cosine: 0.8 });
    far = await bench.add('The office is open on weekdays.', { cosine: 0.1, title: 'Office', tags: { team: 'desk' } });
  });
  afterAll(() => bench.driver.close());

  it.each(['id', 'refunds.md', 'https://example.com/refunds', 'refunds'])(
    'finds what is there by its %s',
    async (name) => {
      expect(await bench.why(name === 'id' ? best : name)).toEqual({
        documentId: best,
        title: 'Refunds',
        step: 'none',
        detail: 'It is there, at rank 1.',
        rank: 1,
        standing: null,
      });
    },
  );

  it('does not know what does not exist', async () => {
    await expect(bench.why('doc_00000000-0000-7000-8000-000000000000')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('asks back when a name means several documents', async () => {
    const { add, why } = bench;
    const ids = [await add('First of two.', { title: 'Twice' }), await add('Second of two.', { title: 'Twice' })];
    const failure = await why('twice').catch((error) => error);
    expect(failure).toMatchObject({ code: 'INVALID_REQUEST', errors: [{ field: 'whyNot' }] });
    for (const id of ids) expect(failure.errors[0].received).toContain(id);
    await bench.store.remove(bench.tenant, ids);
  });

  it('tells an administrator that a reader may not see it, and nobody else', async () => {
    const { add, why, tenant, admin } = bench;
    const id = await add('Refunds of the board.', { cosine: 0.99, acl: ['group:board'], title: 'Board' });
    const reader = samplePrincipal(tenant, { role: 'reader', grants: ['group:support'] });
    expect(await why('board', { principal: reader }, admin)).toMatchObject({
      documentId: id,
      step: 'permission',
      detail: 'It is open to group:board; the searcher has group:support.',
    });
    const [denied, unknown] = await Promise.all(
      [id, 'doc_00000000-0000-7000-8000-000000000000'].map((name) => why(name, {}, reader).catch((error) => error)),
    );
    expect(denied).toEqual(unknown);
    await bench.store.remove(tenant, [id]);
    expect(await why(id)).toMatchObject({ step: 'deleted', detail: expect.stringMatching(/^It was deleted at 20/) });
    await expect(why(id, {}, reader)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await bench.store.sweep(10);
    expect(await why(id)).toMatchObject({ step: 'deleted' });
  });

  it('says that it is not read yet, or why it could not be', async () => {
    const { register, claimOne, store, why, tenant } = bench;
    const { documentId } = await register(sampleDocument('new.md', 'new'));
    expect(await why('new.md')).toMatchObject({ step: 'publish', detail: expect.stringContaining('waits to be read') });
    const claimed = await claimOne();
    expect(await why('new.md')).toMatchObject({ step: 'publish', detail: expect.stringContaining('being read') });
    await store.fail(claimed, { code: 'FILE_CORRUPT', detail: 'It is cut off.' });
    expect(await why('new.md')).toMatchObject({
      step: 'publish',
      detail: 'It could not be read: It is cut off. (FILE_CORRUPT)',
    });
    await store.remove(tenant, [documentId]);
  });

  it('names the part of the filter that keeps it out', async () => {
    const absence = await bench.why('Office', {
      filter: readFilter({ source: ['handbook'], tags: { team: 'sales' } }, []),
    });
    expect(absence).toMatchObject({
      step: 'filter',
      detail: 'Its tags.team is "desk"; the filter wants "sales".',
    });
  });

  it('says how many passages wait for their vector', async () => {
    const { add, why, store, tenant } = bench;
    const id = await add('Gift cards are refundable.\nThey never expire.\nThey are sent by mail.', {
      externalId: 'late.md',
    });
    expect(await why('late.md')).toMatchObject({
      step: 'embed',
      detail: expect.stringMatching(/^3 of its 3 passages wait for their vector/),
      standing: { dense: { score: null, rank: null } },
    });
    await store.remove(tenant, [id]);
  });

  it('gives rank and score on each side, what it would have needed, and which words it lacks', async () => {
    const absence = await bench.why(far);
    expect(absence).toMatchObject({
      step: 'rank',
      rank: 3,
      standing: { dense: { rank: 3 }, sparse: { score: 0 }, missingTerms: ['refunds', 'paid', 'resellers'] },
    });
    const { standing } = absence;
    expect(standing?.score).toBeLessThan(standing?.lastShown ?? 0);
    expect(standing?.dense.score).toBeCloseTo(0.1);
    expect(standing?.dense.lastShown).toBeCloseTo(0.8);
    expect(absence.detail).toMatch(/^It ranks 3; the best 2 were asked for\. Its best passage scores 0\.0/);
    expect(absence.detail).toMatch(/cosine 0\.100 \(rank 3\), the last one shown 0\.800/);
  });

  it('names the passage that it was folded into', async () => {
    const { add, why, store, tenant } = bench;
    const id = await add('Refunds are paid to resellers within ten days!', { cosine: 0.85, externalId: 'copy.md' });
    expect(await why('copy.md')).toMatchObject({
      step: 'fold',
      detail: expect.stringContaining(`says the same as one of Refunds (${best})`),
    });
    await store.remove(tenant, [id]);
  });

  it('says that the token budget had no room', async () => {
    const absence = await bench.why('Refunds to resellers', { limit: 10, tokenBudget: 12 });
    expect(absence).toMatchObject({ step: 'pack', detail: expect.stringContaining('has 10 tokens; of the 12') });
  });

  it('says that nothing of it has to do with the question', async () => {
    const { add, why, store, tenant } = bench;
    const id = await add('Completely unrelated.', { externalId: 'other.md' });
    expect(await why('other.md', { queries: ['zebra'] })).toMatchObject({ step: 'search', rank: null });
    await store.remove(tenant, [id]);
  });
});
