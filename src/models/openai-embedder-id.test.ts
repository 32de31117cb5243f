import fc from 'fast-check';
import { expect, it } from 'vitest';
import { noPrefixes, readOpenAiId, writeOpenAiId } from './openai-embedder-id.ts';

it('names model and dimensions, and prefixes where there are any', () => {
  const e5 = { model: 'intfloat/e5-base-v2', dimensions: 768 };
  expect(writeOpenAiId({ ...e5, prefixes: noPrefixes })).toBe('openai:intfloat/e5-base-v2:768');
  expect(writeOpenAiId({ ...e5, prefixes: { question: 'query: ', document: 'passage: ' } })).toBe(
    'openai:intfloat/e5-base-v2:768?question=query%3A+&document=passage%3A+',
  );
  expect(writeOpenAiId({ ...e5, prefixes: { question: 'query: ', document: '' } })).toBe(
    'openai:intfloat/e5-base-v2:768?question=query%3A+',
  );
});

it('reads back what it wrote', () => {
  const model = fc.stringMatching(/^[a-zA-Z0-9][a-zA-Z0-9/:._ -]*$/).filter((name) => name.trim() !== '');
  const prefix = fc.string({ unit: 'grapheme' });
  fc.assert(
    fc.property(model, fc.integer({ min: 1, max: 9999 }), prefix, prefix, (name, dimensions, question, document) => {
      const written = { model: name, dimensions, prefixes: { question, document } };
      expect(readOpenAiId(writeOpenAiId(written))).toEqual(written);
    }),
  );
});

it.each(['all-MiniLM-L6-v2-int8', 'text-embedding-3-large', 'nomic:v1.5', 'openai:768', 'openai::768'])(
  'does not take %s for one',
  (id) => {
    expect(readOpenAiId(id)).toBeNull();
  },
);
