import type { ReviewedAnswer } from '../domain/reviewed.ts';
import { questionTermsOf } from './rank/question-terms.ts';

const denial = /\b(?:not|no|never|cannot|without)\b|n['’]t\b/iu;

/**
 * Whether a question is the one that a curated answer answers, in one of its wordings: the same terms in the same order, apart from inflection and
 * words that any question has, and none of them denied. A word more or less may be what matters, as in "cancel my annual plan".
 */
export function asksTheSame(
  question: string,
  { question: own, variants }: Pick<ReviewedAnswer, 'question' | 'variants'>,
  language: string | null,
): boolean {
  const asked = termsOf(question, language);
  if (asked === '') return false;
  return [own, ...variants].some(
    (wording) => denial.test(wording) === denial.test(question) && termsOf(wording, language) === asked,
  );
}

function termsOf(text: string, language: string | null): string {
  return questionTermsOf(text, language ?? 'en').ids.join(' ');
}
