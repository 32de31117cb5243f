import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDataset } from './dataset.ts';
import { importCases } from './import-cases.ts';
import { lintDataset } from './lint-dataset.ts';
import { statsOf } from './stats.ts';

const options = { signal: new AbortController().signal, onProgress: () => {} };
const handbook = join(import.meta.dirname, '../../datasets/handbook');

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'footnote-lint-'));
});
afterEach(() => rm(folder, { recursive: true }));

const write = async (name: string, ...lines: readonly object[]) => {
  await writeFile(join(folder, name), lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  return join(folder, name);
};

describe('lint', () => {
  it('finds nothing wrong with the sample set, whose quotes its documents hold', async () => {
    expect(await lintDataset(handbook, options)).toMatchObject({ cases: 227, errors: 0, warnings: 0 });
  });

  it('names rule, file and line of all that is wrong at once', async () => {
    await mkdir(join(folder, 'documents'));
    await writeFile(join(folder, 'documents', 'lantern.md'), '# Lantern\n\nIt was built in **1902**\nby Ada.\n');
    const doc = 'lantern.md';
    const file = await write(
      'cases.jsonl',
      {
        id: 'held',
        question: 'When was it built?',
        answerable: true,
        answers: ['1902'],
        gold_quotes: [{ doc, quote: 'It was built in 1902 by Ada.' }],
      },
      { id: 'held', question: 'An id again?', answers: ['x'] },
      {
        id: 'changed',
        question: 'By whom?',
        answers: ['Ada'],
        gold_quotes: [{ doc, quote: 'It was built in 1903 by Ada.' }],
      },
      {
        id: 'elsewhere',
        question: 'Where?',
        gold_docs: [{ id: 'none.md' }],
        gold_quotes: [{ doc: 'none.md', quote: 'In Ravenna.' }],
      },
      { id: 'same', question: 'when was it built', answers: ['1902'] },
      { id: 'other-year', question: 'When was it built, in 1903?', answers: ['no'] },
      { id: 'both', question: 'Who sold it?', answerable: false, answers: ['Ada'] },
      { id: 'bare', question: 'And then?', answerable: true },
      { id: 'pattern', question: 'How?', checks: [{ kind: 'regex', value: '(' }] },
      { id: 'wrong', question: 7 },
    );
    const { findings, errors, warnings } = await lintDataset(file, options);
    expect(findings.map(({ line, rule }) => `${line} ${rule}`)).toEqual([
      '2 duplicate-id',
      '3 quote-not-found',
      '4 document-not-found',
      '5 similar-question',
      '7 unanswerable-with-answer',
      '8 answerable-without-answer',
      '8 missing-gold',
      '9 broken-pattern',
      '10 unreadable',
    ]);
    expect({ errors, warnings }).toEqual({ errors: 6, warnings: 3 });
    expect(findings[0]).toMatchObject({ file, message: 'the id "held", the id of line 1' });
  });

  it('looks for forbidden documents, and takes the same question of another asker for another one', async () => {
    const corpus = await write('corpus.jsonl', { id: 'pay', text: 'Pay is 7.', acl: ['group:finance'] });
    const known = { question: 'How much?', answers: ['7'], answerable: true };
    const file = await write(
      'cases.jsonl',
      { ...known, id: 'group', groups: ['finance'], gold_docs: [{ id: 'pay' }], forbidden_docs: ['pay'] },
      { ...known, id: 'nobody', forbidden_docs: ['pay', 'gone'] },
      { ...known, id: 'neighbour', tenant: 'harbour' },
    );
    const { findings } = await lintDataset(file, { ...options, corpus });
    expect(findings.map(({ line, rule, message }) => [line, rule, message])).toEqual([
      [null, 'class-balance', expect.anything()],
      [1, 'forbidden-gold', 'pay is wanted and forbidden'],
      [2, 'document-not-found', 'the corpus has no gone'],
    ]);
    await write('corpus.jsonl', { id: 'pay', text: 'Pay is 7.', acl: ['finance'] });
    await expect(lintDataset(file, { ...options, corpus })).rejects.toMatchObject({
      errors: [{ field: 'line 1, acl.0', expected: 'public, group:NAME or user:NAME' }],
    });
  });

  it('says that one class is too small to be measured, and that a file holds no case', async () => {
    const many = Array.from({ length: 30 }, (_, index) => ({
      id: String(index),
      question: `Q${index}?`,
      answers: ['x'],
      answerable: index > 0,
    }));
    const file = await write('cases.jsonl', ...many.map((one) => (one.answerable ? one : { ...one, answers: [] })));
    expect((await lintDataset(file, options)).findings).toMatchObject([
      { rule: 'class-balance', message: expect.stringContaining('1 of 30 cases are unanswerable') },
    ]);
    const empty = await write('wrong.jsonl', { id: 'a', question: 1 });
    expect((await lintDataset(empty, options)).findings.map(({ rule }) => rule)).toEqual([
      'empty-dataset',
      'unreadable',
    ]);
  });

  it('reports an assertion that no check expresses as an error of its line', async () => {
    const file = join(folder, 'tests.yaml');
    await writeFile(file, 'tests:\n  - vars: { question: Why? }\n    assert: [{ type: javascript, value: x }]\n');
    const { findings } = await lintDataset(file, options);
    expect(findings).toContainEqual(expect.objectContaining({ rule: 'unknown-assert', severity: 'error', line: 2 }));
  });
});

describe('import', () => {
  it('writes native cases with the hash of those they were read from', async () => {
    const out = join(folder, 'cases.jsonl');
    expect(await importCases(handbook, { ...options, out })).toMatchObject({
      format: 'beir',
      cases: 227,
      problems: [],
    });
    const [before, after] = [await openDataset(handbook), await openDataset(out, { corpus: handbook })];
    expect(after).toMatchObject({ format: 'native', hash: before.hash, documents: before.documents });
    expect((await readFile(out, 'utf8')).split('\n')[0]).not.toContain('nuggets');
  });

  it('writes nothing, and leaves what was there, when a record cannot be read', async () => {
    const out = await write('out.jsonl', { id: 'old', question: 'Old?' });
    const file = await write('cases.jsonl', { id: 'a', question: 'x' }, { id: 'b' });
    expect((await importCases(file, { ...options, out })).problems).toMatchObject([
      { file, line: 2, field: 'question' },
    ]);
    expect(await readFile(out, 'utf8')).toContain('Old?');
  });

  it('takes of a reviewed table what was accepted, as it was changed', async () => {
    const one = { id: 'one', question: 'When?', answers: ['1902'], gold_quotes: [{ doc: 'a.md', quote: 'In 1902.' }] };
    const cell = (value: object) => `"${JSON.stringify(value).replaceAll('"', '""')}"`;
    const rows = [
      `accept,one,When was it built?,1902,${cell(one)}`,
      `,two,Why?,x,${cell({ ...one, id: 'two' })}`,
      `maybe,three,How?,x,${cell(one)}`,
    ];
    const file = join(folder, 'review.csv');
    await writeFile(file, ['decision,id,question,answer,case', ...rows].join('\n'));
    const out = join(folder, 'out.jsonl');
    const report = await importCases(file, { ...options, out });
    expect(report).toMatchObject({
      format: 'review',
      cases: 1,
      preview: [{ id: 'one', question: 'When was it built?', answers: ['1902'] }],
    });
    expect(report.problems).toMatchObject([{ line: 4, field: 'decision' }]);
  });
});

it('counts classes, tags, clusters and lengths', async () => {
  const file = await write(
    'cases.jsonl',
    {
      id: 'a',
      question: 'When was it built?',
      answerable: true,
      answers: ['in 1902'],
      tags: ['dates'],
      cluster: 'one',
    },
    { id: 'b', question: 'Who?', answerable: false, tags: ['dates', 'people'], cluster: 'one' },
    { id: 'c', question: '日本語の質問', split: 'dev' },
  );
  expect(await statsOf(file, {})).toMatchObject({
    cases: 3,
    answerable: { yes: 1, no: 1, unknown: 1 },
    having: { answers: 1, checks: 0 },
    tags: { dates: 2, people: 1 },
    splits: { dev: 1 },
    clusters: { named: 1, largest: 2, effective: 2 },
    words: { question: { p50: 3, max: 4 }, answer: { p50: 2 }, goldQuote: null },
  });
});
