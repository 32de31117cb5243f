import type { AnswerRecord } from '../answer-record.ts';
import type { EvalCase } from '../case.ts';
import type { Cell, Metric } from '../metric.ts';
import type { MetricSummary } from '../summary.ts';
import { addCell, type CellColumns, emptyColumns } from './cell-columns.ts';
import { clusterOf } from './cluster-of.ts';
import { hasPercentiles, summarizeCaseMetric } from './summarize-case-metric.ts';
import { type ReadAnswers, summarizeSuiteMetric } from './summarize-suite-metric.ts';

export interface RunFigures {
  readonly metrics: MetricSummary[];
  /** By tag, over the cases that have it. */
  readonly tags: Record<string, MetricSummary[]>;
}

/** What of a case a figure needs beside its cells. */
export interface SummarizedCase {
  readonly cluster: string | null;
}

/** Takes a run piece by piece, its cases first, and keeps numbers of it alone; what is of other cases is left out. */
export interface Summarizer {
  addCase(own: EvalCase): void;
  addAnswer(own: EvalCase, record: AnswerRecord): void;
  addCell(cell: Cell): void;
  /** Of cells without a value: some of their reasons, each once. */
  reasonsOf(metric: string): readonly string[];
  /** Each metric over the run and over each tag of its cases, in the order of the metrics. The same pieces and seed give the same figures. */
  finish(): RunFigures;
}

export function createSummarizer(metrics: readonly Metric[], seed: number): Summarizer {
  const places = new Map<string, number>();
  const cases: SummarizedCase[] = [];
  const byTag = new Map<string, number[]>();
  const columns = new Map<string, CellColumns>();
  const measured = new Set(metrics.filter(hasPercentiles).map(({ name }) => name));
  const suiteMetrics = metrics.filter((metric) => metric.of === 'suite');
  const read = new Map(suiteMetrics.map(({ name }): [string, unknown[]] => [name, []]));
  const answers: ReadAnswers = { place: [], isError: [], read };
  for (const { name, of } of metrics) if (of !== 'suite') columns.set(name, emptyColumns());
  return {
    addCase(own) {
      const place = cases.length;
      places.set(own.id, place);
      cases.push({ cluster: clusterOf(own) });
      for (const tag of own.tags) {
        const list = byTag.get(tag) ?? [];
        list.push(place);
        byTag.set(tag, list);
      }
    },
    addAnswer(own, { answer }) {
      const place = places.get(own.id);
      if (place === undefined) return;
      answers.place.push(place);
      answers.isError.push(answer === null);
      for (const metric of suiteMetrics) read.get(metric.name)?.push(answer && metric.read({ case: own, answer }));
    },
    addCell(cell) {
      const place = places.get(cell.case);
      const own = columns.get(cell.metric);
      if (place !== undefined && own) addCell(own, cell, place, measured.has(cell.metric));
    },
    reasonsOf: (metric) => [...(columns.get(metric)?.reasons ?? [])],
    finish() {
      const over = (chosen: readonly number[]) =>
        metrics.map((metric) =>
          metric.of === 'suite'
            ? summarizeSuiteMetric(metric, { answers, cases, chosen, seed })
            : summarizeCaseMetric(metric, { columns: columns.get(metric.name) ?? emptyColumns(), cases, chosen, seed }),
        );
      const tags = [...byTag.keys()].sort();
      return {
        metrics: over([...cases.keys()]),
        tags: Object.fromEntries(tags.map((tag) => [tag, over(byTag.get(tag) ?? [])])),
      };
    },
  };
}
