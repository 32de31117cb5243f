import { expect, it } from 'vitest';
import { createTextMemory, forgetTexts } from './text-memory.ts';

it('empties all memories, which work on', () => {
  const memories = [createTextMemory<string, object>({ max: 2 }), createTextMemory<string, object>({ max: 2 })];
  for (const memory of memories) memory.set('a text', {});
  forgetTexts();
  expect(memories.map(({ size }) => size)).toEqual([0, 0]);
  for (const memory of memories) for (const text of ['a', 'b', 'c']) memory.set(text, {});
  expect(memories.map((memory) => [...memory.keys()])).toEqual(Array(2).fill(['c', 'b']));
});
