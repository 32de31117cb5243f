import { expect, it } from 'vitest';
import { asQuestion, letQuestionsPass, openQuestion, questionsAtOnce } from './questions.ts';

it('knows what belongs to a question until it is over', async () => {
  expect(openQuestion()).toBeNull();
  expect(questionsAtOnce(60_000)).toBe(0);
  let late: Promise<unknown> = Promise.resolve();
  const { promise: isOver, resolve: end } = Promise.withResolvers<void>();
  await asQuestion(async () => {
    await Promise.resolve();
    expect(openQuestion()).not.toBeNull();
    expect(questionsAtOnce(0)).toBe(1);
    late = isOver.then(openQuestion);
  });
  end();
  expect(await late).toBeNull();
  expect(questionsAtOnce(60_000)).toBe(1);
  expect(questionsAtOnce(0)).toBe(0);
});

it('is over when the work fails', async () => {
  const question = asQuestion(async () => {
    throw new Error('no');
  });
  await expect(question).rejects.toThrow('no');
  expect(questionsAtOnce(0)).toBe(0);
});

it('lets a question pass before the next piece of long work', async () => {
  const order: string[] = [];
  await letQuestionsPass();
  const { promise: isOver, resolve: end } = Promise.withResolvers<void>();
  const question = asQuestion(async () => {
    await isOver;
    order.push('answered');
  });
  const work = letQuestionsPass().then(() => order.push('went on'));
  end();
  await Promise.all([question, work]);
  expect(order).toEqual(['answered', 'went on']);
});

it('goes on when a question takes long', async () => {
  const { promise: isOver, resolve: end } = Promise.withResolvers<void>();
  const question = asQuestion(async () => await isOver);
  await letQuestionsPass();
  end();
  await question;
});
