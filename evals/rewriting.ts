import { type CondenseDeps, type Condensed, condenseQuestion } from '../src/chains/condense-question.ts';
import { bleu4, type TextPair } from './metrics/bleu.ts';
import { rouge1 } from './metrics/rouge.ts';
import type { RewritingCase } from './readers/rewriting.ts';

interface Scores {
  /** Corpus BLEU-4 against the human rewrite, in [0, 100]. */
  readonly bleu4: number;
  /** ROUGE-1 F, in [0, 100]. */
  readonly rouge1: number;
}

export interface RewritingReport extends Scores {
  readonly questions: number;
  /** Share of questions that were rewritten. */
  readonly changed: number;
  /** Questions for which the chat model failed and the rules stepped in. */
  readonly degraded: number;
  /** The follow-up left as it was asked. */
  readonly copy: Scores;
  /** By the rules, without the title that these conversations have. */
  readonly withoutTopic: Scores;
  readonly cases: readonly {
    readonly id: string;
    readonly question: string;
    readonly standalone: string;
    readonly rewrite: string;
  }[];
}

interface Result extends RewritingCase, Condensed {
  readonly untitled: string;
}

interface RewritingOptions {
  readonly signal: AbortSignal;
  readonly onProgress: (done: number, total: number) => void;
}

/** Condenses each follow-up as the server does and compares the result with how a person rewrote it. */
export async function evaluateRewriting(
  deps: CondenseDeps,
  cases: readonly RewritingCase[],
  { signal, onProgress }: RewritingOptions,
): Promise<RewritingReport> {
  const results: Result[] = [];
  for (const entry of cases) {
    signal.throwIfAborted();
    const titled = await condenseQuestion(deps, entry, signal);
    const untitled = await condenseQuestion({ ...deps, chat: null }, { ...entry, topic: null }, signal);
    results.push({ ...entry, ...titled, untitled: untitled.standalone });
    onProgress(results.length, cases.length);
  }
  const score = (candidateOf: (result: Result) => string): Scores => {
    const pairs = results.map((result): TextPair => ({ candidate: candidateOf(result), reference: result.rewrite }));
    return { bleu4: bleu4(pairs), rouge1: rouge1(pairs) };
  };
  return {
    questions: results.length,
    ...score(({ standalone }) => standalone),
    changed: results.filter(({ isChanged }) => isChanged).length / Math.max(1, results.length),
    degraded: results.filter(({ degradedBy }) => degradedBy !== null).length,
    copy: score(({ question }) => question),
    withoutTopic: score(({ untitled }) => untitled),
    cases: results.map(({ id, question, standalone, rewrite }) => ({ id, question, standalone, rewrite })),
  };
}
