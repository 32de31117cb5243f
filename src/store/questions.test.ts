import { expect, it } from 'vitest';
import { asQuestion, openQuestion, wasAskedWithin } from './questions.ts';

it('knows what belongs to a question until it is over', async () => {
  expect(openQuestion()).toBeNull();
  expect(wasAskedWithin(60_000)).toBe(false);
  let late: Promise<unknown> = Promise.resolve();
  const { promise: isOver, resolve: end } = Promise.withResolvers<void>();
  await asQuestion(async () => {
    await Promise.resolve();
    expect(openQuestion()).not.toBeNull();
    expect(wasAskedWithin(0)).toBe(true);
    late = isOver.then(openQuestion);
  });
  end();
  expect(await late).toBeNull();
  expect(wasAskedWithin(60_000)).toBe(true);
  expect(wasAskedWithin(0)).toBe(false);
});

it('is over when the work fails', async () => {
  const question = asQuestion(async () => {
    throw new Error('no');
  });
  await expect(question).rejects.toThrow('no');
  expect(wasAskedWithin(0)).toBe(false);
});
