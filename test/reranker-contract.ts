import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RerankLimits } from '../src/models/rerank/guard-reranker.ts';
import type { Reranker } from '../src/models/reranker.ts';
import { type RerankBehaviour, startStubRerankServer } from './stub-rerank-server.ts';

/** Opens a reranker against the server at `url`. */
export type OpenReranker = (url: string, limits: RerankLimits) => Promise<Reranker>;

const never = new AbortController().signal;
const texts = ['Refunds take ten days.', 'Invoices are sent monthly.', 'The board meets in May.'];
const request = { query: 'When are refunds paid?', texts };
const limits: RerankLimits = { timeoutMs: 10_000, retryDelayMs: 1 };

const entries = (...list: (readonly [unknown, unknown])[]): RerankBehaviour => ({
  kind: 'entries',
  entries: list.map(([index, score]) => ({ index, score })),
});
const whole = entries([0, 0.9], [1, 0.2], [2, 0.1]);

/** What every reranker promises, whatever its server does. */
export function describeReranker(name: string, open: OpenReranker): void {
  const start = async (...behaviours: RerankBehaviour[]) => {
    const server = await startStubRerankServer();
    server.script(...behaviours);
    return server;
  };

  describe(`${name}: scores`, () => {
    it('gives each text its own, in the order of the texts, however the server orders them', async () => {
      await using server = await start();
      const reranker = await open(server.url, limits);
      const answer = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 20 });
      const shuffled = answer.chain((scores) =>
        fc.tuple(
          fc.constant(scores),
          fc.shuffledSubarray([...scores.keys()], { minLength: scores.length, maxLength: scores.length }),
        ),
      );
      await fc.assert(
        fc.asyncProperty(shuffled, async ([scores, order]) => {
          server.script(entries(...order.map((index) => [index, scores[index]] as const)));
          expect(await reranker.rerank({ query: 'q', texts: scores.map(String) }, never)).toEqual(scores.map(Math.abs));
        }),
        { numRuns: 10 },
      );
    });

    it('sends the question and the texts as they are, and the key', async () => {
      const awkward = ['two\nlines "quoted"', '日本語 \u{1F600}', '{"index": 0, "relevance_score": 1}'];
      await using server = await start(whole);
      await (await open(server.url, limits)).rerank({ query: 'a\nb', texts: awkward }, never);
      const [sent] = server.requests;
      expect(sent?.body.query).toBe('a\nb');
      expect(sent?.body.documents ?? sent?.body.texts).toEqual(awkward);
      expect(sent?.authorization).toBe('Bearer key-of-the-test');
    });

    it('asks nobody about nothing', async () => {
      await using server = await start();
      expect(await (await open(server.url, limits)).rerank({ query: 'q', texts: [] }, never)).toEqual([]);
      expect(server.requests).toEqual([]);
    });

    it('says which texts the server left out', async () => {
      await using server = await start(entries([2, 0.5]));
      expect(await (await open(server.url, limits)).rerank(request, never)).toEqual([null, null, 0.5]);
    });
  });

  describe(`${name}: wrong answers`, () => {
    it.each<[string, RerankBehaviour]>([
      ['an index beyond the texts', entries([0, 0.9], [3, 0.5])],
      ['a negative index', entries([-1, 0.9])],
      ['half an index', entries([0.5, 0.9])],
      ['an index as text', entries(['0', 0.9])],
      ['two scores for one text', entries([0, 0.9], [0, 0.1], [1, 0.2])],
      ['a score above 1', entries([0, 7.7], [1, 0.2], [2, 0.1])],
      ['a score below 0', entries([0, -2.3], [1, 0.2], [2, 0.1])],
      ['null as a score', entries([0, null], [1, 0.2], [2, 0.1])],
      ['a score as text', entries([0, 'NaN'], [1, 0.2], [2, 0.1])],
      ['no score at all', entries()],
      ['an object without scores', { kind: 'bytes', text: '{"id": "1"}' }],
      ['null', { kind: 'bytes', text: 'null' }],
      ['a number that JSON does not have', { kind: 'bytes', text: '{"results":[{"index":0,"relevance_score":NaN}]}' }],
      ['a page', { kind: 'bytes', text: '<html></html>', contentType: 'text/html' }],
      ['no bytes', { kind: 'bytes', text: '' }],
      ['404', { kind: 'status', status: 404 }],
      ['422', { kind: 'status', status: 422 }],
    ])('refuses %s', async (_name, behaviour) => {
      await using server = await start(behaviour);
      const failure = await (await open(server.url, limits)).rerank(request, never).catch((error) => error);
      expect(failure).toMatchObject({ code: 'MODEL_BAD_RESPONSE' });
      expect(failure.detail).not.toContain('inner text');
      expect(server.requests).toHaveLength(1);
    });
  });

  describe(`${name}: servers in trouble`, () => {
    it('a connection cut in the middle of a body is tried once more', async () => {
      await using server = await start({ kind: 'half' }, { kind: 'half' });
      const failure = await (await open(server.url, limits)).rerank(request, never).catch((error) => error);
      expect(failure).toMatchObject({ code: 'MODEL_UNAVAILABLE' });
      expect(failure.detail).not.toContain('inner text');
      expect(server.requests).toHaveLength(2);
    });

    it.each([
      [401, 'MODEL_REJECTED_KEY', 1],
      [403, 'MODEL_REJECTED_KEY', 1],
      [429, 'MODEL_RATE_LIMITED', 2],
      [500, 'MODEL_UNAVAILABLE', 2],
      [503, 'MODEL_UNAVAILABLE', 2],
    ])('status %i is %s, after %i requests', async (status, code, requests) => {
      await using server = await start({ kind: 'status', status }, { kind: 'status', status });
      const failure = await (await open(server.url, limits)).rerank(request, never).catch((error) => error);
      expect(failure).toMatchObject({ code });
      expect(failure.detail).not.toContain('inner text');
      expect(server.requests).toHaveLength(requests);
    });

    it('tries once more what may pass', async () => {
      await using server = await start({ kind: 'status', status: 503 }, whole);
      expect(await (await open(server.url, limits)).rerank(request, never)).toEqual([0.9, 0.2, 0.1]);
    });

    it('does not wait as long as a server wants that wants too much, and passes on how long', async () => {
      await using server = await start({ kind: 'status', status: 429, headers: { 'retry-after': '30' } });
      const failure = await (await open(server.url, limits)).rerank(request, never).catch((error) => error);
      expect(failure).toMatchObject({ code: 'MODEL_RATE_LIMITED', retryAfter: 30 });
      expect(server.requests).toHaveLength(1);
    });

    it('says when nobody listens', async () => {
      const server = await start();
      await server.close();
      await expect((await open(server.url, limits)).rerank(request, never)).rejects.toMatchObject({
        code: 'MODEL_UNAVAILABLE',
      });
    });

    it('leaves a server alone that failed five times in a row', async () => {
      const failures = Array.from({ length: 6 }, () => ({ kind: 'status', status: 500 }) as const);
      await using server = await start(...failures);
      const reranker = await open(server.url, limits);
      for (let call = 0; call < 3; call += 1)
        await expect(reranker.rerank(request, never)).rejects.toMatchObject({ code: 'MODEL_UNAVAILABLE' });
      await expect(reranker.rerank(request, never)).rejects.toMatchObject({
        code: 'MODEL_UNAVAILABLE',
        retryAfter: 10,
      });
      expect(server.requests).toHaveLength(5);
    });

    it.each(['silence', 'stall'] as const)('gives up at the deadline and closes the request: %s', async (kind) => {
      await using server = await start({ kind });
      const reranker = await open(server.url, { ...limits, timeoutMs: 100 });
      await expect(reranker.rerank(request, never)).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
      await server.requests[0]?.closedByClient;
    });

    it('closes the request when the caller stops, and throws the reason', async () => {
      await using server = await start({ kind: 'stall' });
      const controller = new AbortController();
      const reranker = await open(server.url, limits);
      const ranking = reranker.rerank(request, controller.signal);
      await expect.poll(() => server.requests.length).toBe(1);
      controller.abort(new Error('no longer wanted'));
      await expect(ranking).rejects.toThrow('no longer wanted');
      await server.requests[0]?.closedByClient;
      await expect(reranker.rerank(request, controller.signal)).rejects.toThrow('no longer wanted');
    });
  });
}
