import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readGroundednessFile } from '../groundedness.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'footnote-labelled-'));
});
afterAll(async () => await rm(folder, { recursive: true }));

const write = async (name: string, content: string | object) => {
  await writeFile(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
  return join(folder, name);
};

it('reads RAGTruth by its two files, and keeps apart what is true all the same', async () => {
  const sources = [
    {
      source_id: '1',
      task_type: 'QA',
      source_info: { question: 'When?', passages: 'passage 1:It opened in 1902.\n\npassage 2:It closed in 1911.\n\n' },
    },
    { source_id: '2', task_type: 'Data2txt', source_info: { name: 'Lantern', open: null } },
  ];
  const responses = [
    { id: 'a', source_id: '1', labels: [], quality: 'good', response: 'In 1902.' },
    {
      id: 'b',
      source_id: '2',
      labels: [{ start: 0, end: 4, implicit_true: true }],
      quality: 'truncated',
      response: 'In Ravenna.',
    },
  ];
  const lines = (list: readonly object[]) => list.map((one) => JSON.stringify(one)).join('\n');
  await write('source_info.jsonl', lines(sources));
  const file = await write('response.jsonl', lines(responses));
  const read = await readGroundednessFile(folder);
  expect(read).toMatchObject([
    {
      id: 'a',
      question: 'When?',
      context: ['It opened in 1902.', 'It closed in 1911.'],
      isUnsupported: false,
      strata: ['QA'],
    },
    {
      id: 'b',
      context: [expect.stringContaining('Lantern')],
      isUnsupported: true,
      strata: ['Data2txt', 'implicit_true', 'truncated'],
    },
  ]);
  expect(await readGroundednessFile(file)).toEqual(read);
  await write('response.jsonl', lines([{ ...responses[0], source_id: '9' }]));
  await expect(readGroundednessFile(folder)).rejects.toMatchObject({
    errors: [{ field: 'line 1, source_id', received: '9' }],
  });
});

it('reads the human ratings of MTRAG by their mean, and leaves out what nobody rated', async () => {
  const rating = (...values: readonly (number | string)[]) =>
    Object.fromEntries(values.map((value, at) => [`rater${at}`, { value }]));
  const file = await write('mtrag.json', {
    documents: [{ document_id: 'd', text: 'It opened in 1902.' }],
    tasks: [
      {
        task_id: 't',
        input: [
          { speaker: 'user', text: 'What of it?' },
          { speaker: 'agent', text: 'It is old.' },
          { speaker: 'user', text: 'When?' },
        ],
        contexts: [{ document_id: 'd' }],
      },
    ],
    evaluations: [
      { task_id: 't', model_id: 'm', model_response: 'In 1902.', annotations: { Faithfulness: rating(4, 3, '2') } },
      { task_id: 't', model_id: 'n', model_response: 'In 1911.', annotations: { Faithfulness: rating(3, 2) } },
      { task_id: 't', model_id: 'o', model_response: 'Who knows.', annotations: { rouge: rating(1) } },
    ],
  });
  expect(await readGroundednessFile(file)).toMatchObject([
    { id: 't m', question: 'When?', context: ['It opened in 1902.'], isUnsupported: false },
    { id: 't n', isUnsupported: true },
  ]);
});

it('reads FaithBench as a batch and as a table, by the worst label', async () => {
  const sample = (id: number, ...labels: readonly string[]) => ({
    sample_id: id,
    source: 'It opened.',
    summary: 'Opened.',
    annotations: [{ label: labels }],
    metadata: { summarizer: 'm' },
  });
  const batch = await write('batch_1.json', {
    samples: [sample(0, 'Benign', 'Unwanted.Intrinsic'), sample(1, 'Questionable'), { ...sample(2), annotations: [] }],
  });
  const read = await readGroundednessFile(batch);
  expect(read.map(({ isUnsupported, strata }) => [isUnsupported, strata?.[0]])).toEqual([
    [true, 'Unwanted'],
    [false, 'Questionable'],
    [false, 'Consistent'],
  ]);
  const table = await write(
    'FaithBench.csv',
    'source,summary,LLM,worst-label,best-label\nIt opened.,"Opened,\nsure.",m,Unwanted,Benign\n',
  );
  expect(await readGroundednessFile(table)).toMatchObject([
    { response: 'Opened,\nsure.', isUnsupported: true, context: ['It opened.'] },
  ]);
});

it('reads BEGIN, and names the line of a label that it does not have', async () => {
  const header = 'model_name\tdata_source\tknowledge\tmessage\tresponse\tbegin_label\n';
  const row = (label: string) => `t5\twow\tIt said "open" in 1902.\tWhen?\tin 1902\t${label}\n`;
  const file = await write('begin.tsv', header + row('Fully attributable') + row('Generic'));
  expect(await readGroundednessFile(file)).toMatchObject([
    { question: 'When?', context: ['It said "open" in 1902.'], isUnsupported: false },
    { isUnsupported: true, strata: ['Generic', 't5'] },
  ]);
  await write('begin.tsv', header + row('Perhaps'));
  await expect(readGroundednessFile(file)).rejects.toMatchObject({ errors: [{ field: 'line 2, begin_label' }] });
});

it('reads each cited sentence of ALCE with what it cites', async () => {
  const docs = [
    { title: 'a', text: 'It opened in 1902.' },
    { title: 'b', text: 'It closed in 1911.' },
  ];
  const sentences = [
    { text: 'It opened in 1902 [1].', citations: [{ citation_precision_score: 2 }], sentence_recall_score: 1 },
    { text: 'It never closed [2].', citations: [{ text: 'It closed in 1911.' }], sentence_recall_score: 0 },
    { text: 'So it goes.', citations: [], sentence_recall_score: 0 },
  ];
  const file = await write('alce.json', {
    asqa: { chatgpt: { q1: { question: 'When?', docs, sentences }, overall_results: { f1: 1 } } },
  });
  expect(await readGroundednessFile(file)).toMatchObject([
    {
      response: 'It opened in 1902.',
      context: ['It opened in 1902.'],
      isUnsupported: false,
      strata: ['asqa', 'chatgpt'],
    },
    { response: 'It never closed.', context: ['It closed in 1911.'], isUnsupported: true },
  ]);
});

it('says so when nothing in a file is a labelled answer', async () => {
  await expect(readGroundednessFile(await write('odd.csv', 'a,b\n1,2\n'))).rejects.toMatchObject({
    errors: [{ received: 'a, b' }],
  });
  await expect(readGroundednessFile(await write('odd.json', { a: { b: { c: 1 } } }))).rejects.toMatchObject({
    code: 'INVALID_REQUEST',
  });
});
