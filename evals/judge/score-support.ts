import type { Score } from '../metric.ts';
import type { JudgeContext } from './ask-judge.ts';
import type { AskPanel } from './ask-panel.ts';
import { type Ballot, countVotes, type Vote, type VoteRule } from './count-votes.ts';
import {
  type GroundednessQuestion,
  groundednessTask,
  readSentenceVerdicts,
  type SupportLabel,
} from './judge-groundedness.ts';
import type { JudgePrompts } from './judge-prompts.ts';

export interface SupportDeps {
  readonly ask: AskPanel;
  readonly rule: VoteRule;
  readonly prompts: JudgePrompts;
}

/**
 * Sentences with one of the labels / sentences that claim something, in [0, 1] (RAGAS faithfulness, with sentences as the unit); judges vote on
 * each sentence. `na` without a sentence, a source or a claim; the first two cost no call. Throws what the panel throws.
 */
export async function scoreSupport(
  { ask, rule, prompts }: SupportDeps,
  asked: GroundednessQuestion,
  labels: readonly SupportLabel[],
  context: JudgeContext,
): Promise<Score> {
  const { sentences, sources } = asked;
  if (sentences.length === 0) return notApplicable('the answer has no sentence');
  if (sources.length === 0) return notApplicable('there is no source to hold the answer against');
  const ballots = await ask(groundednessTask(prompts, asked), context);
  const votes = readBallots(ballots, (verdict) =>
    readSentenceVerdicts(sentences, verdict).map(({ text, label, quote }) => ({
      about: text,
      label,
      counts: label === 'not-a-claim' ? null : labels.includes(label),
      evidence: cited(`${label}: ${text}`, quote),
    })),
  );
  return countVotes(votes, rule);
}

export const notApplicable = (reason: string): Score => ({ status: 'na', reason });

/** A line of evidence with the words that it rests on. */
export const cited = (text: string, quote: string) => (quote === '' ? text : `${text} (“${quote}”)`);

/** Ballots with what their verdicts say of each thing. */
export function readBallots<T>(
  ballots: readonly Ballot<T>[],
  read: (verdict: T) => readonly Vote[],
): readonly Ballot<readonly Vote[]>[] {
  return ballots.map((ballot) => ({ ...ballot, verdict: ballot.verdict === null ? null : read(ballot.verdict) }));
}
