import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { loadConfig } from '../config.ts';
import { importDataset, lint, stats } from './datasets.ts';
import type { Invocation } from './invocation.ts';
import { createOutput } from './output.ts';

let folder = '';
let printed = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'footnote-datasets-'));
});
afterAll(async () => await rm(folder, { recursive: true }));
beforeEach(() => {
  printed = '';
});

function context(json = false): Invocation {
  const sink = { write: (part: string) => (printed += part) };
  return {
    config: loadConfig({}),
    output: createOutput(json, sink, sink),
    progress: { show: () => {}, note: () => {}, end: () => {} },
    signal: new AbortController().signal,
  };
}

const table = async (text: string) => {
  await writeFile(join(folder, 'faq.csv'), text);
  return join(folder, 'faq.csv');
};

it('imports a table by a map, says what it took, and fails where a row has no question', async () => {
  const out = join(folder, 'cases.jsonl');
  const file = await table('q,a\nWhen?,1902\nWhere?,Ravenna\n');
  expect(await importDataset(context(), file, { out, map: 'question=q,answers=a' })).toBe(0);
  expect(printed).toContain('When? → 1902');
  expect(printed).toContain(`Wrote 2 cases to ${out}`);
  expect(await readFile(out, 'utf8')).toMatch(/"question":"When\?","answers":\["1902"\]/);
  printed = '';
  const broken = await table('q,a\n,1902\n');
  expect(await importDataset(context(), broken, { out, map: 'question=q', format: 'table' })).toBe(1);
  expect(printed).toContain(`${broken}:2: q: expected a question at q`);
  await expect(importDataset(context(), file, { out, map: 'subject=q' })).rejects.toMatchObject({
    errors: [{ field: '--map', received: 'subject=q' }],
  });
});

it('lints with file and line, and fails for errors but not for warnings', async () => {
  const file = join(folder, 'lint.jsonl');
  const warned = { id: 'a', question: 'When?', answerable: true };
  await writeFile(file, `${JSON.stringify(warned)}\n`);
  expect(await lint(context(), file, {})).toBe(0);
  expect(printed).toContain(`${file}:1: warning answerable-without-answer: `);
  await writeFile(file, `${JSON.stringify({ ...warned, answerable: false, answers: ['1902'] })}\n`);
  printed = '';
  expect(await lint(context(true), file, {})).toBe(1);
  expect(JSON.parse(printed)).toMatchObject({
    errors: 1,
    findings: [{}, { rule: 'unanswerable-with-answer', line: 1 }],
  });
});

it('prints counts and the hash', async () => {
  const file = await table('question,answer,category\nWhen?,1902,dates\n');
  await stats(context(true), file, {});
  expect(JSON.parse(printed)).toMatchObject({
    format: 'table',
    cases: 1,
    tags: { dates: 1 },
    hash: expect.stringMatching(/^sha256:/),
  });
});
