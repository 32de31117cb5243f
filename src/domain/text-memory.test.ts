import { expect, it } from 'vitest';
import { createTextMemory, forgetTexts, rememberReading } from './text-memory.ts';

it('empties all memories, which work on', () => {
  const memories = [createTextMemory<string, object>({ max: 2 }), createTextMemory<string, object>({ max: 2 })];
  for (const memory of memories) memory.set('a text', {});
  forgetTexts();
  expect(memories.map(({ size }) => size)).toEqual([0, 0]);
  for (const memory of memories) for (const text of ['a', 'b', 'c']) memory.set(text, {});
  expect(memories.map((memory) => [...memory.keys()])).toEqual(Array(2).fill(['c', 'b']));
});

it('reads a text once in each language, and again once it is forgotten', () => {
  const asked: string[] = [];
  const read = rememberReading({ max: 9 }, (text, language) => {
    asked.push(`${language} ${text}`);
    return { text };
  });
  expect(read('a', 'en')).toBe(read('a', 'en'));
  read('a', 'de');
  expect(asked).toEqual(['en a', 'de a']);
  forgetTexts();
  read('a', 'en');
  expect(asked).toHaveLength(3);
});
