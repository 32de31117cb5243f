import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256 } from '../../src/domain/sha256.ts';
import type { AnswerRecord } from '../answer-record.ts';
import type { Cell } from '../metric.ts';
import { type Run, readRun } from '../reports/read-run.ts';
import { runFiles } from '../summary.ts';
import { writeWhole } from './append-log.ts';

/**
 * Writes a run as a baseline: a run's folder without what differs from machine to machine (times) and without what only a person who looks into a case
 * needs (events, texts of passages, evidence of cells), so that it is small and a change of it can be read.
 */
export async function writeBaseline(run: Run, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const { plan, summary } = run;
  const isLasting = ({ unit }: { readonly unit: string }) => unit !== 'milliseconds';
  const lasting = new Set(summary.metrics.filter(isLasting).map(({ metric }) => metric));
  const tags = Object.fromEntries(
    Object.entries(summary.tags).map(([tag, metrics]) => [tag, metrics.filter(isLasting)]),
  );
  const write = (name: keyof typeof runFiles, text: string | AsyncIterable<string>) =>
    writeWhole(join(folder, runFiles[name]), text);
  await write(
    'cases',
    linesOf(run.cases(), (one) => one),
  );
  await write('answers', linesOf(run.answers(), essentials));
  const lastingCell = (cell: Cell) => (lasting.has(cell.metric) ? { ...cell, evidence: [] } : null);
  await write('cells', linesOf(run.cells(), lastingCell));
  const kept = plan.metrics.filter(({ name }) => lasting.has(name));
  await write('plan', `${JSON.stringify({ ...plan, metrics: kept }, null, 2)}\n`);
  const shown = { ...summary, metrics: summary.metrics.filter(isLasting), tags };
  await write('summary', `${JSON.stringify(shown, null, 2)}\n`);
}

const writtenAtOnce = 256 * 1024;

async function* linesOf<T>(items: AsyncIterable<T>, toLine: (item: T) => object | null): AsyncGenerator<string> {
  let text = '';
  for await (const item of items) {
    const line = toLine(item);
    if (line) text += `${JSON.stringify(line)}\n`;
    if (text.length < writtenAtOnce) continue;
    yield text;
    text = '';
  }
  yield text;
}

function essentials({ answer, ...record }: AnswerRecord): AnswerRecord {
  if (answer === null) return { ...record, answer };
  const quotes = answer.quotes.map((quote) => ({ ...quote, before: '', after: '' }));
  const retrieved = answer.retrieved.map((passage) => ({ ...passage, text: null }));
  return { ...record, answer: { ...answer, quotes, retrieved, latency: {}, events: [] } };
}

export interface BaselineChange {
  readonly metric: string;
  /** Null: it is not there. */
  readonly before: number | null;
  readonly after: number | null;
}

export interface BaselineDifference {
  readonly metrics: readonly BaselineChange[];
  /** Ids of cases whose answer has another text, or is one where there was a refusal. */
  readonly answers: readonly string[];
  /** Ids of cases that are in one of the two only. */
  readonly cases: readonly string[];
}

/** What a run changes of a baseline; null: there is none yet. Times are not compared. */
export async function compareWithBaseline(run: Run, folder: string | null): Promise<BaselineDifference> {
  const before = folder === null ? null : await readRun(folder);
  const earlier = new Map(before?.summary.metrics.map((metric) => [metric.metric, metric.value]));
  const now = run.summary.metrics.filter(({ unit }) => unit !== 'milliseconds');
  const names = new Set([...earlier.keys(), ...now.map(({ metric }) => metric)]);
  const metrics = [...names].map((metric) => ({
    metric,
    before: earlier.get(metric) ?? null,
    after: now.find((one) => one.metric === metric)?.value ?? null,
  }));
  const texts = await textsOf(before);
  const given = await textsOf(run);
  const all = [...new Set([...texts.keys(), ...given.keys()])];
  return {
    metrics: metrics.filter((change) => change.before !== change.after),
    answers: all.filter((id) => texts.has(id) && given.has(id) && texts.get(id) !== given.get(id)),
    cases: all.filter((id) => texts.has(id) !== given.has(id)),
  };
}

/** A hash of what was said to each case. */
async function textsOf(run: Run | null): Promise<Map<string, string>> {
  const texts = new Map<string, string>();
  if (run === null) return texts;
  for await (const { case: id, answer, error } of run.outlines())
    texts.set(id, sha256(`${texts.get(id) ?? ''}${answer?.state ?? error?.code} ${answer?.text ?? ''}\n`));
  return texts;
}
