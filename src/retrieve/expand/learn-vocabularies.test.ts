import { expect, it } from 'vitest';
import { newId } from '../../domain/ids.ts';
import { createVocabularies } from './learn-vocabularies.ts';

const tenant = newId('tenant');

function open(first: readonly string[]) {
  let texts = first;
  let generation = 1;
  let time = 0;
  let gate: Promise<void> = Promise.resolve();
  const reads: number[] = [];
  const errors: unknown[] = [];
  const vocabularies = createVocabularies({
    texts: {
      generation: async () => generation,
      async *texts() {
        reads.push(generation);
        await gate;
        yield texts;
      },
    },
    onError: (error) => errors.push(error),
    now: () => time,
  });
  return {
    vocabularies,
    reads,
    errors,
    change(next: readonly string[]) {
      texts = next;
      generation += 1;
    },
    pass(milliseconds: number) {
      time += milliseconds;
    },
    hold() {
      const { promise, resolve } = Promise.withResolvers<void>();
      gate = promise;
      return resolve;
    },
  };
}

/** Lets work in the background end. */
const settle = async () => {
  for (let turns = 0; turns < 20; turns += 1) await new Promise((resolve) => setImmediate(resolve));
};

it('learns a small tenant at once, and once', async () => {
  const { vocabularies, reads } = open(['refund']);
  const [one, other] = await Promise.all([vocabularies.of(tenant), vocabularies.of(tenant)]);
  expect([one?.frequency('refund'), other?.frequency('refund')]).toEqual([1, 1]);
  vocabularies.prepare(tenant);
  await settle();
  expect(reads).toEqual([1]);
});

it('does not keep a question waiting for a large one', async () => {
  const { vocabularies, hold } = open(['refund']);
  const release = hold();
  expect(await vocabularies.of(tenant)).toBeNull();
  release();
  await settle();
  expect((await vocabularies.of(tenant))?.frequency('refund')).toBe(1);
});

it('learns anew in the background after the generation has changed, when it has rested', async () => {
  const { vocabularies, reads, change, pass } = open(['refund']);
  await vocabularies.of(tenant);
  change(['invoice']);
  await vocabularies.of(tenant);
  await settle();
  expect(reads).toEqual([1]);
  pass(60_000);
  expect((await vocabularies.of(tenant))?.frequency('invoice')).toBe(0);
  await settle();
  const learnt = await vocabularies.of(tenant);
  expect([learnt?.frequency('invoice'), learnt?.frequency('refund')]).toEqual([1, 0]);
  pass(60_000);
  await vocabularies.of(tenant);
  await settle();
  expect(reads).toEqual([1, 2]);
});

it('reports what fails and tries again at the next need', async () => {
  let fails = true;
  const errors: unknown[] = [];
  const vocabularies = createVocabularies({
    texts: {
      async generation() {
        if (fails) throw new Error('down');
        return 1;
      },
      async *texts() {
        yield ['refund'];
      },
    },
    onError: (error) => errors.push(error),
  });
  expect(await vocabularies.of(tenant)).toBeNull();
  fails = false;
  expect(await vocabularies.of(tenant)).not.toBeNull();
  expect(errors).toHaveLength(1);
});
