import { z } from 'zod';
import { fence } from '../../src/chains/prompts/load-prompts.ts';
import { createQuoteCheck, type JudgeTask } from './ask-judge.ts';
import type { JudgePrompts } from './judge-prompts.ts';

export const supportLabels = ['supported', 'partial', 'unsupported', 'contradicted', 'not-a-claim'] as const;
export type SupportLabel = (typeof supportLabels)[number];

const Verdicts = z.object({
  verdicts: z.array(z.object({ sentence: z.number(), label: z.enum(supportLabels), quote: z.string() })),
});
type Verdicts = z.output<typeof Verdicts>;

export interface GroundednessQuestion {
  readonly question: string;
  /** At least one. */
  readonly sentences: readonly string[];
  /** At least one. */
  readonly sources: readonly string[];
}

export interface SentenceVerdict {
  readonly text: string;
  readonly label: SupportLabel;
  /** Words of a source; empty only where there is nothing to check. */
  readonly quote: string;
}

/** What identifies the judge of this question. */
export const groundednessJudge = (prompts: JudgePrompts) => ({ prompt: prompts.groundedness, schema: Verdicts });

const tokensPerSentence = 120;
const tokensBeside = 200;

/** A verdict on each sentence of an answer, in one call: each label but `not-a-claim` must quote one of the sources. */
export function groundednessTask(
  prompts: JudgePrompts,
  { question, sentences, sources }: GroundednessQuestion,
): JudgeTask<Verdicts> {
  const stands = createQuoteCheck(sources);
  const numbered = (name: string, texts: readonly string[]) =>
    texts.map((text, index) => fence(name, `number="${index + 1}"`, text)).join('\n');
  return {
    name: 'groundedness',
    ...groundednessJudge(prompts),
    values: {
      sources: numbered('passage', sources),
      question: fence('turn', 'role="question"', question),
      sentences: numbered('sentence', sentences),
    },
    maxTokens: tokensBeside + tokensPerSentence * sentences.length,
    fault({ verdicts }) {
      for (const [index] of sentences.entries())
        if (verdicts.filter(({ sentence }) => sentence === index + 1).length !== 1)
          return `sentence ${index + 1} needs exactly one entry.`;
      if (verdicts.length > sentences.length) return `there are only ${sentences.length} sentences.`;
      const invented = verdicts.find(({ label, quote }) => label !== 'not-a-claim' && !stands(quote));
      return invented
        ? `the quote of sentence ${invented.sentence} does not stand in a source, letter by letter.`
        : null;
    },
  };
}

/** In the order of the sentences. */
export function readSentenceVerdicts(sentences: readonly string[], { verdicts }: Verdicts): readonly SentenceVerdict[] {
  const byNumber = new Map(verdicts.map((verdict) => [verdict.sentence, verdict]));
  return sentences.flatMap((text, index) => {
    const verdict = byNumber.get(index + 1);
    return verdict ? [{ text, label: verdict.label, quote: verdict.quote }] : [];
  });
}
