import type { RecordedAnswer } from '../answer-record.ts';
import type { EvalCase } from '../case.ts';
import { hashOf } from '../hash-of.ts';
import type { Metric } from '../metric.ts';

/**
 * Equal for what must get the same answer: asked of the same state of a target (`identity`), in the same words, of the same rights, as the same
 * repeat. What is known of the answer does not count. 64 hexadecimal digits.
 */
export function answerKey(identity: string, one: EvalCase, repeat: number): string {
  const { question, history, contexts, groups, tenant } = one;
  const turns = history.map((turn) => [turn.question, turn.answer]);
  const asker = tenant === undefined ? [] : [tenant];
  return hashOf([identity, question, turns, contexts, [...groups].sort(), repeat, ...asker]);
}

/** Names all that the cells of an answer are computed from, the metrics left out. */
export function scoredKey(one: EvalCase, answer: RecordedAnswer): string {
  return hashOf([one, answer]);
}

/** Names a metric in the state in which it scores: a cell of another one is computed again. */
export function metricKey(metric: Metric): string {
  return `${metric.name}@${metric.version}${'fingerprint' in metric ? ` ${String(metric.fingerprint)}` : ''}`;
}
