import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { evaluateGroundedness } from './groundedness.ts';
import { type GroundednessCase, readGroundednessFile } from './readers/groundedness.ts';

const context = ['Deleted files are kept for 30 days. Guests cannot share folders.', 'Refunds take five working days.'];

function caseOf(response: string, isUnsupported: boolean): GroundednessCase {
  return { id: response, context, question: '', response, isUnsupported };
}

const evaluate = (cases: readonly GroundednessCase[]) =>
  evaluateGroundedness(cases, { signal: new AbortController().signal, onProgress: () => {} });

describe('evaluateGroundedness', () => {
  it('tells invented answers from those of the context, and names what spoke against them', async () => {
    const report = await evaluate([
      caseOf('Deleted files are kept for 30 days.', false),
      caseOf('Guests cannot share folders. Refunds take five working days.', false),
      caseOf('Deleted files are kept for 90 days.', true),
      caseOf('Invoices go to the billing address in Ravenna.', true),
    ]);
    expect(report).toMatchObject({ answers: 4, unsupported: 2, auroc: 1, auprc: 1, f1: 1 });
    expect(report.cases[2]?.weakest?.contributions).toHaveProperty('wrongNumber');
    expect(Object.keys(report.byLength)).toHaveLength(4);
    expect(report.intervals.auroc).toEqual([1, 1]);
  });

  it('weighs a sentence by its words: a short aside does not sink an answer', async () => {
    const [aside, half] = (
      await evaluate([
        caseOf('Sure! Deleted files are kept for 30 days. Guests cannot share folders.', false),
        caseOf('Invoices go to Ravenna each month, on paper. Guests cannot share folders.', true),
      ])
    ).cases;
    expect(aside?.score).toBeGreaterThan(0.85);
    expect(half?.score).toBeLessThan(0.5);
  });

  it('has no figures for one kind alone, and none for an answer without words', async () => {
    expect(await evaluate([caseOf('…', false)])).toMatchObject({ auroc: null, auprc: null, f1: null });
  });

  it('stops at the signal', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(evaluateGroundedness([caseOf('x', true)], { signal, onProgress: () => {} })).rejects.toThrow('enough');
  });
});

describe('readGroundednessFile', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'footnote-groundedness-'));
  });
  afterAll(async () => await rm(folder, { recursive: true }));

  const line = JSON.stringify({ context: 'One text.', response: 'An answer.', label: 1, more: true });

  it('reads plain and packed lines, with a text or a list of texts as context', async () => {
    const file = join(folder, 'a.jsonl.gz');
    const listed = JSON.stringify({ id: 7, context: ['a', 'b'], question: 'q', response: 'r', label: 0 });
    await writeFile(file, gzipSync(`${line}\n\n${listed}\n`));
    expect(await readGroundednessFile(file)).toEqual([
      { id: '1', context: ['One text.'], question: '', response: 'An answer.', isUnsupported: true },
      { id: '7', context: ['a', 'b'], question: 'q', response: 'r', isUnsupported: false },
    ]);
  });

  it.each([
    ['a label that is none', line.replace('"label":1', '"label":2'), 'line 2, label'],
    ['no context', line.replace('context', 'text'), 'line 2, context'],
    ['no response', line.replace('response', 'answer'), 'line 2, response'],
    ['no JSON', line.slice(0, 20), 'line 2, the line'],
  ])('names file, line and field: %s', async (_name, wrong, field) => {
    const file = join(folder, 'wrong.jsonl');
    await writeFile(file, `${line}\n${wrong}\n`);
    await expect(readGroundednessFile(file)).rejects.toMatchObject({
      code: 'INVALID_REQUEST',
      detail: expect.stringContaining('wrong.jsonl'),
      errors: [{ field }],
    });
  });

  it('says so when there is no file, nothing in it, or no gzip', async () => {
    await writeFile(join(folder, 'empty.jsonl'), '\n');
    await writeFile(join(folder, 'plain.jsonl.gz'), line);
    for (const name of ['none.jsonl', 'empty.jsonl', 'plain.jsonl.gz'])
      await expect(readGroundednessFile(join(folder, name))).rejects.toMatchObject({ errors: [{ field: 'file' }] });
  });
});
