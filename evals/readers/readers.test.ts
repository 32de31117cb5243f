import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EvalCase } from '../case.ts';
import { type CaseOptions, readCases } from './detect.ts';
import type { Problem } from './problem.ts';
import { readQrels, readRun } from './trec.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'footnote-readers-'));
});
afterAll(async () => await rm(folder, { recursive: true }));

const write = async (name: string, content: string | object | readonly object[]) => {
  const lines = (values: readonly object[]) => values.map((value) => JSON.stringify(value)).join('\n');
  const text = typeof content === 'string' ? content : lines(Array.isArray(content) ? content : [content]);
  await writeFile(join(folder, name), text);
  return join(folder, name);
};

/** Cases with their lines, the format that was told, and what was reported. */
async function read(path: string, options: CaseOptions = {}) {
  const problems: Problem[] = [];
  const { format, cases } = await readCases(path, { ...options, report: (problem) => void problems.push(problem) });
  const placed = await Array.fromAsync(cases);
  return { format, cases: placed.map((one) => one.case), lines: placed.map(({ line }) => line), problems };
}

describe('RAGAS', () => {
  it('is read by its names of today and by those before', async () => {
    const today = await write('ragas.jsonl', [
      {
        user_input: 'When was the lantern built?',
        response: 'In 1902.',
        retrieved_contexts: ['It was built in 1902.'],
        reference: '1902',
        reference_contexts: ['Built in 1902.'],
        reference_context_ids: ['lantern.md'],
      },
      {
        user_input: [
          { type: 'human', content: 'Where is it?' },
          { type: 'ai', content: 'In Ravenna.' },
          { type: 'human', content: 'Since when?' },
        ],
      },
    ]);
    const { format, cases, lines } = await read(today);
    expect({ format, lines }).toEqual({ format: 'ragas', lines: [1, 2] });
    expect(cases[0]).toMatchObject({
      answers: ['1902'],
      contexts: ['It was built in 1902.'],
      gold_docs: [{ id: 'lantern.md', grade: 1 }],
      gold_quotes: [{ doc: 'lantern.md', quote: 'Built in 1902.' }],
      meta: { response: 'In 1902.' },
    });
    expect(cases[1]).toMatchObject({
      question: 'Since when?',
      history: [{ question: 'Where is it?', answer: 'In Ravenna.' }],
    });
    const before = await write(
      'ragas-old.json',
      JSON.stringify(
        [{ question: 'When?', contexts: ['a', 'b'], answer: 'x', ground_truths: ['1902', 'in 1902'] }],
        null,
        2,
      ),
    );
    expect((await read(before)).cases[0]).toMatchObject({
      question: 'When?',
      contexts: ['a', 'b'],
      answers: ['1902', 'in 1902'],
    });
  });

  it('is read from a table whose cells hold lists as Python writes them', async () => {
    const file = await write(
      'ragas.csv',
      'user_input,retrieved_contexts,reference\n"When, exactly?","[\'It\\\'s from 1902.\', ""A \'lantern\'\\n""]",1902\n',
    );
    const { cases, lines } = await read(file);
    expect(cases[0]).toMatchObject({
      question: 'When, exactly?',
      contexts: ["It's from 1902.", "A 'lantern'\n"],
      answers: ['1902'],
    });
    expect(lines).toEqual([2]);
  });
});

describe('promptfoo', () => {
  const yaml = `prompts: ['{{question}}']
defaultTest:
  assert:
    - type: not-icontains
      value: as an AI
tests:
  - description: the year
    vars: { question: When was it built?, year: '1902', context: [It was built in 1902.] }
    metadata: { category: dates, owner: ada }
    assert:
      - { type: contains, value: '{{year}}' }
      - { type: icontains-any, value: [built, erected] }
      - { type: not-equals, value: '1903?' }
      - { type: llm-rubric, value: Names the year }
  - vars: { question: Who sold it? }
    assert:
      - type: is-refusal
  - vars: { question: And why? }
    assert:
      - { type: javascript, value: output.length > 3 }
      - { type: assert-set, assert: [{ type: regex, value: '^\\d+$' }] }
`;

  it('becomes checks, by its configuration', async () => {
    const { format, cases, lines, problems } = await read(await write('promptfooconfig.yaml', yaml));
    expect(format).toBe('promptfoo');
    const polite = { kind: 'not-contains', value: 'as an AI', ignore_case: true };
    expect(cases[0]).toMatchObject({
      question: 'When was it built?',
      contexts: ['It was built in 1902.'],
      tags: ['dates'],
      meta: { owner: 'ada', description: 'the year' },
      checks: [
        polite,
        { kind: 'contains', value: '1902', ignore_case: false },
        { kind: 'contains-any', value: ['built', 'erected'], ignore_case: true },
        { kind: 'not-regex', value: expect.stringMatching(/^\^.*\$$/) },
        { kind: 'rubric', value: 'Names the year' },
      ],
    });
    const pattern = new RegExp(String(cases[0]?.checks[3]?.value), 'u');
    expect([pattern.test('1903?'), pattern.test('1903')]).toEqual([true, false]);
    expect(cases[1]).toMatchObject({ answerable: false, checks: [polite] });
    expect(cases[2]?.checks).toMatchObject([polite, { kind: 'regex', value: '^\\d+$' }]);
    expect(lines).toEqual([7, 15, 18]);
    expect(problems).toMatchObject([{ line: 18, field: 'assert', received: '"javascript"' }]);
  });

  it('names what of a configuration it cannot take, in place of leaving it out', async () => {
    const more = `defaultTest: file://defaults.yaml
scenarios: [{ config: [{ vars: { a: 1 } }], tests: [{ vars: { question: Why? } }] }]
tests: [{ vars: { question: When? } }]
`;
    const { cases, problems } = await read(await write('scenarios.yaml', `prompts: ['{{question}}']\n${more}`));
    expect(cases).toHaveLength(1);
    expect(problems).toMatchObject([
      { field: 'scenarios' },
      { field: 'defaultTest', received: '"file://defaults.yaml"' },
    ]);
  });

  it('throws at an assertion that no check expresses where nobody takes the report', async () => {
    const { cases } = await readCases(await write('throws.yaml', yaml));
    await expect(Array.fromAsync(cases)).rejects.toMatchObject({
      code: 'INVALID_REQUEST',
      errors: [{ field: 'line 18, assert' }],
    });
  });

  it('is read from a table, which a configuration may name', async () => {
    await write(
      'tests.csv',
      [
        'question,__expected1,__expected2,__metadata:category,__metadata:parts[],__description',
        'When?,icontains: built,"not-contains-any:a, b",dates,"one, two",first',
        'Note: when?,"Note: 1902",similar(0.8): x,,,',
      ].join('\n'),
    );
    const { cases, problems } = await read(await write('named.yaml', 'prompts: [x]\ntests: file://tests.csv\n'));
    expect(cases[0]).toMatchObject({
      tags: ['dates'],
      meta: { parts: ['one', 'two'], description: 'first' },
      checks: [
        { kind: 'contains', value: 'built', ignore_case: true },
        { kind: 'not-contains', value: 'a' },
        { kind: 'not-contains', value: 'b' },
      ],
    });
    expect(cases[1]?.checks).toMatchObject([{ kind: 'equals', value: 'Note: 1902' }]);
    expect(problems).toMatchObject([
      { file: join(folder, 'tests.csv'), line: 3, field: 'assert', received: '"similar"' },
    ]);
  });

  it('says so when no variable is the question', async () => {
    const file = await write('vars.jsonl', { vars: { topic: 'x', tone: 'y' } });
    expect((await read(file)).problems).toMatchObject([{ field: 'vars', received: 'topic, tone' }]);
    expect((await read(file, { map: { question: 'topic' } })).cases[0]?.question).toBe('x');
  });
});

describe('LangSmith', () => {
  it('is read with usual names, a single one, and messages', async () => {
    const file = await write('langsmith.jsonl', [
      {
        id: 'a',
        inputs: { question: 'When?', context: 'c' },
        outputs: { answer: '1902' },
        metadata: { dataset_split: ['test'], owner: 'ada' },
      },
      { inputs: { anything: 'Where?' }, outputs: { any: ['Ravenna', 'in Ravenna'] }, split: 'dev' },
      {
        inputs: { messages: [{ role: 'user', content: 'Who?' }] },
        outputs: { messages: [{ role: 'assistant', content: 'Ada' }] },
      },
      { inputs: { one: 1, two: 2 }, outputs: {} },
    ]);
    const { format, cases, problems } = await read(file);
    expect(format).toBe('langsmith');
    expect(cases).toMatchObject([
      { id: 'a', question: 'When?', answers: ['1902'], contexts: ['c'], split: 'test', meta: { owner: 'ada' } },
      { question: 'Where?', answers: ['Ravenna', 'in Ravenna'], split: 'dev' },
      { question: 'Who?', answers: ['Ada'] },
    ]);
    expect(problems).toMatchObject([{ line: 4, field: 'inputs', received: 'one, two' }]);
  });
});

describe('DeepEval', () => {
  it('is read from its JSON and its CSV', async () => {
    const golden = {
      input: 'When?',
      expected_output: '1902',
      context: ['a', 'b'],
      source_file: 'lantern.md',
      actual_output: null,
    };
    const { format, cases, lines } = await read(
      await write('goldens.json', JSON.stringify([golden, { ...golden, input: 'Where?' }], null, 2)),
    );
    expect({ format, lines }).toEqual({ format: 'deepeval', lines: [2, 12] });
    expect(cases[0]).toMatchObject({
      answers: ['1902'],
      contexts: ['a', 'b'],
      gold_docs: [{ id: 'lantern.md' }],
      cluster: 'lantern.md',
    });
    const table = await write('goldens.csv', 'input,expected_output,context,retrieval_context\nWhen?,1902,a|b,\n');
    expect((await read(table)).cases[0]).toMatchObject({ contexts: ['a', 'b'] });
  });
});

describe('a table', () => {
  it('is read by a map with paths', async () => {
    const file = await write('any.jsonl', {
      prompt: { q: 'When?' },
      gold: [{ text: '1902' }, { text: 'in 1902' }],
      refs: ['a', 'b'],
      sure: 'no',
      note: 1,
    });
    const map = { question: 'prompt.q', answers: 'gold[*].text', gold_docs: 'refs[0]', answerable: 'sure' };
    const { cases } = await read(file, { format: 'table', map });
    expect(cases[0]).toMatchObject({
      question: 'When?',
      answers: ['1902', 'in 1902'],
      gold_docs: [{ id: 'a' }],
      answerable: false,
      meta: { note: 1 },
    });
  });

  it('is read by the names that it has, which it tells', async () => {
    const found = await readCases(await write('faq.csv', 'Query,Ground Truth,Owner\nWhen?,1902,ada\nWhen?,1902,ada\n'));
    expect(found).toMatchObject({
      format: 'table',
      because: expect.stringContaining('question=Query,answers=Ground Truth'),
    });
    const [first, again] = await Array.fromAsync(found.cases);
    expect(first).toMatchObject({ line: 2, case: { answers: ['1902'], meta: { Owner: 'ada' } } });
    expect(again?.case.id).toBe(`${first?.case.id}-2`);
  });

  it('keeps quoted line ends apart from lines, and names the line that is broken', async () => {
    const { lines } = await read(await write('lines.csv', 'question,answer\n"one\ntwo",x\nthree,y\n'));
    expect(lines).toEqual([2, 4]);
    const broken = await write('broken.csv', 'question,answer\none,x\ntwo\n');
    await expect(read(broken)).rejects.toMatchObject({
      code: 'INVALID_REQUEST',
      detail: expect.stringContaining('broken.csv:3'),
    });
  });

  it('names the line of a quote that is not closed', async () => {
    const open = await write('open.csv', 'question,answer\none,x\ntw"o,y\n');
    await expect(read(open)).rejects.toMatchObject({
      code: 'INVALID_REQUEST',
      errors: [{ field: 'line 3, the line' }],
    });
  });

  it('is refused where nothing is a question', async () => {
    await expect(read(await write('odd.csv', 'a,b\n1,2\n'))).rejects.toMatchObject({ errors: [{ received: 'a, b' }] });
  });
});

describe('TREC', () => {
  it('reads judgements of three and of four columns, and names a line that is neither', async () => {
    const file = await write('qrels.txt', 'q1 0 d1 2\nq1 0 d2 0\nq2\td3\t1\nq3 d4\n');
    const problems: Problem[] = [];
    const qrels = await readQrels(file, (problem) => void problems.push(problem));
    expect(qrels).toEqual(
      new Map([
        [
          'q1',
          new Map([
            ['d1', 2],
            ['d2', 0],
          ]),
        ],
        ['q2', new Map([['d3', 1]])],
      ]),
    );
    expect(problems).toMatchObject([{ line: 4 }]);
  });

  it('orders a run by its scores, and equal ones by the id, as trec_eval does', async () => {
    const run = await readRun(await write('run.txt', 'q1 Q0 a 1 0.5 tag\nq1 Q0 b 2 0.5 tag\nq1 Q0 c 3 0.9 tag\n'));
    expect(run.get('q1')).toEqual(['c', 'b', 'a']);
  });
});

it('gives native cases that are the same when they are read again', async () => {
  const sources = [
    await write('first.jsonl', {
      user_input: 'When?',
      reference: '1902',
      retrieved_contexts: ['It was built in 1902.'],
    }),
    await write('second.csv', 'question,__expected\nWhere?,icontains:Ravenna\n'),
  ];
  for (const source of sources) {
    const { cases } = await read(source);
    const again = await read(await write('again.jsonl', cases satisfies readonly EvalCase[]));
    expect(again).toMatchObject({ format: 'native', cases, problems: [] });
  }
});
