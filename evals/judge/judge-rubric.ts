import { z } from 'zod';
import { fence } from '../../src/chains/prompts/load-prompts.ts';
import { createQuoteCheck, type JudgeTask } from './ask-judge.ts';
import type { JudgePrompts } from './judge-prompts.ts';

const Verdict = z.object({ passes: z.boolean(), quote: z.string() });
export type RubricVerdict = z.output<typeof Verdict>;

export interface RubricQuestion {
  readonly question: string;
  readonly answer: string;
  readonly rubric: string;
}

/** What identifies the judge of this question. */
export const rubricJudge = (prompts: JudgePrompts) => ({ prompt: prompts.rubric, schema: Verdict });

const replyTokens = 250;

/** Whether an answer meets one requirement, with the words of the answer on which that rests. */
export function rubricTask(
  prompts: JudgePrompts,
  { question, answer, rubric }: RubricQuestion,
): JudgeTask<RubricVerdict> {
  const stands = createQuoteCheck([answer]);
  return {
    name: 'rubric',
    ...rubricJudge(prompts),
    values: {
      question: fence('turn', 'role="question"', question),
      rubric: fence('turn', 'role="requirement"', rubric),
      answer: fence('turn', 'role="answer"', answer),
    },
    maxTokens: replyTokens,
    fault: ({ quote }) => (stands(quote) ? null : '`quote` does not stand in the answer, letter by letter.'),
  };
}
