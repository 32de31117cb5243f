import { coverage } from '../../../src/chains/evidence/term-weights.ts';
import type { CaseMetric } from '../../metric.ts';
import { createEntailment } from '../entailment.ts';
import { na, ok } from '../score.ts';

/**
 * Share of the content words of the case's standalone question (`meta.standalone`) that stand in the question that was searched, in [0, 1]: what earlier turns
 * said and the follow-up left out. `na` without earlier turns, without that field, and where the target does not tell its events. Source: unigram
 * recall over content words, as ROUGE-1 (Lin 2004) is used for question rewriting.
 */
export const carryOver: CaseMetric = {
  of: 'case',
  name: 'carryOver',
  group: 'conversation',
  description: 'Words of the standalone question that were searched',
  better: 'higher',
  unit: 'share',
  version: 1,
  score: ({ case: own, answer }) => {
    const { standalone } = own.meta;
    if (own.history.length === 0 || typeof standalone !== 'string') return na('the case has no standalone question');
    if (answer.events.length === 0) return na('the target does not tell what it searched');
    const condensed = answer.events.find((event) => event.type === 'question-condensed');
    const { weights } = createEntailment(standalone);
    const searched = weights.weighted(condensed?.standalone ?? own.question);
    return ok(coverage(weights.weighted(standalone), searched));
  },
};
