import type { AnswerInput } from '../src/chains/answer-question.ts';
import { newId } from '../src/domain/ids.ts';
import type { Principal } from '../src/domain/principal.ts';

/** A question as a caller asks it with the defaults of the API, alone in its conversation. */
export function sampleAnswerInput(
  principal: Principal,
  question: string,
  changes: Partial<AnswerInput> = {},
): AnswerInput {
  return {
    answerId: newId('answer'),
    conversationId: newId('conversation'),
    question,
    history: [],
    principal,
    filter: null,
    mode: 'strict',
    locale: null,
    maxQuotes: 8,
    onRecord: () => {},
    ...changes,
  };
}
