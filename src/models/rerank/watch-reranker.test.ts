import { expect, it } from 'vitest';
import { AppError } from '../../domain/errors.ts';
import type { Reranker } from '../reranker.ts';
import { watchReranker } from './watch-reranker.ts';

const never = new AbortController().signal;

/** A reranker that does what `behave` says, and a clock that is set by hand. */
function open(behave: Reranker['rerank']) {
  const state = { time: 0, calls: 0, behave };
  const reranker: Reranker = {
    id: 'rerank-test',
    rerank(request, signal) {
      state.calls += 1;
      return state.behave(request, signal);
    },
    close: async () => {},
  };
  return { state, watched: watchReranker(reranker, { now: () => state.time, probeMs: 20 }) };
}

it('asks once before the first call, shows the scores, and believes what worked', async () => {
  const { state, watched } = open(async () => [0.98, 0.01]);
  const [one, other] = await Promise.all([watched.health(), watched.health()]);
  expect(one).toMatchObject({
    isWorking: true,
    detail: 'rerank-test gives 0.98 for a text that answers, 0.01 for one that does not',
  });
  expect(other).toEqual(one);
  state.time = 1_000_000;
  await watched.health();
  expect(state.calls).toBe(1);
});

it('tells the failure of the last call, and asks again after a while', async () => {
  const { state, watched } = open(async ({ texts }) => texts.map(() => 0.5));
  await watched.rerank({ query: 'q', texts: ['a'] }, never);
  expect(await watched.health()).toMatchObject({ isWorking: true, detail: 'rerank-test ranks' });
  state.behave = () =>
    Promise.reject(new AppError('MODEL_RATE_LIMITED', 'The server limits.', { cause: 'inner text' }));
  await expect(watched.rerank({ query: 'q', texts: ['a'] }, never)).rejects.toThrow();
  expect(await watched.health()).toMatchObject({ isWorking: false, detail: 'MODEL_RATE_LIMITED: The server limits.' });
  expect(state.calls).toBe(2);
  state.time = 30_000;
  state.behave = async () => [0.9, 0.1];
  expect(await watched.health()).toMatchObject({ isWorking: true });
});

it('is not working when the order is the wrong one', async () => {
  const { watched } = open(async () => [0.5, 0.5]);
  expect(await watched.health()).toMatchObject({ isWorking: false });
});

it('does not take a caller who stops for a failure of the server', async () => {
  const controller = new AbortController();
  const { watched, state } = open((_request, signal) => Promise.reject(signal.reason));
  controller.abort(new Error('no longer wanted'));
  await expect(watched.rerank({ query: 'q', texts: ['a'] }, controller.signal)).rejects.toThrow('no longer wanted');
  state.behave = async () => [0.9, 0.1];
  expect(await watched.health()).toMatchObject({ isWorking: true });
});

it('does not wait for a server that is silent', async () => {
  const { watched } = open(
    (_request, signal) =>
      new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
  );
  expect(await watched.health()).toMatchObject({ isWorking: false, detail: 'it takes longer than 0.02 s' });
});
