import { z } from 'zod';
import { fence } from '../../src/chains/prompts/load-prompts.ts';
import { createQuoteCheck, type JudgeTask } from './ask-judge.ts';
import type { JudgePrompts } from './judge-prompts.ts';

export const correctnessLabels = ['correct', 'incomplete', 'incorrect'] as const;
export type CorrectnessLabel = (typeof correctnessLabels)[number];

const Verdict = z.object({
  contradicts: z.boolean(),
  complete: z.boolean(),
  partial: z.boolean(),
  answerQuote: z.string(),
  referenceQuote: z.string(),
});
export type CorrectnessVerdict = z.output<typeof Verdict>;

export interface CorrectnessQuestion {
  readonly question: string;
  readonly answer: string;
  /** At least one; each right alone. */
  readonly references: readonly string[];
}

/** What identifies the judge of this question. */
export const correctnessJudge = (prompts: JudgePrompts) => ({ prompt: prompts.correctness, schema: Verdict });

const replyTokens = 400;

/** Three yes-or-no checks of an answer beside its references, each side quoted. */
export function correctnessTask(
  prompts: JudgePrompts,
  { question, answer, references }: CorrectnessQuestion,
): JudgeTask<CorrectnessVerdict> {
  const standsInAnswer = createQuoteCheck([answer]);
  const standsInReference = createQuoteCheck(references);
  return {
    name: 'correctness',
    ...correctnessJudge(prompts),
    values: {
      question: fence('turn', 'role="question"', question),
      references: references
        .map((reference, index) => fence('turn', `role="reference" number="${index + 1}"`, reference))
        .join('\n'),
      answer: fence('turn', 'role="answer"', answer),
    },
    maxTokens: replyTokens,
    fault({ answerQuote, referenceQuote }) {
      if (!standsInAnswer(answerQuote)) return '`answerQuote` does not stand in the answer, letter by letter.';
      if (!standsInReference(referenceQuote))
        return '`referenceQuote` does not stand in a reference, letter by letter.';
      return null;
    },
  };
}

/** The label is made of the checks here, so that the model never weighs one against another. */
export function correctnessOf({ contradicts, complete, partial }: CorrectnessVerdict): CorrectnessLabel {
  if (contradicts) return 'incorrect';
  if (complete) return 'correct';
  return partial ? 'incomplete' : 'incorrect';
}
