import type { Score } from '../metric.ts';
import type { AskJudge } from './ask-judge.ts';
import {
  type GroundednessQuestion,
  groundednessTask,
  readSentenceVerdicts,
  type SupportLabel,
} from './judge-groundedness.ts';
import type { JudgePrompts } from './judge-prompts.ts';

export interface SupportDeps {
  readonly judge: AskJudge;
  readonly prompts: JudgePrompts;
}

/**
 * Sentences with one of the labels / sentences that claim something, in [0, 1] (RAGAS faithfulness, with sentences as the unit). `na` without a
 * sentence, a source or a claim; the first two cost no call. Throws what the judge throws.
 */
export async function scoreSupport(
  { judge, prompts }: SupportDeps,
  asked: GroundednessQuestion,
  labels: readonly SupportLabel[],
  signal: AbortSignal,
): Promise<Score> {
  const { sentences, sources } = asked;
  if (sentences.length === 0) return notApplicable('the answer has no sentence');
  if (sources.length === 0) return notApplicable('there is no source to hold the answer against');
  const verdicts = readSentenceVerdicts(sentences, await judge(groundednessTask(prompts, asked), signal));
  const claims = verdicts.filter(({ label }) => label !== 'not-a-claim');
  if (claims.length === 0) return notApplicable('the answer claims nothing');
  const value = claims.filter(({ label }) => labels.includes(label)).length / claims.length;
  return { status: 'ok', value, evidence: verdicts.map(({ text, label, quote }) => cited(`${label}: ${text}`, quote)) };
}

export const notApplicable = (reason: string): Score => ({ status: 'na', reason });

/** A line of evidence with the words that it rests on. */
export const cited = (text: string, quote: string) => (quote === '' ? text : `${text} (“${quote}”)`);
