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
