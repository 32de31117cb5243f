import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { loadPrompts } from '../src/chains/prompts/load-prompts.ts';
import { readRewritingFile } from './readers/rewriting.ts';
import { evaluateRewriting } from './rewriting.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'footnote-rewriting-'));
});
afterEach(() => rm(folder, { recursive: true }));

const lines = [
  {
    id: 'first',
    history: ['The Lanterns (band)', 'History'],
    last_turn: 'When did they disband?',
    rewrite: 'When did The Lanterns disband?',
  },
  {
    id: 'second',
    history: ['The Lanterns (band)', 'History', 'When did they disband?', 'In 1969.'],
    last_turn: 'Who wrote the song Harbour Lights for The Lanterns?',
    rewrite: 'Who wrote the song Harbour Lights for The Lanterns?',
  },
];
const text = lines.map((line) => JSON.stringify(line)).join('\n\n');
const options = { signal: new AbortController().signal, onProgress: () => {} };

it('scores what the product writes beside the question as it was', async () => {
  const file = join(folder, 'follow-ups.jsonl.gz');
  await writeFile(file, gzipSync(text));
  const cases = await readRewritingFile(file);
  expect(cases[1]).toMatchObject({
    topic: 'The Lanterns (band)',
    history: [{ question: 'When did they disband?', answer: 'In 1969.' }],
  });
  const report = await evaluateRewriting({ chat: null, prompt: loadPrompts().condenseQuestion }, cases, options);
  expect(report).toMatchObject({ questions: 2, changed: 0.5, degraded: 0 });
  expect([report.bleu4, report.rouge1]).toEqual([expect.closeTo(100, 8), expect.closeTo(100, 8)]);
  // The first pair alone: 3 of 4 and 3 of 5 words in common.
  expect(report.copy.rouge1).toBeCloseTo((100 + (200 * 3) / 9) / 2, 8);
  expect(report.copy.bleu4).toBeLessThan(100);
  expect(report.withoutTopic.rouge1).toBe(report.copy.rouge1);
  expect(report.cases[0]).toMatchObject({ id: 'first', standalone: 'When did The Lanterns disband?' });
});

it('names file, line and field of what it cannot read', async () => {
  const file = join(folder, 'broken.jsonl');
  await writeFile(file, `${text}\n{"id": "third", "history": [], "rewrite": ""}\n`);
  await expect(readRewritingFile(file)).rejects.toMatchObject({
    code: 'INVALID_REQUEST',
    errors: [{ field: 'line 4, last_turn' }],
  });
  await expect(readRewritingFile(join(folder, 'none.jsonl'))).rejects.toMatchObject({ code: 'INVALID_REQUEST' });
});
