import { describe, expect, it } from 'vitest';
import { fakePort } from '../../test/fake-port.ts';
import { indexPoint } from '../../test/index-point.ts';
import { createTestRows } from '../../test/index-rows.ts';
import { AppError } from '../domain/errors.ts';
import { type DocumentId, newId, type PassageId, type TenantId } from '../domain/ids.ts';
import type { Principal } from '../domain/principal.ts';
import { encodeDocument, termWeightLimit } from '../models/sparse/encode.ts';
import type { DocumentStore } from '../store/documents.ts';
import type { IndexQuery, VectorIndex } from '../store/vector-index.ts';
import { createMemoryIndex } from '../store/vectors/memory/memory-index.ts';
import { createRerankStage } from './rerank-passages.ts';
import type { RetrieveInput } from './retrieve.ts';
import { createRetrieve } from './retrieve-passages.ts';

const never = new AbortController().signal;
const tenant: TenantId = newId('tenant');
const admin: Principal = {
  tenantId: tenant,
  credential: newId('key'),
  userId: null,
  role: 'admin',
  scopes: ['read'],
  grants: ['user:ada'],
};

interface Source {
  readonly name: string;
  readonly text: string;
  readonly dense: readonly [number, number] | null;
  readonly acl?: readonly string[];
}
const sources: readonly Source[] = [
  { name: 'refunds', text: 'Refunds are paid within ten days.', dense: [1, 0] },
  { name: 'invoices', text: 'Invoices are sent every month.', dense: [0.6, 0.8] },
  { name: 'board', text: 'The refund budget of the board.', dense: [0.9, Math.sqrt(0.19)], acl: ['group:board'] },
  { name: 'waiting', text: 'Refunds for resellers take longer.', dense: null },
];
const idOf = (name: string): PassageId => `psg_${name}`;
const documentOf = (name: string): DocumentId => `doc_${name}`;

/** The memory index over the sources, an embedder that maps every question to [1, 0], and a store that reads what `isReadable` says. */
async function open(parts: Partial<Parameters<typeof createRetrieve>[0]> = {}, isReadable = (_name: string) => true) {
  const rows = createTestRows();
  const index = createMemoryIndex({ rows, embedder: { id: 'test', dimensions: 2 } });
  rows.put(
    tenant,
    sources.map(({ name, text, dense, acl = [] }) =>
      indexPoint({
        id: idOf(name),
        documentId: documentOf(name),
        acl,
        sparse: encodeDocument({ title: name, headingPath: [], text, language: 'en' }),
        dense: dense && Float32Array.from(dense),
      }),
    ),
  );
  const embedded: string[] = [];
  const reads: PassageId[][] = [];
  const documents: Pick<DocumentStore, 'readPassages'> = {
    async readPassages(_principal, ids) {
      reads.push([...ids]);
      return sources
        .filter(({ name }) => ids.includes(idOf(name)) && isReadable(name))
        .map(({ name, text }) => ({
          id: idOf(name),
          documentId: documentOf(name),
          version: 1,
          ordinal: 0,
          text,
          start: 0,
          end: text.length,
          headingPath: [],
          page: null,
          cells: null,
          externalId: 'a.md',
          tags: {},
          language: 'en',
          title: name,
          uri: null,
          updatedAt: '2026-01-01T00:00:00.000Z',
          windows: [],
        }));
    },
  };
  const retrieve = createRetrieve({
    index,
    embedder: {
      id: 'test',
      maxTokens: 64,
      async embedQuestions(texts) {
        embedded.push(...texts);
        return texts.map(() => Float32Array.of(1, 0));
      },
    },
    documents,
    countTokens: (text) => text.split(' ').length,
    ...parts,
  });
  const ask = (input: Partial<RetrieveInput> = {}, signal = never) =>
    retrieve(
      { queries: ['When are refunds paid?'], principal: admin, filter: null, limit: 10, tokenBudget: null, ...input },
      signal,
    );
  return { ask, index, embedded, reads };
}
const names = (passages: readonly { id: string }[]) => passages.map(({ id }) => id.slice(4));

describe('createRetrieve', () => {
  it('ranks by words and meaning together and says what each side gave', async () => {
    const { ask, index, reads } = await open();
    const found = await ask();
    expect(names(found.passages)).toEqual(['refunds', 'board', 'waiting', 'invoices']);
    expect(found.passages[0]).toMatchObject({ score: 1, title: 'refunds' });
    expect(found.passages[0]?.dense).toBeCloseTo(1, 4);
    expect(found.passages[2]).toMatchObject({ dense: null });
    expect(found.passages[3]?.sparse).toBe(0);
    expect(found.nearest.map(({ title }) => title)).toEqual(['refunds', 'board', 'waiting', 'invoices']);
    expect(found.questionVector?.vector).toEqual(Float32Array.of(1, 0));
    expect(Object.keys(found.timings)).toEqual(['embed', 'search', 'fuse', 'read', 'pack']);
    expect(reads).toHaveLength(1);
    const terms = encodeDocument({ title: '', headingPath: [], text: 'refunds paid', language: 'en' }).indices;
    const [one = 0, other = 0, when = 0] = await index.inverseDocumentFrequencies(tenant, Int32Array.of(...terms, 1));
    expect(found.idealSparse).toBeCloseTo((one + other + when) * termWeightLimit, 4);
  });

  it('shows a reader only what the grants allow, and nothing that the database withholds', async () => {
    const reader: Principal = { ...admin, role: 'reader', grants: ['group:support'] };
    const { ask } = await open({}, (name) => name !== 'refunds');
    expect(names((await ask({ principal: reader })).passages)).toEqual(['waiting', 'invoices']);
    expect(names((await ask()).passages)).toEqual(['board', 'waiting', 'invoices']);
    expect((await ask()).nearest.map(({ title }) => title)).not.toContain('refunds');
  });

  it('hands the filter to the index', async () => {
    const { ask } = await open();
    const found = await ask({
      filter: { kind: 'condition', field: 'documentId', operator: 'eq', value: documentOf('invoices') },
    });
    expect(names(found.passages)).toEqual(['invoices']);
  });

  it('gives each passage the best rank that any wording gave it', async () => {
    const { ask, embedded } = await open();
    const queries = ['When are refunds paid?', 'invoices every month'];
    const found = await ask({ queries });
    expect(names(found.passages).slice(0, 2).sort()).toEqual(['invoices', 'refunds']);
    await ask({ queries: ['When are refunds paid?'] });
    expect(embedded).toEqual(queries);
  });

  it('keeps the best passage of each part through limit and budget', async () => {
    const { ask, embedded } = await open();
    expect(names((await ask({ limit: 2 })).passages)).toEqual(['refunds', 'board']);
    const parts = ['When are refunds paid?', 'invoices every month'];
    expect(names((await ask({ parts, limit: 2 })).passages).sort()).toEqual(['invoices', 'refunds']);
    const packed = await ask({ parts, limit: 4, tokenBudget: 11 });
    expect(names(packed.passages).sort()).toEqual(['invoices', 'refunds']);
    expect(packed.dropped).toMatchObject([{ step: 'pack' }, { step: 'pack' }]);
    expect(embedded).toEqual(['When are refunds paid?', 'invoices every month']);
  });

  it('splits a question that asks two things by its wording', async () => {
    const { ask, embedded } = await open();
    await ask({ queries: ['When are refunds paid, and when are the invoices sent?'] });
    expect(embedded.slice(1)).toEqual(['When are refunds paid', 'when are the invoices sent?']);
  });

  it('packs under a token budget', async () => {
    const { ask } = await open();
    expect(names((await ask({ tokenBudget: 6 })).passages)).toEqual(['refunds']);
  });

  it('searches by words alone while the embedder is down, and says so', async () => {
    let isDown = true;
    const { ask } = await open({
      embedder: {
        id: 'test',
        maxTokens: 64,
        embedQuestions: async (texts) => {
          if (isDown) throw new AppError('MODEL_UNAVAILABLE', 'no model');
          return texts.map(() => Float32Array.of(1, 0));
        },
      },
    });
    const found = await ask();
    expect(names(found.passages)).toEqual(['refunds', 'board', 'waiting']);
    expect(found.degradations).toEqual([{ step: 'embed', to: 'search by words', cause: 'MODEL_UNAVAILABLE' }]);
    expect(found.questionVector).toBeNull();
    isDown = false;
    expect((await ask()).degradations).toEqual([]);
  });

  it('embeds the sentence that asks of a question that is too long for the embedder, and says so once', async () => {
    const { ask, embedded } = await open();
    const told = 'The customer writes a very long letter about it. '.repeat(12);
    const found = await ask({ queries: [`${told}When are refunds paid?`, `${told}Are refunds paid?`], parts: [] });
    expect(embedded.every((text) => text.split(' ').length <= 62)).toBe(true);
    expect(embedded.map((text) => text.split('. ').at(-1))).toEqual(['When are refunds paid?', 'Are refunds paid?']);
    expect(found.degradations).toEqual([{ step: 'embed', to: 'a part of the question', cause: 'QUESTION_TOO_LONG' }]);
    expect(names(found.passages)).toContain('refunds');
  });

  it('reads cosines on the scale of the embedder, and does not wait for a scale that is measured slowly', async () => {
    const vectors = async (texts: readonly string[]) => texts.map(() => Float32Array.of(1, 0));
    const halved = Promise.withResolvers<(cosine: number) => number>();
    const embedder = { id: 'test', maxTokens: 64, embedQuestions: vectors, similarity: () => halved.promise };
    const { ask } = await open({ embedder, embedDeadline: 20 });
    const early = await ask();
    expect(early.degradations).toEqual([{ step: 'embed', to: 'search by words', cause: 'DEADLINE_EXCEEDED' }]);
    halved.resolve((cosine) => cosine / 2);
    const { passages, questionVector } = await ask();
    const plain = await (await open()).ask();
    expect(passages.map(({ dense }) => dense)).toEqual(plain.passages.map(({ dense }) => dense && dense / 2));
    expect(questionVector?.similarityOf(1)).toBe(0.5);
  });

  it('does not wait for a slow embedder', async () => {
    const embedQuestions = (_texts: readonly string[], signal: AbortSignal) =>
      new Promise<never>((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason));
      });
    const { ask } = await open({ embedder: { id: 'test', maxTokens: 64, embedQuestions }, embedDeadline: 20 });
    expect((await ask()).degradations).toEqual([{ step: 'embed', to: 'search by words', cause: 'DEADLINE_EXCEEDED' }]);
    const controller = new AbortController();
    const work = ask({}, controller.signal);
    controller.abort(new Error('no longer wanted'));
    await expect(work).rejects.toThrow('no longer wanted');
  });

  it.each(['search', 'inverseDocumentFrequencies'] as const)(
    'says that the index is down when %s fails',
    async (name) => {
      const { index } = await open();
      const broken = fakePort<VectorIndex>('index', {
        search: (query: IndexQuery, signal) => index.search(query, signal),
        inverseDocumentFrequencies: index.inverseDocumentFrequencies,
        [name]: async () => {
          throw new Error('connection lost');
        },
      });
      const { ask } = await open({ index: broken });
      const failure = await ask().catch((error) => error);
      expect(failure).toMatchObject({ code: 'INDEX_UNAVAILABLE' });
      expect(failure.detail).not.toContain('connection lost');
    },
  );

  it('sends a reranker only what the reader may see, orders by it, and passes on that it is down', async () => {
    const sent: string[] = [];
    const scores = new Map([['invoices', 0.9]]);
    let isDown = false;
    const stage = createRerankStage({
      reranker: {
        async rerank({ texts }) {
          if (isDown) throw new AppError('MODEL_UNAVAILABLE', 'no reranker');
          sent.push(...texts);
          return texts.map((text) => scores.get(text.split('\n')[0] ?? '') ?? 0.1);
        },
      },
      topN: 50,
      countTokens: (text) => text.split(' ').length,
    });
    const reader: Principal = { ...admin, role: 'reader', grants: ['group:support'] };
    const { ask } = await open({ stages: [stage] }, (name) => name !== 'waiting');
    const found = await ask({ principal: reader });
    expect(names(found.passages)).toEqual(['invoices', 'refunds']);
    expect(sent).toEqual(['refunds\nRefunds are paid within ten days.', 'invoices\nInvoices are sent every month.']);
    expect(found.timings).toHaveProperty('rerank');
    isDown = true;
    expect(await ask({ principal: reader })).toMatchObject({
      passages: [{ title: 'refunds' }, { title: 'invoices' }],
      degradations: [{ step: 'rerank', to: 'fused order', cause: 'MODEL_UNAVAILABLE' }],
    });
  });

  it('passes on that the database is down', async () => {
    const documents = {
      readPassages: async () => {
        throw new AppError('DATABASE_UNAVAILABLE', 'no database');
      },
    };
    const { ask } = await open({ documents });
    await expect(ask()).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
  });

  it('finds the nearest by meaning for a question without words, and nothing in an empty tenant', async () => {
    const { ask } = await open();
    expect((await ask({ queries: ['?!'] })).passages[0]?.title).toBe('refunds');
    const stranger = { ...admin, tenantId: newId('tenant') };
    expect(await ask({ principal: stranger })).toMatchObject({ passages: [], nearest: [] });
  });
});
