import type { RecordedAnswer } from '../answer-record.ts';
import type { EvalCase } from '../case.ts';
import type { Answered, Score } from '../metric.ts';
import { answerInText } from './answer-in-text.ts';
import { goldQuotesHeld } from './gold-quotes.ts';
import { meetsChecks } from './meets-checks.ts';
import { nuggetSupport, strictNuggetRecall } from './nugget-support.ts';
import { numbersHeld } from './numbers-held.ts';

/**
 * Whether an answer is right by all that its case knows, without a model: a question that nothing answers must be refused, any other must be
 * answered, with a gold answer (or its number) in its text, every vital nugget and every check. Where a case knows none of these its
 * gold quotes decide, all of which must be quoted. Null where the case knows nothing.
 */
export function isRight(answered: Answered): boolean | null {
  const known = judged.get(answered.answer);
  if (known?.own === answered.case) return known.right;
  const right = judge(answered);
  judged.set(answered.answer, { own: answered.case, right });
  return right;
}

/** Several metrics and curves ask for the same. */
const judged = new WeakMap<RecordedAnswer, { readonly own: EvalCase; readonly right: boolean | null }>();

function judge(answered: Answered): boolean | null {
  const { case: own, answer } = answered;
  if (own.answerable === false) return answer.state === 'refused';
  const known = verdicts(answered);
  if (answer.state === 'refused') return known.length > 0 || own.answerable === true ? false : null;
  return known.length > 0 ? known.every((verdict) => verdict) : null;
}

function verdicts(answered: Answered): boolean[] {
  const { case: own, answer } = answered;
  const inText = answerInText(answer.text, own.answers);
  const numbers = inText === 1 ? null : numbersHeld(answer.text, own.answers);
  const nuggets = strictNuggetRecall(nuggetSupport(answered));
  const checks = meetsChecks(own.checks, answer.text);
  const found = [
    inText === null ? null : inText === 1 || (numbers === 1 && own.answers.some(isNumberOnly)),
    nuggets === null ? null : nuggets === 1,
    checks.length > 0 ? checks.every(({ met }) => met) : null,
  ].filter((verdict) => verdict !== null);
  if (found.length > 0) return found;
  const held = goldQuotesHeld(answer.quotes, goldQuotesOf(answered));
  return held === null ? [] : [held === 1];
}

/** Gold quotes in the names of the formula. */
export function goldQuotesOf({ case: { gold_quotes } }: Answered) {
  return gold_quotes.map(({ doc, quote, alternatives }) => ({
    document: doc,
    quote,
    alternatives: alternatives.map((other) => ({ document: other.doc, quote: other.quote })),
  }));
}

/** A number and at most one word with it, as in "30 days"; only then does the number alone make an answer right. */
function isNumberOnly(answer: string): boolean {
  return /^\D{0,3}\d[\d.,\s]*\p{L}*\D?$/u.test(answer.trim());
}

/** As a score: 1 for right, 0 for wrong. */
export function rightScore(answered: Answered): Score {
  const right = isRight(answered);
  return right === null
    ? { status: 'na', reason: 'the case says nothing of the answer' }
    : { status: 'ok', value: Number(right) };
}
