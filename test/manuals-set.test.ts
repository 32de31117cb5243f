import { expect, it } from 'vitest';
import { readQuestionFolder } from '../evals/readers/beir.ts';

it('the manuals have ten questions a page, and each answer stands in its page as it is', async () => {
  const { corpus, queries } = await readQuestionFolder('datasets/manuals');
  const pages = new Map<string, string>();
  for await (const { id, text } of corpus?.() ?? []) pages.set(id, text);
  const misplaced = queries.filter(({ id, answers = [] }) => {
    const page = pages.get(id.split('-')[0] ?? '') ?? '';
    return answers.some((answer) => !page.includes(answer));
  });
  expect(misplaced).toEqual([]);
  expect([pages.size, queries.length, queries.filter(({ answerable }) => answerable).length]).toEqual([
    480, 4800, 2400,
  ]);
});
