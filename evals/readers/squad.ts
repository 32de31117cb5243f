import { z } from 'zod';
import { placeCase, type ReadCases } from './case-reader.ts';
import { readJsonFile } from './json-file.ts';

const Answer = z.object({ text: z.string(), answer_start: z.int().min(0) });

const Question = z.object({
  id: z.union([z.string(), z.number().transform(String)]),
  question: z.string(),
  is_impossible: z.boolean().optional(),
  answers: z.array(Answer).default([]),
});

const Squad = z.object({
  version: z.string().optional(),
  data: z.array(
    z.object({
      title: z.string().default(''),
      paragraphs: z.array(z.object({ context: z.string(), qas: z.array(Question) })),
    }),
  ),
});

/**
 * Cases of a file of SQuAD 1.1 or 2.0. The paragraphs are the corpus, each a document `TITLE-NUMBER` with the number counting from 0 within its
 * article; `readSquadCorpus` gives them. An answer is quoted at its offset, `is_impossible` makes a case unanswerable, and the article is the
 * cluster. A file of version 1 has no such mark: all of its questions are answerable.
 */
export const readSquad: ReadCases = async function* (file, { report }) {
  const { value, lineOf } = await readJsonFile(file, Squad);
  for (const { title, document, paragraph } of paragraphsOf(value))
    for (const { id, question, is_impossible: isImpossible = false, answers } of paragraph.qas) {
      const [first, ...others] = uniqueBy(answers, (answer) => `${answer.answer_start} ${answer.text}`).map(
        ({ text, answer_start: start }) => ({
          doc: document,
          quote: text,
          start: utf16Offset(paragraph.context, start, text),
        }),
      );
      const record = {
        id,
        question: question.trim(),
        answerable: !isImpossible,
        answers: isImpossible ? [] : [...new Set(answers.map(({ text }) => text))],
        gold_docs: isImpossible ? [] : [{ id: document }],
        gold_quotes: isImpossible || !first ? [] : [{ ...first, alternatives: others }],
        cluster: title || document,
      };
      yield* placeCase(record, { file, line: lineOf(`"${id}"`) }, report);
    }
};

/** The paragraphs of the file as records of a corpus. */
export async function* readSquadCorpus(file: string) {
  const { value } = await readJsonFile(file, Squad);
  for (const { title, document, paragraph } of paragraphsOf(value))
    yield { id: document, title, text: paragraph.context };
}

function* paragraphsOf({ data }: z.output<typeof Squad>) {
  for (const { title, paragraphs } of data)
    for (const [index, paragraph] of paragraphs.entries()) yield { title, document: `${title}-${index}`, paragraph };
}

/** SQuAD counts code points, a case UTF-16 units; where neither fits, the place where the text stands first. */
function utf16Offset(context: string, start: number, text: string): number {
  if (context.startsWith(text, start)) return start;
  const offset = [...context].slice(0, start).join('').length;
  return context.startsWith(text, offset) ? offset : Math.max(0, context.indexOf(text));
}

function uniqueBy<T>(values: readonly T[], keyOf: (value: T) => string): T[] {
  return [...new Map(values.map((value) => [keyOf(value), value])).values()];
}
