import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { isAccessEntry } from '../../src/domain/principal.ts';
import type { Grades } from '../../src/retrieve/metrics/ranking.ts';
import type { AnswerCase } from '../answers.ts';
import type { EvalCase, PlacedCase } from '../case.ts';
import type { CorpusRecord } from '../target.ts';
import { placeCase, type ReadCases } from './case-reader.ts';
import { readJsonLines } from './json-lines.ts';
import { type Report, raise } from './problem.ts';
import { type Judgements, readQrels } from './trec.ts';

const Identifier = z.union([z.string(), z.number()]).transform(String);

const CorpusLine = z
  .object({
    id: Identifier.optional(),
    _id: Identifier.optional(),
    title: z.string().nullish(),
    text: z.string(),
    acl: z.array(z.string().refine(isAccessEntry, 'public, group:NAME or user:NAME')).optional(),
    tenant: z.string().min(1).optional(),
  })
  .transform(({ id, _id, title, ...record }) => ({ ...record, id: id ?? _id ?? '', title: title ?? '' }))
  .refine((record) => record.id !== '', { path: ['id'], message: 'a record needs an id' });

const GoldSentences = z.union([z.array(z.string()), z.array(z.array(z.string()))]).transform((value) => value.flat());

const GoldPlace = z.object({ document: z.string(), quote: z.string() });

const QueryLine = z.object({
  id: Identifier.optional(),
  _id: Identifier.optional(),
  text: z.string(),
  answerable: z.boolean().optional(),
  category: z.string().optional(),
  kind: z.string().optional(),
  answers: z.array(z.string()).default([]),
  gold_passage: Identifier.optional(),
  gold_sentences: GoldSentences.nullish(),
  goldQuotes: z.array(GoldPlace.extend({ alternatives: z.array(GoldPlace).default([]) })).default([]),
  doc: z.string().default(''),
  excerpts: z.array(z.object({ text: z.string().min(1), start: z.int().min(0) })).default([]),
  history: z.array(z.object({ question: z.string(), answer: z.string() })).default([]),
});

/** Of one question over all files of judgements; `split` is the name of the first of them, where they are in a folder `qrels`. */
interface Judged {
  readonly grades: ReadonlyMap<string, number>;
  readonly split: string | null;
}

/**
 * Cases of a folder in BEIR format: `queries.jsonl`, and `qrels.tsv` or `qrels/*.tsv` where relevance is judged. Of the fields that our own
 * folders add, `category` or `kind` becomes a tag, `goldQuotes`, `excerpts` and the `gold_sentences` of a `gold_passage` become gold quotes; the document of the first is the cluster.
 */
export const readBeir: ReadCases = async function* (folder, { report }) {
  const file = join(folder, 'queries.jsonl');
  const judged = await readJudged(folder, report);
  for await (const { value, line } of readJsonLines(file, QueryLine, report))
    yield* placeCase(toRecord(value, judged), { file, line }, report);
};

function toRecord(query: z.output<typeof QueryLine>, judged: ReadonlyMap<string, Judged>): object {
  const id = query.id ?? query._id ?? '';
  const { grades, split = null } = judged.get(id) ?? {};
  const tag = query.category ?? query.kind;
  const place = ({ document, quote }: z.output<typeof GoldPlace>) => ({ doc: document, quote });
  const sentences = query.gold_sentences ?? [];
  const cluster = query.doc || query.goldQuotes[0]?.document;
  return {
    id,
    question: query.text,
    history: query.history,
    answers: query.answers,
    ...(query.answerable === undefined ? {} : { answerable: query.answerable }),
    gold_docs: [...(grades ?? [])].filter(([, grade]) => grade >= 0).map(([doc, grade]) => ({ id: doc, grade })),
    gold_quotes: [
      ...query.goldQuotes.map((gold) => ({ ...place(gold), alternatives: gold.alternatives.map(place) })),
      ...query.excerpts.map(({ text, start }) => ({ doc: query.doc, quote: text, start })),
      ...(query.gold_passage === undefined ? [] : sentences.map((quote) => ({ doc: query.gold_passage, quote }))),
    ],
    tags: tag === undefined ? [] : [tag],
    ...(cluster === undefined ? {} : { cluster }),
    ...(split === null ? {} : { split }),
    ...(sentences.length > 0 ? { meta: { gold_sentences: sentences } } : {}),
  };
}

async function readJudged(folder: string, report: Report): Promise<ReadonlyMap<string, Judged>> {
  const inFolder = join(folder, 'qrels');
  const names = existsSync(inFolder) ? (await readdir(inFolder)).filter((name) => name.endsWith('.tsv')).sort() : [];
  const files: readonly (readonly [file: string, split: string | null])[] = [
    ...(existsSync(join(folder, 'qrels.tsv')) ? [[join(folder, 'qrels.tsv'), null] as const] : []),
    ...names.map((name) => [join(inFolder, name), basename(name, '.tsv')] as const),
  ];
  const judged = new Map<string, Judged>();
  for (const [file, split] of files)
    for (const [question, grades] of await readQrels(file, report)) {
      const before = judged.get(question);
      judged.set(question, { grades: new Map([...(before?.grades ?? []), ...grades]), split: before?.split ?? split });
    }
  return judged;
}

/** Records of a corpus in BEIR format. Throws INVALID_REQUEST naming file, line and field. */
export async function* readCorpus(file: string, report: Report = raise): AsyncGenerator<CorpusRecord> {
  for await (const { value } of readJsonLines(file, CorpusLine, report)) yield value;
}

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
    raise({
      file: folder,
      line: null,
      field: 'folder',
      expected: 'corpus.jsonl or a folder documents/',
      received: 'neither',
    });
  const cases = await Array.fromAsync(readBeir(folder, { report: raise, map: null }));
  return {
    corpus: existsSync(corpus) ? () => readCorpus(corpus) : null,
    documents,
    queries: cases.map(toAnswerCase),
    judgements: judgementsOf(cases),
  };
}

/** The questions of a folder, with a corpus beside them or not. Throws INVALID_REQUEST as above. */
export async function readQuestions(folder: string): Promise<AnswerCase[]> {
  return (await Array.fromAsync(readBeir(folder, { report: raise, map: null }))).map(toAnswerCase);
}

function judgementsOf(cases: readonly PlacedCase[]): Judgements {
  return new Map(
    cases
      .filter((placed) => placed.case.gold_docs.length > 0)
      .map((placed) => [placed.case.id, new Map(placed.case.gold_docs.map(({ id, grade }) => [id, grade]))]),
  );
}

function toAnswerCase({ case: given }: PlacedCase): AnswerCase {
  const { gold_sentences: sentences = [] } = given.meta as { gold_sentences?: readonly string[] };
  const place = ({ doc, quote }: EvalCase['gold_quotes'][number]['alternatives'][number]) => ({ document: doc, quote });
  return {
    id: given.id,
    text: given.question,
    answerable: given.answerable ?? null,
    category: given.tags[0] ?? null,
    answers: given.answers,
    goldSentences: sentences,
    goldQuotes: given.gold_quotes
      .filter(({ start }) => start === undefined && sentences.length === 0)
      .map((gold) => ({ ...place(gold), alternatives: gold.alternatives.map(place) })),
    excerpts: given.gold_quotes.flatMap(({ doc, quote, start }) =>
      start === undefined ? [] : [{ document: doc, text: quote, start }],
    ),
    history: given.history,
  };
}
