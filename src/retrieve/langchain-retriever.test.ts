import { expect, it } from 'vitest';
import { newId } from '../domain/ids.ts';
import type { Principal } from '../domain/principal.ts';
import { FootnoteRetriever } from './langchain-retriever.ts';
import type { RetrieveInput } from './retrieve.ts';

const principal: Principal = {
  tenantId: newId('tenant'),
  credential: newId('key'),
  userId: null,
  role: 'reader',
  scopes: ['read'],
  grants: [],
};

it('gives the ranking as LangChain documents', async () => {
  const inputs: RetrieveInput[] = [];
  const retriever = new FootnoteRetriever({
    principal,
    filter: { source: ['handbook'] },
    limit: 3,
    async retrieve(input) {
      inputs.push(input);
      const passage = {
        id: 'psg_1' as const,
        documentId: 'doc_1' as const,
        version: 2,
        ordinal: 0,
        text: 'Refunds are paid within ten days.',
        start: 10,
        end: 43,
        headingPath: ['Refunds'],
        page: null,
        title: 'Billing',
        uri: null,
        updatedAt: '2026-01-01T00:00:00.000Z',
        score: 1,
        dense: 0.8,
        sparse: 4,
        steps: [],
      };
      return {
        passages: [passage],
        nearest: [],
        questionVector: null,
        idealSparse: 0,
        relevance: null,
        degradations: [],
        dropped: [],
        timings: {},
      };
    },
  });
  const [document] = await retriever.invoke('When are refunds paid?');
  expect(document).toMatchObject({
    id: 'psg_1',
    pageContent: 'Refunds are paid within ten days.',
    metadata: { documentId: 'doc_1', version: 2, start: 10, end: 43, headingPath: ['Refunds'], score: 1 },
  });
  expect(inputs).toEqual([
    { queries: ['When are refunds paid?'], principal, filter: { source: ['handbook'] }, limit: 3, tokenBudget: null },
  ]);
});
