import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readQuestionFolder } from './beir.ts';

describe('readQuestionFolder', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'footnote-beir-'));
  });
  afterEach(() => rm(folder, { recursive: true }));
  const write = (name: string, text: string) => writeFile(join(folder, name), text);

  it('reads corpus, questions and judgements', async () => {
    await write('corpus.jsonl', '{"_id": 7, "text": "seven"}\n\n{"id": "b", "title": "B", "text": "bee"}\n');
    await write(
      'queries.jsonl',
      '{"id": "q", "text": "which?", "answerable": false, "gold_sentences": [["one"], ["two"]]}\n',
    );
    await write('qrels.tsv', 'query-id\tcorpus-id\tscore\nq\tb\t2\nq\t7\t0\n');
    const { corpus, queries, judgements } = await readQuestionFolder(folder);
    expect(await Array.fromAsync(corpus?.() ?? [])).toEqual([
      { id: '7', title: '', text: 'seven' },
      { id: 'b', title: 'B', text: 'bee' },
    ]);
    expect(queries).toMatchObject([{ id: 'q', text: 'which?', answerable: false, goldSentences: ['one', 'two'] }]);
    expect(judgements.get('q')).toEqual(
      new Map([
        ['b', 2],
        ['7', 0],
      ]),
    );
  });

  it('takes judgements without a header and in four columns, and documents instead of a corpus', async () => {
    await mkdir(join(folder, 'documents'));
    await write('queries.jsonl', '{"id": "q", "text": "which?"}');
    await write('qrels.tsv', 'q\td1\t1\r\nq\t0\td2\t1\n');
    const { corpus, judgements } = await readQuestionFolder(folder);
    expect(corpus).toBeNull();
    expect([...(judgements.get('q')?.keys() ?? [])]).toEqual(['d1', 'd2']);
  });

  it.each([
    ['no corpus', {}, 'corpus.jsonl'],
    ['no questions', { 'corpus.jsonl': '' }, 'queries.jsonl'],
    [
      'a line that is not JSON',
      { 'corpus.jsonl': '', 'queries.jsonl': '{"id": "q", "text": "a"}\n{"id"' },
      'queries.jsonl:2',
    ],
    ['a question without text', { 'corpus.jsonl': '', 'queries.jsonl': '{"id": "q"}' }, 'queries.jsonl:1'],
  ])('names the place of %s', async (_name, files, place) => {
    for (const [name, text] of Object.entries(files)) await write(name, text);
    const failure = await readQuestionFolder(folder).catch((error) => error);
    expect(failure).toMatchObject({ code: 'INVALID_REQUEST' });
    expect(`${failure.detail} ${JSON.stringify(failure.errors)}`).toContain(place);
  });
});
