import { coverage } from '../../src/chains/evidence/term-weights.ts';
import type { RecordedAnswer } from '../answer-record.ts';
import type { Nugget } from '../case.ts';
import type { Answered } from '../metric.ts';
import { answerInText } from './answer-in-text.ts';
import { numbersHeld } from './numbers-held.ts';
import { readAnswer } from './read-answer.ts';

/** 1 where the answer says all of it, 0.5 a part, 0 nothing. */
export interface SupportedNugget {
  readonly nugget: Nugget;
  readonly support: 0 | 0.5 | 1;
}

/**
 * How far an answer holds each nugget of its case, without a model. Full: the nugget's text or an alias stands in the answer, or one window
 * of two sentences has all of its content words and numbers. Half: a window has at least half of its content words. Source: the support grades of
 * Pradeep et al. 2025, "The Great Nugget Recall", with words in place of a model.
 */
export function nuggetSupport({ case: { nuggets }, answer }: Answered): readonly SupportedNugget[] {
  if (nuggets.length === 0) return [];
  const known = supported.get(answer);
  if (known?.nuggets === nuggets) return known.support;
  const { weights } = readAnswer(answer).entailment;
  const texts = answer.sentences.map(({ text }) => text);
  const windows = (
    texts.length > 1 ? texts.slice(1).map((text, index) => `${texts[index]} ${text}`) : [answer.text]
  ).map((text) => ({ text, terms: weights.weighted(text) }));
  const support = nuggets.map((nugget): SupportedNugget => {
    const wordings = [nugget.text, ...nugget.aliases];
    if (answerInText(answer.text, wordings) === 1) return { nugget, support: 1 };
    const best = Math.max(
      ...wordings.flatMap((wording) => {
        const terms = weights.weighted(wording);
        return windows.map((window) => held(wording, window.text, coverage(terms, window.terms)));
      }),
    );
    return { nugget, support: best === 1 ? 1 : best >= 0.5 ? 0.5 : 0 };
  });
  supported.set(answer, { nuggets, support });
  return support;
}

/** Several metrics ask for the same. */
const supported = new WeakMap<
  RecordedAnswer,
  { readonly nuggets: readonly Nugget[]; readonly support: readonly SupportedNugget[] }
>();

/** A missing number leaves a share of the content words at one half at most. */
function held(wording: string, window: string, share: number): number {
  if (share <= 0.5) return share;
  return numbersHeld(window, [wording]) === 0 ? 0.5 : share;
}

/** Share of the vital nuggets that are fully supported, in [0, 1]; null without a vital one. */
export function strictNuggetRecall(nuggets: readonly SupportedNugget[]): number | null {
  const vital = nuggets.filter(({ nugget }) => nugget.vital);
  return vital.length > 0 ? vital.filter(({ support }) => support === 1).length / vital.length : null;
}

/** Σ weight × support / Σ weight, in [0, 1], where a vital nugget weighs 1 and another one half; null without nuggets. */
export function weightedNuggetRecall(nuggets: readonly SupportedNugget[]): number | null {
  const weightOf = ({ nugget }: SupportedNugget) => (nugget.vital ? 1 : 0.5);
  const total = nuggets.reduce((sum, one) => sum + weightOf(one), 0);
  return total > 0 ? nuggets.reduce((sum, one) => sum + weightOf(one) * one.support, 0) / total : null;
}
