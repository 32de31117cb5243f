import { expect, it } from 'vitest';
import { fakePort } from '../test/fake-port.ts';
import type { AnswerCase } from './answers.ts';
import type { QuestionFolder } from './readers/beir.ts';
import { evaluateRetrieval } from './retrieval.ts';
import type { EvalTarget } from './target.ts';

const question = (id: string, answerable: boolean | null = null): AnswerCase => ({
  id,
  text: `question ${id}`,
  answerable,
  category: null,
  answers: [],
  goldSentences: [],
  goldQuotes: [],
  excerpts: [],
  history: [],
});
const folder: QuestionFolder = {
  async *corpus() {
    yield { id: 'a', title: 'A', text: 'text' };
  },
  documents: '/nowhere',
  queries: [question('first', true), question('second', true), question('unjudged'), question('near-miss', false)],
  judgements: new Map([
    ['first', new Map([['a', 1]])],
    [
      'second',
      new Map([
        ['a', 1],
        ['b', 1],
      ]),
    ],
    ['near-miss', new Map([['a', 1]])],
  ]),
};
const cosines: Record<string, number> = { first: 0.9, second: 0.6, unjudged: 0.5, 'near-miss': 0.3 };
const options = { as: 'passages' as const, limit: null, signal: new AbortController().signal, progress: () => {} };

function openTarget(isDown: (question: string) => boolean = () => false) {
  const added: string[] = [];
  const target = fakePort<EvalTarget>('target', {
    async addPassages(records) {
      for await (const { id } of records) added.push(id);
    },
    async waitUntilEmbedded() {
      added.push('embedded');
    },
    async search(text) {
      const name = text.slice('question '.length);
      if (isDown(name)) throw new Error('no index');
      const relevance = cosines[name] ?? null;
      return { ranked: ['c', 'a'], byWords: ['a', 'c'], relevance, bestCosine: null, milliseconds: 2 };
    },
  });
  return { target, added };
}

it('scores what is judged and leaves out what is not', async () => {
  const { target, added } = openTarget();
  const report = await evaluateRetrieval(target, folder, options);
  expect(added).toEqual(['a', 'embedded']);
  const gain = 1 / Math.log2(3);
  expect(report).toMatchObject({ questions: 4, judged: 2, errors: 0, 'recall@1': 0, 'mrr@10': 0.5, 'allHit@10': 0.5 });
  expect(report['ndcg@10']).toBeCloseTo((gain + gain / (1 + gain)) / 2, 10);
  expect(report['recall@10']).toBe(0.75);
  expect(report.abstentionAuroc).toBe(1);
  expect(report.searchMilliseconds).toEqual({ p50: 2, p95: 2 });
  expect(report['bm25 ndcg@10']).toBeCloseTo((1 + 1 / (1 + gain)) / 2, 10);
  expect(report.intervals).toMatchObject({ 'recall@10': [0.5, 1] });
});

it('counts a failed search as an error and not as a miss', async () => {
  const { target } = openTarget((name) => name === 'second');
  const report = await evaluateRetrieval(target, folder, options);
  expect(report).toMatchObject({ questions: 4, judged: 1, errors: 1, 'recall@10': 1 });
  expect(report.cases).toContainEqual(expect.objectContaining({ id: 'second', error: 'INTERNAL' }));
});

it('asks the first questions only when told so, and stops when told so', async () => {
  const { target } = openTarget();
  expect(await evaluateRetrieval(target, folder, { ...options, limit: 1 })).toMatchObject({ questions: 1 });
  const signal = AbortSignal.abort(new Error('no longer wanted'));
  await expect(evaluateRetrieval(target, folder, { ...options, signal })).rejects.toThrow('no longer wanted');
});

it('reports each kind of question with words alone beside it, once there are enough of it', async () => {
  const { target } = openTarget();
  const ids = Array.from({ length: 12 }, (_, index) => `${index}`);
  const queries = ids.map((id) => ({ ...question(id, true), category: id === '0' ? 'rare' : 'usual' }));
  const judgements = new Map(ids.map((id) => [id, new Map([['a', 1]])]));
  const { kinds } = await evaluateRetrieval(target, { ...folder, queries, judgements }, options);
  expect(kinds).toMatchObject({
    'category usual': { questions: 11, 'ndcg@10': expect.closeTo(1 / Math.log2(3), 9), bm25: 1 },
  });
  expect(Object.keys(kinds ?? {})).not.toContain('category rare');
});
