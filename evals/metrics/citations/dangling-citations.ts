import type { CaseMetric } from '../../metric.ts';
import { ok } from '../score.ts';
import { scoreGiven } from '../score-given.ts';

/**
 * Number of citations, each once a sentence, whose number is that of no quote of the answer; at least 0. `na` for a refusal.
 */
export const danglingCitations: CaseMetric = {
  of: 'case',
  name: 'danglingCitations',
  group: 'citations',
  description: 'Citations that name no quote',
  better: 'lower',
  unit: 'count',
  version: 1,
  score: (answered) =>
    scoreGiven(answered, ({ answer }) => {
      const numbers = new Set(answer.quotes.map(({ number }) => number));
      const dangling = answer.sentences.flatMap(({ text, citations }) =>
        [...new Set(citations)].filter((number) => !numbers.has(number)).map((number) => `[${number}] ${text}`),
      );
      return ok(dangling.length, dangling);
    }),
};
