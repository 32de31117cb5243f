import type { AnswerRecord } from '../answer-record.ts';
import type { EvalCase } from '../case.ts';
import type { Answered, Cell, Metric } from '../metric.ts';
import type { MetricSummary } from '../summary.ts';
import { summarizeCaseMetric } from './summarize-case-metric.ts';
import { summarizeSuiteMetric } from './summarize-suite-metric.ts';

export interface RunFigures {
  readonly metrics: MetricSummary[];
  /** By tag, over the cases that have it. */
  readonly tags: Record<string, MetricSummary[]>;
}

/**
 * Each metric over a run and over each tag of its cases, in the order of `metrics`. Cells of case metrics are read, not computed; cells and answers
 * of other cases are left out. The same input and seed give the same figures.
 */
export function summarize(
  cases: readonly EvalCase[],
  answers: readonly AnswerRecord[],
  cells: readonly Cell[],
  metrics: readonly Metric[],
  seed: number,
): RunFigures {
  const cellsOf = groupTwice(cells);
  const answersOf = Map.groupBy(answers, (record) => record.case);
  const over = (chosen: readonly EvalCase[]) =>
    metrics.map((metric) => {
      if (metric.of !== 'suite')
        return summarizeCaseMetric(metric, { cases: chosen, cells: cellsOf.get(metric.name) ?? new Map(), seed });
      const records = chosen.flatMap((own) => (answersOf.get(own.id) ?? []).map((record) => ({ own, record })));
      const answered = records.flatMap(({ own, record }): Answered[] =>
        record.answer ? [{ case: own, answer: record.answer }] : [],
      );
      return summarizeSuiteMetric(metric, { answered, errors: records.length - answered.length, seed });
    });
  const tags = [...new Set(cases.flatMap((own) => own.tags))].sort();
  return {
    metrics: over(cases),
    tags: Object.fromEntries(tags.map((tag) => [tag, over(cases.filter((own) => own.tags.includes(tag)))])),
  };
}

export type CellsOfCases = ReadonlyMap<string, readonly Cell[]>;

/** By metric, then by case. */
function groupTwice(cells: readonly Cell[]): ReadonlyMap<string, CellsOfCases> {
  return new Map(
    [...Map.groupBy(cells, (cell) => cell.metric)].map(([metric, own]) => [
      metric,
      Map.groupBy(own, (cell) => cell.case),
    ]),
  );
}
