import { Runnable, type RunnableConfig } from '@langchain/core/runnables';
import { type Answer, type AnswerEvent, foldAnswer } from '../domain/answer.ts';
import { AppError } from '../domain/errors.ts';
import type { AnswerInput, AnswerQuestion } from './answer-question.ts';

/** The answering chain as a LangChain Runnable: `invoke` gives the whole answer, `stream` its events. */
export class AnswerChain extends Runnable<AnswerInput, Answer | AnswerEvent> {
  override lc_namespace = ['footnote', 'chains'];
  readonly #answerQuestion: AnswerQuestion;

  constructor(answerQuestion: AnswerQuestion) {
    super();
    this.#answerQuestion = answerQuestion;
  }

  override async invoke(input: AnswerInput, options?: Partial<RunnableConfig>): Promise<Answer> {
    const events: AnswerEvent[] = [];
    for await (const event of this._streamIterator(input, options)) events.push(event);
    const answer = foldAnswer(events);
    if (!answer) throw new AppError('INTERNAL', 'The answer has no first event.');
    return answer;
  }

  override async *_streamIterator(input: AnswerInput, options?: Partial<RunnableConfig>): AsyncGenerator<AnswerEvent> {
    yield* this.#answerQuestion(input, options?.signal ?? new AbortController().signal);
  }
}
