import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDataset } from './dataset.ts';

const handbook = join(import.meta.dirname, '../../datasets/handbook');

describe('openDataset', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'footnote-dataset-'));
  });
  afterEach(() => rm(folder, { recursive: true }));
  const write = async (name: string, ...lines: readonly object[]) => {
    await writeFile(join(folder, name), lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    return join(folder, name);
  };
  const ids = async (path: string) =>
    await Array.fromAsync((await openDataset(path)).cases(), (placed) => `${placed.case.id}:${placed.line}`);

  it('gives the sample set with its gold quotes and its documents', async () => {
    const dataset = await openDataset(handbook);
    expect(dataset).toMatchObject({ format: 'beir', count: 227, corpus: null, documents: join(handbook, 'documents') });
    const [first] = await Array.fromAsync(dataset.cases());
    expect(first).toMatchObject({
      line: 1,
      case: {
        id: 'q001',
        answerable: true,
        tags: ['paraphrase'],
        gold_quotes: [{ doc: 'billing/refunds.md', quote: expect.stringContaining('within 30 days of the purchase') }],
      },
    });
  });

  it('reads native cases again at each call, and finds the corpus beside them', async () => {
    await write('corpus.jsonl', { id: 'd', text: 'Blue.' });
    const file = await write('cases.jsonl', { id: 'a', question: 'Which?' }, { id: 'b', question: 'Why?' });
    const dataset = await openDataset(file);
    expect(dataset).toMatchObject({ format: 'native', count: 2, documents: null });
    for (const _ of [1, 2]) expect(await Array.fromAsync(dataset.cases())).toHaveLength(2);
    expect(await Array.fromAsync(dataset.corpus?.() ?? [])).toEqual([{ id: 'd', title: '', text: 'Blue.' }]);
  });

  it('takes the same hash from equal cases, however they are written down, and another one from another corpus', async () => {
    const plain = { id: 'a', question: 'Which?', meta: { one: 1, two: 2 } };
    const file = await write('a.jsonl', plain);
    const same = await write('b.jsonl', { meta: { two: 2, one: 1 }, tags: [], question: 'Which?', id: 'a' });
    const packed = join(folder, 'c.jsonl.gz');
    await writeFile(packed, gzipSync(`\n${JSON.stringify(plain)}`));
    const other = await write('d.jsonl', { ...plain, answers: ['That.'] });
    const hashes = await Promise.all([file, same, packed, other].map(async (path) => (await openDataset(path)).hash));
    expect(new Set(hashes.slice(0, 3)).size).toBe(1);
    expect(hashes[0]).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(hashes[3]).not.toBe(hashes[0]);
    await mkdir(join(folder, 'documents'));
    await writeFile(join(folder, 'documents', 'd.md'), 'Blue.');
    const withCorpus = (await openDataset(file)).hash;
    expect(withCorpus).not.toBe(hashes[0]);
    await writeFile(join(folder, 'documents', 'd.md'), 'Red.');
    expect((await openDataset(file)).hash).not.toBe(withCorpus);
  });

  it('names both lines of an id that two cases have', async () => {
    const file = await write(
      'cases.jsonl',
      { id: 'a', question: 'x' },
      { id: 'b', question: 'x' },
      { id: 'a', question: 'y' },
    );
    await expect(openDataset(file)).rejects.toMatchObject({
      detail: `${file}:3 cannot be read.`,
      errors: [{ field: 'line 3, id', received: '"a", the id of line 1' }],
    });
  });

  it.each([
    [
      'a wrong type',
      '{"id":"a","question":"x","answers":"one"}',
      { field: 'line 2, answers', expected: 'array', received: '"one"' },
    ],
    [
      'an unknown field',
      '{"id":"a","question":"x","answer":"one"}',
      { field: 'line 2, the record', expected: expect.stringContaining('answer') },
    ],
    ['half a line', '{"id":"a","quest', { field: 'line 2, the line', expected: 'JSON' }],
  ])('names file, line, field and what was expected: %s', async (_name, line, error) => {
    const file = join(folder, 'cases.jsonl');
    await writeFile(file, `{"id":"0","question":"x"}\n${line}\n`);
    await expect(openDataset(file)).rejects.toMatchObject({ code: 'INVALID_REQUEST', errors: [error] });
  });

  it('refuses a set without cases', async () => {
    await writeFile(join(folder, 'cases.jsonl'), '\n\n');
    await expect(ids(join(folder, 'cases.jsonl'))).rejects.toMatchObject({ code: 'INVALID_REQUEST' });
    await expect(openDataset(join(folder, 'none.jsonl'))).rejects.toMatchObject({ code: 'INVALID_REQUEST' });
  });

  it('takes the paragraphs of SQuAD as the corpus', async () => {
    const context = '😀 The lantern stands in Ravenna since 1902.';
    const qas = [
      {
        id: 'one',
        question: 'Where?',
        answers: [
          { text: 'Ravenna', answer_start: 24 },
          { text: 'in Ravenna', answer_start: 21 },
        ],
      },
      { id: 'two', question: 'Who built it?', is_impossible: true, answers: [] },
    ];
    const file = join(folder, 'dev.json');
    const data = [{ title: 'Lantern', paragraphs: [{ context, qas }] }];
    await writeFile(file, JSON.stringify({ version: 'v2.0', data }, null, 1));
    const dataset = await openDataset(file);
    const [one, two] = await Array.fromAsync(dataset.cases());
    expect(one?.case).toMatchObject({
      answerable: true,
      answers: ['Ravenna', 'in Ravenna'],
      gold_docs: [{ id: 'Lantern-0', grade: 1 }],
      gold_quotes: [
        {
          doc: 'Lantern-0',
          quote: 'Ravenna',
          start: context.indexOf('Ravenna'),
          alternatives: [{ quote: 'in Ravenna' }],
        },
      ],
      cluster: 'Lantern',
    });
    expect(two?.case).toMatchObject({ answerable: false, answers: [], gold_docs: [], gold_quotes: [] });
    expect(two?.line).toBeGreaterThan(one?.line ?? 0);
    expect(await Array.fromAsync(dataset.corpus?.() ?? [])).toEqual([
      { id: 'Lantern-0', title: 'Lantern', text: context },
    ]);
  });
});
