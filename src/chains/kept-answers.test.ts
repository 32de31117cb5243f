import { expect, it } from 'vitest';
import { newId, type TenantId } from '../domain/ids.ts';
import type { AnswerRecord } from '../store/answers.ts';
import { createKeptAnswers, type KeptAnswer } from './kept-answers.ts';

const [one, other] = [newId('tenant'), newId('tenant')];
const answer = (tenant: TenantId, generation: number): KeptAnswer => ({
  ...{ tenant, generation, events: [] },
  record: { question: 'What?' } as unknown as AnswerRecord,
});

it('forgets the answers of one tenant, and says how many', () => {
  const kept = createKeptAnswers({ bytes: 10_000, seconds: 60 });
  kept.set('a', answer(one, 1));
  kept.set('b', answer(one, 1));
  kept.set('c', answer(other, 1));
  expect(kept.forget(one)).toBe(2);
  expect([kept.get('a'), kept.get('b'), kept.get('c')]).toEqual([undefined, undefined, answer(other, 1)]);
});

it('drops what was computed before the sources changed', async () => {
  const kept = createKeptAnswers({ bytes: 10_000, seconds: 60 });
  kept.set('old', answer(one, 1));
  kept.set('new', answer(one, 2));
  kept.set('other', answer(other, 1));
  await kept.dropStale(async (tenant) => (tenant === one ? 2 : 1));
  expect(kept.get('old')).toBeUndefined();
  expect(kept.get('new')).toBeDefined();
  expect(kept.get('other')).toBeDefined();
});

it('keeps none where it has no room', () => {
  const kept = createKeptAnswers({ bytes: 0, seconds: 60 });
  kept.set('a', answer(one, 1));
  expect(kept.get('a')).toBeUndefined();
  expect(kept.forget(one)).toBe(0);
});
