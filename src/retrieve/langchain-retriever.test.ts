import { BaseCallbackHandler } from '@langchain/core/callbacks/base';
import { describe, expect, it } from 'vitest';
import { newId } from '../domain/ids.ts';
import type { Principal } from '../domain/principal.ts';
import { FootnoteRetriever } from './langchain-retriever.ts';
import type { Retrieve, RetrieveInput } from './retrieve.ts';

const principal: Principal = {
  tenantId: newId('tenant'),
  credential: newId('key'),
  userId: null,
  role: 'reader',
  scopes: ['read'],
  grants: [],
};
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
  cells: null,
  title: 'Billing',
  uri: null,
  updatedAt: '2026-01-01T00:00:00.000Z',
  externalId: 'a.md',
  tags: {},
  language: 'en',
  score: 1,
  dense: 0.8,
  sparse: 4,
  steps: [{ step: 'fuse', score: 1 }],
};
const retrieval = {
  passages: [passage],
  ranked: [],
  nearest: [],
  questionVector: null,
  idealSparse: 0,
  relevance: null,
  degradations: [],
  dropped: [],
  timings: {},
};
/** Ends only when it is stopped. */
const endless: Retrieve = (_input, signal) =>
  new Promise((_resolve, reject) => {
    signal.throwIfAborted();
    signal.addEventListener('abort', () => reject(signal.reason));
  });

describe('FootnoteRetriever', () => {
  it('gives the ranking as LangChain documents, with what a citation needs and nothing else', async () => {
    const inputs: RetrieveInput[] = [];
    const retriever = new FootnoteRetriever({
      principal,
      filter: { source: ['handbook'], metadata: { price: { lt: 10 } } },
      metadataFields: [{ name: 'price', type: 'number' }],
      limit: 3,
      async retrieve(input) {
        inputs.push(input);
        return retrieval;
      },
    });
    const [document] = await retriever.invoke('When are refunds paid?');
    expect(document).toMatchObject({ id: 'psg_1', pageContent: 'Refunds are paid within ten days.' });
    expect(document?.metadata).toEqual({
      documentId: 'doc_1',
      version: 2,
      ordinal: 0,
      start: 10,
      end: 43,
      headingPath: ['Refunds'],
      page: null,
      cells: null,
      title: 'Billing',
      uri: null,
      updatedAt: '2026-01-01T00:00:00.000Z',
      score: 1,
    });
    expect(inputs).toEqual([
      {
        queries: ['When are refunds paid?'],
        principal,
        filter: {
          kind: 'and',
          clauses: [
            { kind: 'condition', field: 'source', operator: 'in', value: ['handbook'] },
            { kind: 'condition', field: 'metadata.price', operator: 'lt', value: 10 },
          ],
        },
        limit: 3,
        tokenBudget: null,
      },
    ]);
  });

  it('says what is wrong in a filter before it is asked', () => {
    const retrieve = () => Promise.reject(new Error('Nothing is asked here.'));
    expect(() => new FootnoteRetriever({ retrieve, principal, filter: { tenant: 'other' } })).toThrow(/filter\.tenant/);
  });

  it('stops the retrieval when the run is aborted', async () => {
    const controller = new AbortController();
    const retriever = new FootnoteRetriever({ principal, retrieve: endless });
    const run = retriever.invoke('q', { signal: controller.signal });
    controller.abort(new Error('no longer wanted'));
    await expect(run).rejects.toThrow('no longer wanted');
  });

  it('stops the retrieval at the timeout of the run, and serves the next one', async () => {
    let isEndless = true;
    const retriever = new FootnoteRetriever({
      principal,
      retrieve: async (input, signal) => (isEndless ? await endless(input, signal) : retrieval),
    });
    await expect(retriever.invoke('q', { timeout: 20 })).rejects.toMatchObject({ name: 'TimeoutError' });
    isEndless = false;
    expect(await retriever.invoke('q')).toHaveLength(1);
  });

  it('tells the callbacks of the run and its own, with its tags', async () => {
    const seen: string[] = [];
    class Recorder extends BaseCallbackHandler {
      override name = 'recorder';
      override awaitHandlers = true;
      override handleRetrieverStart(
        _retriever: object,
        query: string,
        _run: string,
        _parent?: string,
        tags?: string[],
      ) {
        seen.push(`start ${query} ${tags?.join()}`);
      }
      override handleRetrieverEnd(documents: readonly object[]) {
        seen.push(`end ${documents.length}`);
      }
    }
    const own = new Recorder();
    const retriever = new FootnoteRetriever({
      principal,
      retrieve: async () => retrieval,
      tags: ['handbook'],
      callbacks: [own],
    });
    await retriever.invoke('q', { callbacks: [new Recorder()], signal: new AbortController().signal });
    expect(seen.sort()).toEqual(['end 1', 'end 1', 'start q handbook', 'start q handbook']);
    expect(JSON.stringify(retriever)).not.toContain(principal.tenantId);
  });
});
