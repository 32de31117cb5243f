import type { CaseRows, ShownCase, ShownState, ShownValue } from '../../../web/report/report-data.ts';
import { type EvalCase, goldDocuments } from '../../case.ts';
import type { Cell } from '../../metric.ts';
import type { Run } from '../read-run.ts';
import { followRun, type WalkedCase, walkRun } from '../walk-run.ts';
import type { JudgedAnswer } from './curves.ts';
import type { Markup } from './markup.ts';
import { packed } from './pack.ts';
import { shownCase, shownRun, stateOf } from './shown-case.ts';

/** What a report says beyond the run's summary. */
export interface Collected {
  readonly rows: CaseRows;
  /** The cases, a block of them packed into each. */
  readonly blocks: readonly Markup[];
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

/**
 * Reads a run case by case, and of a baseline what was said to the same cases. Numbers stay, a row for the list, and each block of cases as it will stand in
 * the page; one block is held unpacked. Throws INTERNAL where the files of the run are in different orders.
 */
export async function collect(run: Run, baseline: Run | null): Promise<Collected> {
  const earlierOf = baseline ? await follow(run, baseline) : null;
  const rows = createRows(run);
  const figures = createFigures(run);
  const blocks: Markup[] = [];
  let block: ShownCase[] = [];
  const endBlock = () => {
    if (block.length > 0) blocks.push(packed(`block-${blocks.length}`, block));
    block = [];
  };
  for await (const walked of walkRun(run)) {
    const earlier = earlierOf ? await earlierOf(walked.own.id) : null;
    rows.add(walked, earlier?.cells ?? null);
    figures.add(walked);
    block.push(shownOf(walked, earlier));
    if (block.length === blockSize) endBlock();
  }
  endBlock();
  return { rows: rows.finish(), blocks, ...figures.finish() };
}

type Earlier = Omit<WalkedCase, 'own'>;

async function follow(run: Run, baseline: Run): Promise<(id: string) => Promise<Earlier>> {
  const ids = new Set<string>();
  for await (const { id } of run.cases()) ids.add(id);
  return followRun(baseline, (id) => ids.has(id));
}

function shownOf({ own, answers, cells }: WalkedCase, earlier: Earlier | null): ShownCase {
  const runs = answers.map((record) => shownRun(record, cells));
  const first = earlier?.answers.find(({ repeat }) => repeat === 0);
  return shownCase(own, runs, first ? shownRun(first, earlier?.cells ?? []) : null);
}

/** What the list of cases shows, filters and sorts by. */
function createRows({ summary }: Run) {
  const ids: string[] = [];
  const questions: string[] = [];
  const states: ShownState[] = [];
  const tags: string[][] = [];
  const values = new Map<string, ShownValue[]>();
  const changes = new Map<string, (number | null)[]>();
  const lists = new Map<string, string[]>();
  /** Cells of a metric may begin late: cases before have none. */
  const put = <T>(columns: Map<string, (T | null)[]>, name: string, place: number, value: T) => {
    const column = columns.get(name) ?? [];
    columns.set(name, column);
    while (column.length < place) column.push(null);
    column.push(value);
  };
  return {
    add({ own, answers, cells }: WalkedCase, earlier: readonly Cell[] | null) {
      const place = ids.length;
      ids.push(own.id);
      questions.push(own.question.slice(0, 160));
      states.push(worstFirst.find((state) => answers.some((record) => stateOf(record) === state)) ?? 'failed');
      const name = JSON.stringify(own.tags);
      tags.push(lists.get(name) ?? lists.set(name, own.tags).get(name) ?? []);
      for (const [metric, value] of meansOf(cells)) {
        put(values, metric, place, value);
        if (earlier) put(changes, metric, place, change(value, meansOf(earlier).get(metric)));
      }
    },
    finish(): CaseRows {
      const tagNames = [...new Set([...lists.values()].flat())].sort();
      const tagPlaces = new Map(tagNames.map((name, place) => [name, place]));
      const places = new Map(ids.map((id, place) => [id, place]));
      const whole = <T>(column: readonly T[] = []) => ids.map((_id, place) => column[place] ?? null);
      const names = [...values.keys()];
      return {
        ids,
        questions,
        states,
        tagNames,
        tags: tags.map((list) => list.flatMap((tag) => tagPlaces.get(tag) ?? [])),
        metrics: names.map((name) => ({
          name,
          better: summary.metrics.find(({ metric }) => metric === name)?.better ?? 'none',
        })),
        values: names.map((name) => whole(values.get(name))),
        changes: changes.size > 0 ? names.map((name) => whole(changes.get(name))) : [],
        gates: summary.gates
          .filter(({ passed, cases }) => !passed && cases.length > 0)
          .map(({ gate, cases }) => ({ gate, cases: cases.flatMap((id) => places.get(id) ?? []) })),
        blockSize,
      };
    },
  };
}

/** Of each metric the mean over the repeats of one case; null where no cell has a value. */
function meansOf(cells: readonly Cell[]): Map<string, ShownValue> {
  return new Map(
    [...Map.groupBy(cells, ({ metric }) => metric)].map(([metric, own]): [string, ShownValue] => {
      const ok = own.flatMap(({ status, value }) => (status === 'ok' && value !== null ? [value] : []));
      if (ok.length > 0) return [metric, ok.reduce((sum, value) => sum + value, 0) / ok.length];
      return [metric, own.some(({ status }) => status === 'error') ? 'error' : null];
    }),
  );
}

function change(after: ShownValue, before: ShownValue | undefined): number | null {
  return typeof after === 'number' && typeof before === 'number' ? after - before : null;
}

/** Numbers for the charts. */
function createFigures({ summary }: Run) {
  const values = new Map<string, number[]>();
  const latency = new Map<string, number[]>();
  const costs: number[] = [];
  const ranks: (number | null)[] = [];
  const candidates = summary.metrics.filter(
    ({ group, unit, ok }) => group === 'correctness' && unit === 'share' && ok > 0,
  );
  const judged = new Map<string, JudgedAnswer[]>();
  const push = <T>(lists: Map<string, T[]>, name: string, value: T) => {
    const list = lists.get(name) ?? [];
    lists.set(name, list);
    list.push(value);
  };
  return {
    add({ own, answers, cells }: WalkedCase) {
      for (const { metric, status, value } of cells) if (status === 'ok' && value !== null) push(values, metric, value);
      for (const { answer, repeat } of answers) {
        if (!answer) continue;
        if (answer.cost !== null) costs.push(answer.cost);
        if (!answer.cached)
          for (const [stage, milliseconds] of Object.entries(answer.latency)) push(latency, stage, milliseconds);
        const { confidence } = answer;
        for (const { metric, value } of cells.filter((cell) => cell.repeat === repeat && cell.status === 'ok'))
          if (confidence !== null && value !== null && candidates.some((candidate) => candidate.metric === metric))
            push(judged, metric, { confidence, correct: Math.max(0, Math.min(1, value)) });
      }
      ranks.push(...ranksOf(own, answers));
    },
    finish() {
      const found = candidates.filter(({ metric }) => values.has(metric));
      const correctness = (found.find(({ metric }) => metric === 'correct') ?? found[0])?.metric ?? null;
      return { values, latency, costs, ranks, correctness, judged: judged.get(correctness ?? '') ?? [] };
    },
  };
}

/** Ranks count documents, each once. */
function ranksOf(own: EvalCase, answers: WalkedCase['answers']): (number | null)[] {
  const gold = new Set(goldDocuments(own));
  if (gold.size === 0) return [];
  return answers.flatMap(({ answer }) => {
    if (!answer) return [];
    const documents = [...new Set(answer.retrieved.map(({ document }) => document))];
    const rank = documents.findIndex((document) => gold.has(document));
    return [rank === -1 ? null : rank + 1];
  });
}
