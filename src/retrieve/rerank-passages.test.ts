import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { startStubRerankServer } from '../../test/stub-rerank-server.ts';
import { AppError } from '../domain/errors.ts';
import { newId } from '../domain/ids.ts';
import { createTokenCounter } from '../models/minilm/tokenizer.ts';
import { createHttpReranker } from '../models/rerank/http-reranker.ts';
import type { Reranker, RerankRequest } from '../models/reranker.ts';
import type { RankContext } from './rank-stage.ts';
import { createRerankStage, orderByRelevance } from './rerank-passages.ts';
import type { ScoredPassage } from './retrieve.ts';

const never = new AbortController().signal;
const countTokens = createTokenCounter();
const passage = (name: string, score: number, text = `About ${name}.`): ScoredPassage => ({
  id: `psg_${name}`,
  documentId: `doc_${name}`,
  version: 1,
  ordinal: 0,
  text,
  start: 0,
  end: text.length,
  headingPath: ['Guide', 'Details'],
  page: null,
  cells: null,
  title: 'Guide',
  uri: null,
  updatedAt: '2026-01-01T00:00:00.000Z',
  externalId: 'a.md',
  tags: {},
  language: 'en',
  score,
  dense: null,
  sparse: 1,
  steps: [{ step: 'fuse', score }],
});
const ranking = [passage('a', 1), passage('b', 0.8), passage('c', 0.5), passage('d', 0.4), passage('e', 0.2)];
const context = (query = 'q'): RankContext => ({
  input: {
    queries: [query, 'the wording before'],
    principal: {
      tenantId: newId('tenant'),
      credential: newId('key'),
      userId: null,
      role: 'reader',
      scopes: ['read'],
      grants: [],
    },
    filter: null,
    limit: 10,
    tokenBudget: null,
  },
  questionVector: null,
  windows: new Map(),
  idealSparse: 0,
  now: new Date(0),
  lap: () => {},
});
const names = (passages: readonly ScoredPassage[]) => passages.map(({ id }) => id.slice(4)).join('');
const stage = (rerank: Reranker['rerank'], topN = 50) => createRerankStage({ reranker: { rerank }, topN, countTokens });

describe('createRerankStage', () => {
  it('orders the best by relevance, keeps the rest below in their order, and says what it gave', async () => {
    const asked: RerankRequest[] = [];
    const rerank: Reranker['rerank'] = async (request) => {
      asked.push(request);
      return [0.6, 0.1, 0.9];
    };
    const { passages, degradations } = await stage(rerank, 3).run(ranking, context('When?'), never);
    expect(names(passages)).toBe('acbde');
    const close = (value: number) => expect.closeTo(value, 10);
    expect(passages.map(({ score }) => score)).toEqual([0.8, 0.7, 0.45, 0.18, 0.09].map(close));
    expect(passages[1]?.steps).toEqual([
      { step: 'fuse', score: 0.5 },
      { step: 'rerank', score: close(0.7), contributions: { relevance: close(0.45), before: close(0.25) } },
    ]);
    expect(degradations).toEqual([]);
    expect(asked).toEqual([
      { query: 'When?', texts: ['a', 'b', 'c'].map((name) => `Guide > Details\nAbout ${name}.`) },
    ]);
  });

  it('sends nothing where nothing was found', async () => {
    const rerank = () => Promise.reject(new Error('nobody is asked'));
    expect(await stage(rerank).run([], context(), never)).toEqual({ passages: [] });
  });

  it.each([
    ['is late', new AppError('DEADLINE_EXCEEDED', 'late'), 'DEADLINE_EXCEEDED'],
    ['is rate limited', new AppError('MODEL_RATE_LIMITED', 'limited'), 'MODEL_RATE_LIMITED'],
    ['fails unexpectedly', new TypeError('x is not a function'), 'INTERNAL'],
  ])('leaves the order as it was when the reranker %s, and says so', async (_name, error, cause) => {
    expect(await stage(() => Promise.reject(error)).run(ranking, context(), never)).toEqual({
      passages: ranking,
      degradations: [{ step: 'rerank', to: 'fused order', cause }],
    });
  });

  it('ends with the reason of the caller who stops', async () => {
    const controller = new AbortController();
    const rerank: Reranker['rerank'] = (_request, signal) =>
      new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    const work = stage(rerank).run(ranking, context(), controller.signal);
    controller.abort(new Error('no longer wanted'));
    await expect(work).rejects.toThrow('no longer wanted');
  });

  it('gives the same order however the server permutes its answer', async () => {
    await using server = await startStubRerankServer();
    const reranker = await createHttpReranker({
      url: `${server.url}/rerank`,
      apiKey: null,
      model: null,
      format: 'cohere',
      scale: 'probability',
      timeoutMs: 10_000,
    });
    const run = (scores: readonly number[], order: readonly number[]) => {
      server.script({ kind: 'entries', entries: order.map((index) => ({ index, score: scores[index] })) });
      return createRerankStage({ reranker, topN: 50, countTokens }).run(ranking, context(), never);
    };
    const score = fc.constantFrom(0, 0.25, 0.5, 0.5000001, 1);
    const indices = [...ranking.keys()];
    await fc.assert(
      fc.asyncProperty(
        fc.array(score, { minLength: 5, maxLength: 5 }),
        fc.shuffledSubarray(indices, { minLength: 5 }),
        async (scores, order) => {
          expect(await run(scores, order)).toEqual(await run(scores, indices));
        },
      ),
      { numRuns: 10 },
    );
  });
});

describe('orderByRelevance', () => {
  const relevance = fc.option(fc.double({ min: 0, max: 1, noNaN: true }));
  const judgedRanking = fc
    .uniqueArray(fc.record({ name: fc.uuid(), score: fc.double({ min: 0, max: 1, noNaN: true }), relevance }), {
      selector: ({ name }) => name,
      maxLength: 12,
    })
    .map((list) => ({
      passages: list.map(({ name, score }) => passage(name, score)).sort((one, other) => other.score - one.score),
      relevance: list.slice(0, 8).map((entry) => entry.relevance),
    }));

  it('loses nothing, scores in [0, 1], best first, and says of what each score is made', () => {
    fc.assert(
      fc.property(judgedRanking, (input) => {
        const { passages } = orderByRelevance(input.passages, input.relevance);
        expect(new Set(passages.map(({ id }) => id))).toEqual(new Set(input.passages.map(({ id }) => id)));
        expect(passages).toHaveLength(input.passages.length);
        for (const [index, { score, steps }] of passages.entries()) {
          expect(score).toBeGreaterThanOrEqual(0);
          expect(score).toBeLessThanOrEqual(passages[index - 1]?.score ?? 1);
          const step = steps.at(-1);
          expect(step).toMatchObject({ step: 'rerank', score });
          const { relevance = score, before = 0 } = step?.contributions ?? {};
          expect(relevance + before).toBe(score);
        }
      }),
    );
  });

  it('lets the first one be overtaken only by what is more relevant by more than it was behind', () => {
    fc.assert(
      fc.property(judgedRanking, (input) => {
        const [first] = input.passages;
        const own = input.relevance[0] ?? null;
        if (!first || own === null || first.score === 0) return;
        const { passages } = orderByRelevance(input.passages, input.relevance);
        for (const { id } of passages.slice(
          0,
          passages.findIndex((entry) => entry.id === first.id),
        )) {
          const index = input.passages.findIndex((entry) => entry.id === id);
          const lead = (input.relevance[index] ?? Number.NaN) - own;
          expect(lead).toBeGreaterThanOrEqual(1 - (input.passages[index]?.score ?? 0) / first.score - 1e-9);
        }
      }),
    );
  });

  it('weighs the step before by its own best', () => {
    const scaled = ranking.map((entry) => ({ ...entry, score: entry.score / 10 }));
    const relevance = [0.1, 0.5, 0.9, 0.2, 0.3];
    expect(names(orderByRelevance(scaled, relevance).passages)).toBe(
      names(orderByRelevance(ranking, relevance).passages),
    );
  });

  it('keeps below, in their order, what the server left out, and says so', () => {
    const { passages, degradations } = orderByRelevance(ranking, [null, 0.1, null, 0.9, null]);
    expect(names(passages)).toBe('dbace');
    expect(degradations).toEqual([
      { step: 'rerank', to: 'fused order for passages without a score', cause: 'MODEL_BAD_RESPONSE' },
    ]);
  });
});
