import type { Answered, CaseMetric } from '../metric.ts';
import { na, ok } from './score.ts';

/**
 * What a user gets: the score of an answer that was given, and 0 for a wrong refusal. What nothing answers is `na`, except for correctness, where
 * refusing it is 1 and answering it 0, as SQuAD 2.0 scores (Rajpurkar et al. 2018). Else `na` where the metric is.
 */
export function endToEnd(metric: CaseMetric): CaseMetric {
  return {
    ...metric,
    name: `${metric.name}EndToEnd`,
    description: `${metric.description}; 0 for a wrong refusal`,
    score(answered) {
      const { case: own, answer } = answered;
      const isRefused = answer.state === 'refused';
      if (own.answerable === false)
        return metric.group === 'correctness' ? ok(Number(isRefused)) : na('nothing answers the question');
      if (!isRefused) return metric.score(answered);
      return isDefined(metric, answered) ? ok(0) : na('the metric is not defined for the case');
    },
  };
}

/** Whether any answer to the case could have a score: one without claims has none of their support, but another would. */
function isDefined(metric: CaseMetric, answered: Answered): boolean {
  if (metric.group === 'groundedness' || metric.name.startsWith('citation')) return answered.case.answerable === true;
  return metric.score(asEmpty(answered)).status === 'ok';
}

function asEmpty({ case: own, answer }: Answered): Answered {
  return { case: own, answer: { ...answer, state: 'finished', text: '', sentences: [], quotes: [] } };
}
