import { createReadStream, existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { AppError } from '../../src/domain/errors.ts';
import type { Grades } from '../../src/retrieve/metrics/ranking.ts';
import type { AnswerCase } from '../answers.ts';
import type { CorpusRecord } from '../target.ts';

const Identifier = z.union([z.string(), z.number()]).transform(String);

const CorpusLine = z
  .object({ id: Identifier.optional(), _id: Identifier.optional(), title: z.string().nullish(), text: z.string() })
  .transform(({ id, _id, title, text }) => ({ id: id ?? _id ?? '', title: title ?? '', text }))
  .refine((record) => record.id !== '', { path: ['id'], message: 'a record needs an id' });

const GoldSentences = z.union([z.array(z.string()), z.array(z.array(z.string()))]).transform((value) => value.flat());

const GoldPlace = z.object({ document: z.string(), quote: z.string() });

const QueryLine = z
  .object({
    id: Identifier.optional(),
    _id: Identifier.optional(),
    text: z.string(),
    answerable: z.boolean().optional(),
    category: z.string().optional(),
    kind: z.string().optional(),
    answers: z.array(z.string()).optional(),
    gold_sentences: GoldSentences.nullish(),
    goldQuotes: z.array(GoldPlace.extend({ alternatives: z.array(GoldPlace).default([]) })).optional(),
    doc: z.string().optional(),
    excerpts: z.array(z.object({ text: z.string().min(1), start: z.int().min(0) })).optional(),
    history: z.array(z.object({ question: z.string(), answer: z.string() })).optional(),
  })
  .transform(
    (query): AnswerCase => ({
      id: query.id ?? query._id ?? '',
      text: query.text,
      answerable: query.answerable ?? null,
      category: query.category ?? query.kind ?? null,
      answers: query.answers ?? [],
      goldSentences: query.gold_sentences ?? [],
      goldQuotes: query.goldQuotes ?? [],
      excerpts: (query.excerpts ?? []).map((excerpt) => ({ document: query.doc ?? '', ...excerpt })),
      history: query.history ?? [],
    }),
  );

/** A folder of questions over a corpus: `corpus.jsonl` or `documents/`, `queries.jsonl`, and `qrels.tsv` where relevance is judged. */
export interface QuestionFolder {
  /** Null when the corpus is the files of `documents`. */
  readonly corpus: (() => AsyncGenerator<CorpusRecord>) | null;
  readonly documents: string;
  readonly queries: readonly AnswerCase[];
  /** Grades by question id; empty without qrels.tsv. */
  readonly judgements: ReadonlyMap<string, Grades>;
}

/** Throws INVALID_REQUEST naming file, line and field. */
export async function readQuestionFolder(folder: string): Promise<QuestionFolder> {
  const corpus = join(folder, 'corpus.jsonl');
  const documents = join(folder, 'documents');
  if (!existsSync(corpus) && !existsSync(documents))
    throw invalid(folder, 'corpus.jsonl or a folder documents/', 'neither');
  const queries = await readQuestions(folder);
  return {
    corpus: existsSync(corpus) ? () => readLines(corpus, CorpusLine) : null,
    documents,
    queries,
    judgements: await readJudgements(join(folder, 'qrels.tsv')),
  };
}

/** The questions of a folder, with a corpus beside them or not. Throws INVALID_REQUEST as above. */
export async function readQuestions(folder: string): Promise<AnswerCase[]> {
  const file = join(folder, 'queries.jsonl');
  if (!existsSync(file)) throw invalid(folder, 'queries.jsonl', 'no such file');
  const queries: AnswerCase[] = [];
  for await (const query of readLines(file, QueryLine)) queries.push(query);
  return queries;
}

async function* readLines<T>(file: string, schema: z.ZodType<T>): AsyncGenerator<T> {
  let number = 0;
  for await (const line of createInterface({ input: createReadStream(file) })) {
    number += 1;
    if (line.trim() === '') continue;
    const parsed = schema.safeParse(parseJson(line));
    if (!parsed.success) {
      const issue = parsed.error.issues[0];
      throw invalid(`${file}:${number}`, issue?.message ?? 'a valid record', issue?.path.join('.') || 'the line');
    }
    yield parsed.data;
  }
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** `query-id corpus-id score` by tabs, with or without that header; TREC's four columns are taken too. */
async function readJudgements(file: string): Promise<Map<string, Map<string, number>>> {
  const judgements = new Map<string, Map<string, number>>();
  if (!existsSync(file)) return judgements;
  for await (const line of createInterface({ input: createReadStream(file) })) {
    const columns = line.split('\t');
    const [query, record] = columns.length === 4 ? [columns[0], columns[2]] : columns;
    const grade = Number(columns.at(-1));
    if (!query || !record || Number.isNaN(grade)) continue;
    const grades = judgements.get(query) ?? new Map<string, number>();
    judgements.set(query, grades.set(record, grade));
  }
  return judgements;
}

function invalid(field: string, expected: string, received: string): AppError {
  return new AppError('INVALID_REQUEST', `${field} cannot be read.`, { errors: [{ field, expected, received }] });
}
