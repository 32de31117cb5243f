import { aurocByLength } from '../../evals/groundedness.ts';
import { auroc } from '../../evals/metrics/auroc.ts';
import { auprc, f1 } from '../../evals/metrics/detection.ts';
import {
  applyWeights,
  type GroundednessFit,
  type GroundednessWeights,
} from '../../src/chains/ground/groundedness-model.ts';
import { cappedScore, withheldBelow } from '../../src/chains/ground/score-groundedness.ts';
import type { AnswerSet, ReadAnswer } from './read-answer-set.ts';

/** Figures of a set by these weights, as `eval groundedness` computes them. */
export function judgeSet(weights: GroundednessWeights, { answers }: AnswerSet): GroundednessFit['leftOut'][string] {
  const scored = answers.map((answer) => ({ ...answer, score: scoreOf(weights, answer) }));
  const cases = scored.map(({ score, isUnsupported }) => ({ score: 1 - score, positive: isUnsupported }));
  const supported = scored.filter(({ isUnsupported }) => !isUnsupported);
  return {
    answers: scored.length,
    auroc: rounded(auroc(cases)),
    auprc: rounded(auprc(cases)),
    f1: rounded(f1(cases, 1 - withheldBelow)),
    falselyWithheld: rounded(supported.filter(({ score }) => score < withheldBelow).length / supported.length),
    lengthAuroc: rounded(auroc(scored.map(({ words, isUnsupported }) => ({ score: words, positive: isUnsupported })))),
    byLength: Object.values(aurocByLength(scored)).map(rounded),
  };
}

function scoreOf(weights: GroundednessWeights, { sentences }: ReadAnswer): number {
  let sum = 0;
  let total = 0;
  for (const { words, features, isCapped } of sentences) {
    const { score } = features ? applyWeights(weights, features) : { score: 0 };
    sum += words * score * (isCapped ? cappedScore : 1);
    total += words;
  }
  return total > 0 ? sum / total : 0;
}

function rounded(value: number | null): number | null {
  return value === null ? null : Number(value.toFixed(4));
}
