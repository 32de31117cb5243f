import { type Prompt, readPrompt } from '../../src/chains/prompts/load-prompts.ts';

/** What the judge is told; kept apart from the prompts of answers, so that a change here leaves kept answers as they are. */
export interface JudgePrompts {
  readonly groundedness: Prompt;
  readonly correctness: Prompt;
  readonly rubric: Prompt;
}

/** Reads the prompts from beside this file. Throws when one is missing or not in two parts. */
export function loadJudgePrompts(): JudgePrompts {
  const read = (name: string) => readPrompt(new URL(`prompts/${name}.md`, import.meta.url));
  return {
    groundedness: read('judge-groundedness.v1'),
    correctness: read('judge-correctness.v1'),
    rubric: read('judge-rubric.v1'),
  };
}
