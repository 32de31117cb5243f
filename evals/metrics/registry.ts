import { AppError } from '../../src/domain/errors.ts';
import { type Metric, metricGroups } from '../metric.ts';
import { overRefusal } from './abstention/over-refusal.ts';
import { fabricatedQuotes } from './citations/fabricated-quotes.ts';
import { latency } from './operations/latency.ts';
import { ndcg } from './retrieval/ndcg.ts';
import { recall } from './retrieval/recall.ts';

/** What every suite measures unless it names others: each metric once, those of a family at usual ranks. */
export const defaultMetrics: readonly Metric[] = [
  recall(1),
  recall(5),
  recall(10),
  ndcg(10),
  fabricatedQuotes,
  overRefusal,
  latency('firstSentence'),
  latency('total'),
];

/** Metrics at a rank, by the name before `@`. */
const atRank: Readonly<Record<string, (k: number) => Metric>> = { recall, ndcg };

/**
 * The metrics of these names, each once, in their order. A name is a metric's (`citationRecall`), one of a family at a whole number (`recall@3`), the
 * time of a stage (`latency:retrieve`), or a group (`citations`), which stands for the group's default metrics. Throws INVALID_REQUEST
 * for another.
 */
export function metricsNamed(names: readonly string[]): readonly Metric[] {
  const found = names.flatMap(membersOf);
  return [...new Map(found.map((metric) => [metric.name, metric])).values()];
}

function membersOf(name: string): readonly Metric[] {
  const known = defaultMetrics.filter((metric) => metric.name === name || metric.group === name);
  if (known.length > 0) return known;
  const [, family = '', parameter = ''] = /^(\w+)@([1-9]\d{0,5})$/.exec(name) ?? [];
  const make = Object.hasOwn(atRank, family) ? atRank[family] : undefined;
  if (make) return [make(Number(parameter))];
  const stage = /^latency:(\w+)$/.exec(name)?.[1];
  if (stage) return [latency(stage)];
  throw unknownMetric(name);
}

function unknownMetric(name: string): AppError {
  const families = Object.keys(atRank).map((family) => `${family}@K`);
  const known = [
    ...metricGroups,
    ...defaultMetrics.flatMap((metric) => (/[@:]/.test(metric.name) ? [] : metric.name)),
    ...families,
    'latency:STAGE',
  ];
  const message = `There is no metric ${name}.`;
  return new AppError('INVALID_REQUEST', message, {
    errors: [{ field: 'metrics', expected: `one of ${known.join(', ')}`, received: name }],
  });
}
