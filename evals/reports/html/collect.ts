import type { CaseRows, ShownCase, ShownRun, ShownState, ShownValue } from '../../../web/report/report-data.ts';
import type { AnswerRecord } from '../../answer-record.ts';
import { type EvalCase, goldDocuments } from '../../case.ts';
import type { Cell } from '../../metric.ts';
import type { Run } from '../read-run.ts';
import type { JudgedAnswer } from './curves.ts';
import { shownCase, shownRun, stateOf } from './shown-case.ts';

/** What a report says beyond the run's summary. */
export interface Collected {
  readonly rows: CaseRows;
  readonly cases: readonly ShownCase[];
  /** Values of each metric of cases that are ok, by its name. */
  readonly values: ReadonlyMap<string, readonly number[]>;
  /** Of answers that are not from a cache, by stage, in milliseconds. */
  readonly latency: ReadonlyMap<string, readonly number[]>;
  /** US dollars of an answer with a known price. */
  readonly costs: readonly number[];
  /** Answers with a confidence, and how right they are by `correctness`; empty where the run has no such metric. */
  readonly judged: readonly JudgedAnswer[];
  readonly correctness: string | null;
  /** Rank of the first document that holds the answer, from 1; null where none was retrieved. */
  readonly ranks: readonly (number | null)[];
}

const blockSize = 50;
const worstFirst: readonly ShownState[] = ['failed', 'refused', 'finished'];

/** Reads a run, and of a baseline the answers and cells to the same cases. */
export async function collect(run: Run, baseline: Run | null): Promise<Collected> {
  const cells = await groupByCase(run.cells());
  const answers = await groupByCase(run.answers());
  const earlierCells = baseline ? await groupByCase(baseline.cells()) : null;
  const earlierAnswers = baseline ? await groupByCase(firstRepeats(baseline.answers())) : null;
  const asked = await Array.fromAsync(run.cases());
  const names = [...new Set([...cells.values()].flatMap((own) => own.map(({ metric }) => metric)))];
  const metrics = names.map((name) => ({
    name,
    better: run.summary.metrics.find(({ metric }) => metric === name)?.better ?? 'none',
  }));
  const candidates = run.summary.metrics.filter(
    ({ group, unit, ok, metric }) => group === 'correctness' && unit === 'share' && ok > 0 && names.includes(metric),
  );
  const correctness = candidates.find(({ metric }) => metric === 'correct') ?? candidates[0];
  const values = names.map((name) => asked.map(({ id }) => meanOf(cells.get(id), name)));
  const cases = asked.map((each) =>
    shownCase(
      each,
      (answers.get(each.id) ?? []).map((record) => shownRun(record, cells.get(each.id) ?? [])),
      earlierOf(earlierAnswers?.get(each.id)?.[0], earlierCells?.get(each.id)),
    ),
  );
  const all = [...answers.values()].flat();
  return {
    rows: {
      ...columns(asked, answers),
      metrics,
      values,
      changes: earlierCells
        ? names.map((name, place) =>
            asked.map(({ id }, index) => change(values[place]?.[index] ?? null, meanOf(earlierCells.get(id), name))),
          )
        : [],
      gates: gatesOf(run, asked),
      blockSize,
    },
    cases,
    values: new Map(names.map((name) => [name, okValues([...cells.values()], name)])),
    latency: latencyOf(all),
    costs: all.flatMap(({ answer }) => answer?.cost ?? []),
    judged: correctness ? judgedAnswers(all, cells, correctness.metric) : [],
    correctness: correctness?.metric ?? null,
    ranks: ranksOf(asked, answers),
  };
}

type Records = ReadonlyMap<string, readonly AnswerRecord[]>;

async function groupByCase<T extends { readonly case: string }>(lines: AsyncIterable<T>): Promise<Map<string, T[]>> {
  const groups = new Map<string, T[]>();
  for await (const line of lines) {
    const group = groups.get(line.case);
    if (group) group.push(line);
    else groups.set(line.case, [line]);
  }
  return groups;
}

async function* firstRepeats(answers: AsyncIterable<AnswerRecord>): AsyncGenerator<AnswerRecord> {
  for await (const record of answers) if (record.repeat === 0) yield record;
}

function columns(asked: readonly EvalCase[], answers: Records) {
  const tagNames = [...new Set(asked.flatMap(({ tags }) => tags))].sort();
  const places = new Map(tagNames.map((name, place) => [name, place]));
  return {
    ids: asked.map(({ id }) => id),
    questions: asked.map(({ question }) => question.slice(0, 160)),
    states: asked.map(({ id }) => {
      const states = (answers.get(id) ?? []).map(stateOf);
      return worstFirst.find((state) => states.includes(state)) ?? 'failed';
    }),
    tagNames,
    tags: asked.map(({ tags }) => tags.flatMap((tag) => places.get(tag) ?? [])),
  };
}

function meanOf(cells: readonly Cell[] = [], metric: string): ShownValue {
  const own = cells.filter((cell) => cell.metric === metric);
  const ok = own.flatMap(({ status, value }) => (status === 'ok' && value !== null ? [value] : []));
  if (ok.length > 0) return ok.reduce((sum, value) => sum + value, 0) / ok.length;
  return own.some(({ status }) => status === 'error') ? 'error' : null;
}

function change(after: ShownValue, before: ShownValue): number | null {
  return typeof after === 'number' && typeof before === 'number' ? after - before : null;
}

function earlierOf(record: AnswerRecord | undefined, cells: readonly Cell[] = []): ShownRun | null {
  return record ? shownRun(record, cells) : null;
}

function gatesOf({ summary }: Run, asked: readonly EvalCase[]): CaseRows['gates'] {
  const places = new Map(asked.map(({ id }, place) => [id, place]));
  return summary.gates
    .filter(({ passed, cases }) => !passed && cases.length > 0)
    .map(({ gate, cases }) => ({ gate, cases: cases.flatMap((id) => places.get(id) ?? []) }));
}

function okValues(groups: readonly (readonly Cell[])[], metric: string): number[] {
  return groups.flatMap((cells) =>
    cells.flatMap((cell) =>
      cell.metric === metric && cell.status === 'ok' && cell.value !== null ? [cell.value] : [],
    ),
  );
}

function latencyOf(records: readonly AnswerRecord[]): Map<string, number[]> {
  const stages = new Map<string, number[]>();
  for (const { answer } of records) {
    if (!answer || answer.cached) continue;
    for (const [stage, milliseconds] of Object.entries(answer.latency))
      (stages.get(stage) ?? stages.set(stage, []).get(stage))?.push(milliseconds);
  }
  return stages;
}

function judgedAnswers(
  records: readonly AnswerRecord[],
  cells: ReadonlyMap<string, readonly Cell[]>,
  metric: string,
): JudgedAnswer[] {
  return records.flatMap(({ case: id, repeat, answer }) => {
    const cell = cells.get(id)?.find((each) => each.metric === metric && each.repeat === repeat);
    if (!answer || answer.confidence === null || cell?.status !== 'ok' || cell.value === null) return [];
    return [{ confidence: answer.confidence, correct: Math.max(0, Math.min(1, cell.value)) }];
  });
}

/** Ranks count documents, each once. */
function ranksOf(asked: readonly EvalCase[], answers: Records): (number | null)[] {
  return asked.flatMap((each) => {
    const gold = new Set(goldDocuments(each));
    if (gold.size === 0) return [];
    return (answers.get(each.id) ?? []).flatMap(({ answer }) => {
      if (!answer) return [];
      const documents = [...new Set(answer.retrieved.map(({ document }) => document))];
      const rank = documents.findIndex((document) => gold.has(document));
      return [rank === -1 ? null : rank + 1];
    });
  });
}
