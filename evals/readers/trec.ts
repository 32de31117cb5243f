import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { placeCase, type ReadCases } from './case-reader.ts';
import { readTextLines } from './json-lines.ts';
import { type Report, raise } from './problem.ts';

/** Grades of documents by question id, in the order of the file. */
export type Judgements = Map<string, Map<string, number>>;

/**
 * Reads relevance judgements: TREC's four columns (question, iteration, document, grade) or BEIR's three (question, document, grade), the latter
 * with or without a header. Columns are parted by tabs, or by spaces where a line has no tab.
 */
export async function readQrels(file: string, report: Report = raise): Promise<Judgements> {
  const judgements: Judgements = new Map();
  for await (const { value, line } of readTextLines(file)) {
    if (value.trim() === '') continue;
    const columns = columnsOf(value);
    const [question, document] = columns.length === 4 ? [columns[0], columns[2]] : columns;
    const grade = Number(columns.at(-1));
    if (line === 1 && Number.isNaN(grade)) continue;
    if (columns.length < 3 || columns.length > 4 || !question || !document || Number.isNaN(grade)) {
      const expected = 'question, document and grade, or the four columns of TREC';
      report({ file, line, field: 'the line', expected, received: value.slice(0, 80) });
      continue;
    }
    const grades = judgements.get(question) ?? new Map<string, number>();
    judgements.set(question, grades.set(document, grade));
  }
  return judgements;
}

/**
 * Reads a run: TREC's six columns (question, Q0, document, rank, score, tag). Documents stand by falling score, equal scores by falling document
 * id as in trec_eval, which does not look at the rank either.
 */
export async function readRun(file: string, report: Report = raise): Promise<Map<string, readonly string[]>> {
  const scored = new Map<string, { document: string; score: number }[]>();
  for await (const { value, line } of readTextLines(file)) {
    if (value.trim() === '') continue;
    const columns = columnsOf(value);
    const [question, , document, , given] = columns;
    const score = Number(given);
    if (columns.length !== 6 || !question || !document || given === '' || Number.isNaN(score)) {
      const expected = 'question, Q0, document, rank, score and tag';
      report({ file, line, field: 'the line', expected, received: value.slice(0, 80) });
      continue;
    }
    const documents = scored.get(question) ?? [];
    documents.push({ document, score });
    scored.set(question, documents);
  }
  return new Map(
    [...scored].map(([question, documents]) => [
      question,
      documents
        .sort((one, other) => other.score - one.score || (one.document < other.document ? 1 : -1))
        .map(({ document }) => document),
    ]),
  );
}

function columnsOf(line: string): string[] {
  return line.includes('\t') ? line.split('\t') : line.trim().split(/\s+/);
}

/** Files of a folder in TREC's layout, the first that is there. */
export const trecFiles = {
  topics: ['topics.tsv', 'queries.tsv', 'topics.txt'],
  qrels: ['qrels.tsv', 'qrels.txt', 'qrels'],
} as const;

/** The one of these files that the folder has; null without any. */
export function trecFile(folder: string, kind: keyof typeof trecFiles): string | null {
  return trecFiles[kind].map((name) => join(folder, name)).find((path) => existsSync(path)) ?? null;
}

/** Cases of a folder with topics, a line of id and question parted by a tab, and judgements in TREC's layout. */
export const readTrec: ReadCases = async function* (folder, { report }) {
  const [file, qrels] = [trecFile(folder, 'topics'), trecFile(folder, 'qrels')];
  if (file === null)
    raise({ file: folder, line: null, field: 'topics', expected: trecFiles.topics.join(' or '), received: 'none' });
  const judgements = qrels === null ? new Map() : await readQrels(qrels, report);
  for await (const { value, line } of readTextLines(file)) {
    if (value.trim() === '') continue;
    const [id = '', question = ''] = value.split('\t').map((column) => column.trim());
    const grades: Iterable<[string, number]> = judgements.get(id) ?? [];
    const gold_docs = [...grades].filter(([, grade]) => grade >= 0).map(([doc, grade]) => ({ id: doc, grade }));
    yield* placeCase({ id, question, gold_docs }, { file, line }, report);
  }
};
