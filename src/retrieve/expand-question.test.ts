import { describe, expect, it, test } from 'vitest';
import { fakePort } from '../../test/fake-port.ts';
import { indexPoint } from '../../test/index-point.ts';
import { createTestRows } from '../../test/index-rows.ts';
import { AppError } from '../domain/errors.ts';
import { newId, type PassageId } from '../domain/ids.ts';
import { encodeDocument } from '../models/sparse/encode.ts';
import type { DocumentStore } from '../store/documents.ts';
import type { GlossaryStore, GlossaryTerm } from '../store/glossary.ts';
import { createMemoryIndex } from '../store/vectors/memory/memory-index.ts';
import { createVocabularies } from './expand/learn-vocabularies.ts';
import { createExpandQuestion } from './expand-question.ts';
import { createRetrieve } from './retrieve-passages.ts';

const tenant = newId('tenant');
const texts = [
  'A refund for the yearly subscription is paid within ten days.',
  'Members sign in with single sign-on (SSO) from their own directory.',
  'Paid time off is requested in the calendar.',
  'The code KS-1042 means that the disk is full.',
];
const principal = {
  tenantId: tenant,
  credential: newId('key'),
  userId: null,
  role: 'reader' as const,
  scopes: ['read' as const],
  grants: ['user:ada'],
};

async function open(list: GlossaryStore['list'] = async () => []) {
  const rows = createTestRows();
  const index = createMemoryIndex({ rows, embedder: { id: 'test', dimensions: 2 } });
  const idOf = (position: number): PassageId => `psg_${position}`;
  rows.put(
    tenant,
    texts.map((text, position) =>
      indexPoint({
        id: idOf(position),
        documentId: `doc_${position}`,
        sparse: encodeDocument({ title: '', headingPath: [], text, language: 'en' }),
        dense: null,
      }),
    ),
  );
  const filters: unknown[] = [];
  const reads = { vocabulary: 0 };
  const vocabularies = createVocabularies({
    texts: {
      generation: async () => 1,
      async *texts() {
        reads.vocabulary += 1;
        yield texts;
      },
    },
    onError: (error) => expect.unreachable(String(error)),
  });
  await vocabularies.of(tenant);
  const documents: Pick<DocumentStore, 'readPassages'> = {
    async readPassages(reader, ids) {
      expect(reader).toBe(principal);
      return texts.flatMap((text, position) => {
        const place = { version: 1, ordinal: 0, start: 0, end: text.length, headingPath: [], page: null, cells: null };
        const updatedAt = '2026-01-01T00:00:00.000Z';
        const details = { title: '', uri: null, updatedAt, externalId: 'a.md', tags: {}, language: 'en', windows: [] };
        const id = idOf(position);
        return ids.includes(id) ? [{ id, documentId: `doc_${position}` as const, text, ...place, ...details }] : [];
      });
    },
  };
  const embedded: string[] = [];
  const retrieve = createRetrieve({
    index: {
      ...index,
      search: (query, signal) => {
        filters.push([query.tenant, query.filter]);
        return index.search(query, signal);
      },
    },
    documents,
    embedder: {
      id: 'test',
      maxTokens: 64,
      async embedQuestions(questions) {
        embedded.push(...questions);
        return questions.map(() => Float32Array.of(1, 0));
      },
    },
    countTokens: () => 1,
    expandQuestion: createExpandQuestion({
      vocabularies,
      glossary: { list },
      index,
      isWord: (word) => word === 'early',
    }),
  });
  const ask = (query: string, expand?: boolean) =>
    retrieve(
      {
        queries: [query],
        principal,
        filter: { kind: 'not', clause: { kind: 'condition', field: 'source', operator: 'eq', value: 'other' } },
        limit: 3,
        tokenBudget: null,
        ...(expand === undefined ? {} : { expand }),
      },
      new AbortController().signal,
    );
  return { ask, filters, embedded };
}

const pto: GlossaryTerm[] = [{ term: 'PTO', synonyms: ['vacation days', 'time off'] }];

describe('a question that finds little', () => {
  test.each([
    ['When is a refnud paid?', 'When is a refund paid?', 'spelling'],
    ['Is the Yeraly subscribtion refunded?', 'Is the Yearly subscription refunded?', 'spelling'],
    ['How is PTO requested?', 'How is time off requested?', 'glossary'],
  ])('is searched in other words too: %s', async (question, searched, reason) => {
    const { ask, filters, embedded } = await open(async () => pto);
    const { expansion, timings } = await ask(question);
    expect(expansion).toMatchObject({ original: question, searched });
    expect(expansion?.changes[0]?.reason).toBe(reason);
    expect(timings).toHaveProperty('expand');
    expect(embedded).toEqual([question, searched]);
    expect(filters).toHaveLength(2);
    expect(filters[1]).toEqual(filters[0]);
  });

  it('says how many passages only the other words brought', async () => {
    const { ask } = await open();
    const { passages, expansion } = await ask('subscribtion');
    expect(passages.map(({ id }) => id)).toEqual(['psg_0']);
    expect(expansion?.gained).toBe(1);
    expect((await ask('subscribtion', false)).passages).toEqual([]);
  });

  it('keeps a word that is spelt right, however near a word of the documents is', async () => {
    const { ask } = await open();
    expect(await ask('Is the early plan refunded?')).not.toHaveProperty('expansion');
  });

  it('stays as it is when the reader wants it so', async () => {
    const { ask, embedded } = await open();
    const found = await ask('When is a refnud paid?', false);
    expect(found).not.toHaveProperty('expansion');
    expect(embedded).toEqual(['When is a refnud paid?']);
  });

  it('is searched as it is when the other words cannot be looked up, and says so', async () => {
    const { ask } = await open(() => Promise.reject(new AppError('DATABASE_UNAVAILABLE', 'Down.')));
    const { passages, degradations } = await ask('When is a refnud paid?');
    expect(passages.length).toBeGreaterThan(0);
    expect(degradations).toContainEqual({
      step: 'expand',
      to: 'the question as it was asked',
      cause: 'DATABASE_UNAVAILABLE',
    });
  });
});

test.each([
  'When is a refund for the yearly subscription paid?',
  'What does KS-1024 mean?',
  'What does getUserByld return?',
  'Is there a zoo?',
  '',
])('is not touched: %s', async (question) => {
  const list = fakePort<GlossaryStore>('glossary', { list: async () => [] });
  const { ask } = await open(list.list);
  expect(await ask(question)).not.toHaveProperty('expansion');
});
