import type { Score } from '../metric.ts';
import type { JudgedText, SupportJudge } from './support-judge.ts';

export interface JudgeTextsOptions {
  readonly signal: AbortSignal;
  readonly onProgress: (done: number, total: number) => void;
}

/** The scores of texts, in their order; as many at once as the judge takes. Throws the signal's reason. */
export async function judgeTexts(
  judge: SupportJudge,
  texts: readonly JudgedText[],
  { signal, onProgress }: JudgeTextsOptions,
): Promise<readonly Score[]> {
  const scores: Score[] = [];
  const waiting = texts.entries();
  let done = 0;
  const lane = async () => {
    for (const [index, text] of waiting) {
      signal.throwIfAborted();
      scores[index] = await judge.score(text, signal);
      done += 1;
      onProgress(done, texts.length);
      // The built-in scorer never waits for anything; a signal must be heard all the same.
      if (done % textsAtOnce === 0) await new Promise(setImmediate);
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, Math.min(judge.atOnce, texts.length)) }, lane));
  return scores;
}

const textsAtOnce = 50;
