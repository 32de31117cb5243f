import { Document } from '@langchain/core/documents';
import { StringOutputParser } from '@langchain/core/output_parsers';
import { ChatPromptTemplate } from '@langchain/core/prompts';
import { BaseDocumentCompressor } from '@langchain/core/retrievers/document_compressors';
import { RunnableLambda, RunnablePassthrough, RunnableSequence } from '@langchain/core/runnables';
import { FakeListChatModel } from '@langchain/core/utils/testing';
import { describe, expect, it } from 'vitest';
import { startStubRerankServer, wordOverlap } from '../../test/stub-rerank-server.ts';
import { AppError } from '../domain/errors.ts';
import { newId } from '../domain/ids.ts';
import { createHttpReranker } from '../models/rerank/http-reranker.ts';
import { FootnoteReranker } from './langchain-reranker.ts';
import { FootnoteRetriever } from './langchain-retriever.ts';
import type { ScoredPassage } from './retrieve.ts';

const documents = ['a', 'b', 'c'].map(
  (id, index) =>
    new Document({ id, pageContent: `Text ${id}`, metadata: { title: 'Guide', headingPath: ['Part'], place: index } }),
);

describe('FootnoteReranker', () => {
  it('orders copies by relevance and leaves its input as it is', async () => {
    const before = structuredClone(documents);
    const sent: string[] = [];
    const compressor = new FootnoteReranker({
      reranker: {
        async rerank({ texts }) {
          sent.push(...texts);
          return [0.1, 0.9, null];
        },
      },
    });
    expect(compressor).toBeInstanceOf(BaseDocumentCompressor);
    const ranked = await compressor.compressDocuments(documents, 'q');
    expect(ranked.map(({ id, metadata }) => [id, metadata.relevanceScore])).toEqual([
      ['b', 0.9],
      ['a', 0.1],
      ['c', undefined],
    ]);
    expect(ranked[0]?.metadata).toMatchObject({ title: 'Guide', place: 1 });
    expect(ranked[2]?.metadata).not.toHaveProperty('relevanceScore');
    expect(sent[0]).toBe('Guide > Part\nText a');
    expect(structuredClone(documents)).toEqual(before);
  });

  it('leaves the best topN, and reads documents of any origin', async () => {
    const reranker = {
      rerank: async ({ texts }: { texts: readonly string[] }) => texts.map((text) => text.length / 10),
    };
    const foreign = [new Document({ pageContent: 'x' }), new Document({ pageContent: 'xyz', metadata: { title: 7 } })];
    const ranked = await new FootnoteReranker({ reranker, topN: 1 }).compressDocuments(foreign, 'q');
    expect(ranked.map(({ pageContent, metadata }) => [pageContent, metadata])).toEqual([
      ['xyz', { title: 7, relevanceScore: 0.3 }],
    ]);
  });

  it('throws what the reranker throws, and stops with the run', async () => {
    const down = () => Promise.reject(new AppError('MODEL_UNAVAILABLE', 'down'));
    const failing = new FootnoteReranker({ reranker: { rerank: down } });
    await expect(failing.compressDocuments(documents, 'q')).rejects.toMatchObject({ code: 'MODEL_UNAVAILABLE' });
    const controller = new AbortController();
    const endless = new FootnoteReranker({
      reranker: {
        rerank: (_request, signal) =>
          new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
      },
    });
    const run = endless.withSignal(controller.signal).compressDocuments(documents, 'q');
    controller.abort(new Error('no longer wanted'));
    await expect(run).rejects.toThrow('no longer wanted');
  });
});

it('retriever and reranker work in a plain LangChain chain', async () => {
  const passages = ['Invoices are sent monthly.', 'The board meets in May.', 'Refunds are paid within ten days.'].map(
    (text, index): ScoredPassage => ({
      id: `psg_${index}`,
      documentId: 'doc_1',
      version: 1,
      ordinal: index,
      text,
      start: 0,
      end: text.length,
      headingPath: [],
      page: null,
      cells: null,
      title: 'Billing',
      uri: null,
      updatedAt: '2026-01-01T00:00:00.000Z',
      externalId: 'a.md',
      tags: {},
      language: 'en',
      score: 1 - index / 10,
      dense: null,
      sparse: 1,
      steps: [],
    }),
  );
  const retriever = new FootnoteRetriever({
    principal: {
      tenantId: newId('tenant'),
      credential: newId('key'),
      userId: null,
      role: 'reader',
      scopes: ['read'],
      grants: [],
    },
    retrieve: async () => ({
      passages,
      ranked: [],
      nearest: [],
      questionVector: null,
      idealSparse: 0,
      relevance: null,
      degradations: [],
      dropped: [],
      timings: {},
    }),
  });
  await using server = await startStubRerankServer(wordOverlap);
  const reranker = new FootnoteReranker({
    topN: 1,
    reranker: await createHttpReranker({
      url: `${server.url}/rerank`,
      apiKey: null,
      model: null,
      format: 'cohere',
      scale: 'probability',
      timeoutMs: 10_000,
    }),
  });
  const prompts: string[] = [];
  const chain = RunnableSequence.from([
    RunnablePassthrough.assign({
      context: RunnableSequence.from([
        (input: { question: string }) => input.question,
        retriever,
        RunnableLambda.from((found: Document[], config) =>
          reranker.withSignal(config.signal).compressDocuments(found, 'When are refunds paid?'),
        ),
        (ranked: Document[]) => ranked.map(({ pageContent }) => pageContent).join('\n'),
      ]),
    }),
    ChatPromptTemplate.fromTemplate('Answer from this: {context}\nQuestion: {question}'),
    RunnableLambda.from((prompt: { toString(): string }) => {
      prompts.push(prompt.toString());
      return prompts.at(-1) ?? '';
    }),
    new FakeListChatModel({ responses: ['Within ten days.'] }),
    new StringOutputParser(),
  ]);
  expect(await chain.invoke({ question: 'When are refunds paid?' })).toBe('Within ten days.');
  expect(prompts[0]).toContain('Answer from this: Refunds are paid within ten days.\nQuestion:');
  expect(server.requests[0]?.body.documents).toHaveLength(3);
});
