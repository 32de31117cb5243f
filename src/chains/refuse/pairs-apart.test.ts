import { expect, test } from 'vitest';
import { createTermWeights } from '../evidence/term-weights.ts';
import { pairsApart } from './pairs-apart.ts';

const weights = createTermWeights({ lookUp: null, tenant: 'ten_1', sample: 'The documents are written in English.' });
const far = 'The dark room holds servers, cables, racks, lamps, tools, ladders, boxes and spare parts for every mode.';

test.each([
  ['Does Kestrel have a dark mode?', ['Kestrel has a dark mode.'], 0],
  ['Does Kestrel have a dark mode?', ['Choose the mode when it is dark.', 'Kestrel syncs.'], 0.5],
  ['Does Kestrel have a dark mode?', [far], 1],
  ['Does Kestrel have a dark mode?', [], 1],
  ['Mode?', ['The mode.'], 0],
  ['', ['The mode.'], 0],
])('%s in %j', (question, texts, expected) => expect(pairsApart(question, texts, weights)).toBe(expected));
