import type { CaseMetric } from '../../metric.ts';
import { na, ok } from '../score.ts';
import { scoreGiven } from '../score-given.ts';

/**
 * 1 when an answer cites a source where the case's `expect.must_cite` is true (none where it is false) and quotes at most `expect.max_sources` documents,
 * else 0. `na` for a refusal and where the case expects neither.
 */
export const expectationsMet: CaseMetric = {
  of: 'case',
  name: 'expectationsMet',
  group: 'correctness',
  description: 'The answer cites, and no more sources, as the case expects',
  better: 'higher',
  unit: 'share',
  version: 1,
  score: (answered) =>
    scoreGiven(answered, ({ case: { expect }, answer: { quotes } }) => {
      const { must_cite, max_sources } = expect;
      if (must_cite === undefined && max_sources === undefined) return na('the case expects nothing of the sources');
      const documents = new Set(quotes.map(({ document }) => document)).size;
      const cites = must_cite === undefined || must_cite === documents > 0;
      return ok(Number(cites && documents <= (max_sources ?? documents)));
    }),
};
