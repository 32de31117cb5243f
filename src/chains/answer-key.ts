import { grantsOf } from '../domain/principal.ts';
import type { AnswerInput } from './answer-question.ts';

/**
 * Equal for two questions that must get the same answer: of one tenant, from principals who may read the same documents, of the
 * same sources (`generation`), and asked for in the same way.
 */
export function answerKey(input: AnswerInput, generation: number, fingerprint: string): string {
  const { principal, question, filter, mode, locale, maxQuotes, expand = true } = input;
  const { schema = null, models = null, tokenLimit = null, refusalThreshold = null } = input;
  const grants = grantsOf(principal);
  const rights = grants && [...new Set(grants)].sort();
  const wanted = [mode, locale, maxQuotes, expand, schema, models, tokenLimit, refusalThreshold];
  const asked = [normalizedQuestion(question), filter, ...wanted];
  return JSON.stringify([principal.tenantId, rights, generation, fingerprint, ...asked]);
}

/** Letter case stays: it tells names and acronyms from words. */
function normalizedQuestion(question: string): string {
  return question.normalize('NFKC').replace(/\s+/gu, ' ').trim();
}
