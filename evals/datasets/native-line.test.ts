import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { checkKinds, EvalCase } from '../case.ts';
import { textsOf } from '../readers/cells.ts';
import { readCases } from '../readers/detect.ts';
import { reviewTable } from '../synthesize/review-table.ts';
import { nativeLine } from './native-line.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'footnote-native-'));
});
afterAll(async () => await rm(folder, { recursive: true }));

const some = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 });
const any = fc.string({ unit: 'grapheme', maxLength: 12 });
const place = fc.record({ doc: some, quote: some, start: fc.nat() }, { requiredKeys: ['doc', 'quote'] });
const givenCase = fc.record(
  {
    question: some,
    history: fc.array(fc.record({ question: any, answer: any }), { maxLength: 2 }),
    answers: fc.array(any, { maxLength: 2 }),
    nuggets: fc.array(fc.record({ text: some, vital: fc.boolean() }, { requiredKeys: ['text'] }), { maxLength: 2 }),
    answerable: fc.boolean(),
    false_premise: fc.boolean(),
    gold_docs: fc.array(fc.record({ id: some, grade: fc.nat() }, { requiredKeys: ['id'] }), { maxLength: 2 }),
    gold_quotes: fc.array(place, { maxLength: 2 }),
    checks: fc.array(fc.record({ kind: fc.constantFrom(...checkKinds), value: any }), { maxLength: 2 }),
    tags: fc.array(some, { maxLength: 2 }),
    meta: fc.dictionary(some, fc.jsonValue({ maxDepth: 1 }), { maxKeys: 2, noNullPrototype: true }),
  },
  { requiredKeys: ['question'] },
);
const cases = fc
  .array(givenCase, { minLength: 1, maxLength: 5 })
  .map((list) =>
    list.map((given, index) =>
      EvalCase.parse({ id: `case ${index}`, ...(JSON.parse(JSON.stringify(given)) as object) }),
    ),
  );

it('gives back every case that it wrote, whatever is in it', async () => {
  const file = join(folder, 'cases.jsonl');
  await fc.assert(
    fc.asyncProperty(cases, async (written) => {
      await writeFile(file, written.map(nativeLine).join(''));
      const read = (await readCases(file, { format: 'native' })).cases;
      expect(await Array.fromAsync(read, (placed) => placed.case)).toEqual(written);
    }),
    { numRuns: 60 },
  );
});

it('gives back every case of a table that was accepted whole', async () => {
  const file = join(folder, 'review.csv');
  await fc.assert(
    fc.asyncProperty(cases, async (written) => {
      const said = written.filter(({ question, answers }) =>
        [question, answers[0] ?? 'x'].every((text) => /\S/.test(text)),
      );
      await writeFile(file, reviewTable(said).replace(/^,(?="?case \d)/gm, 'accept,'));
      const read = (await readCases(file, { format: 'review' })).cases;
      expect(await Array.fromAsync(read, (placed) => placed.case)).toEqual(said);
    }),
    { numRuns: 60 },
  );
});

it('reads a list as Python writes it', () => {
  const python = (text: string) => {
    const mark = text.includes("'") && !text.includes('"') ? '"' : "'";
    const escaped = text
      .replaceAll('\\', '\\\\')
      .replaceAll('\n', '\\n')
      .replaceAll('\r', '\\r')
      .replaceAll('\t', '\\t');
    return `${mark}${mark === "'" ? escaped.replaceAll("'", "\\'") : escaped}${mark}`;
  };
  const texts = fc.array(
    some.filter((text) => /\S/.test(text)),
    { minLength: 1, maxLength: 4 },
  );
  fc.assert(
    fc.property(texts, (list) => {
      expect(textsOf(`[${list.map(python).join(', ')}]`)).toEqual(list);
    }),
  );
});
