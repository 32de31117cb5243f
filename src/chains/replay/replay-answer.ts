import { type Answer, type AnswerEvent, foldAnswer } from '../../domain/answer.ts';
import { AppError } from '../../domain/errors.ts';
import { newId } from '../../domain/ids.ts';
import type { Principal } from '../../domain/principal.ts';
import type { TenantSettings } from '../../domain/tenant-settings.ts';
import type { AnswerRecord } from '../../store/answers.ts';
import type { DocumentStore } from '../../store/documents.ts';
import type { AnswerInput, AnswerQuestion } from '../answer-question.ts';
import { underSettings } from '../under-settings.ts';
import {
  type AnswerConditions,
  type AnswerDifferences,
  compareAnswers,
  compareConditions,
  isSameAnswer,
} from './compare-answers.ts';
import { openRecordedSources, type RecordedPassage } from './recorded-sources.ts';

export interface Replay {
  readonly same: boolean;
  readonly differences: AnswerDifferences;
  readonly conditions: AnswerConditions;
  /** Passages of the answer that cannot be read any more. */
  readonly gone: readonly RecordedPassage[];
  readonly replayed: Answer;
}

interface ReplayInput {
  readonly principal: Principal;
  readonly answer: Answer;
  readonly record: AnswerRecord;
  /** The tenant's present ones. */
  readonly settings: TenantSettings;
}

/**
 * Asks a stored question again, of the versions of the sources that its answer was read from, with the present code, model and settings;
 * nothing is stored. Throws CONFLICT for an answer whose record does not say how it was asked, and what the second run failed with.
 */
export async function replayAnswer(
  { answerQuestion, documents }: { answerQuestion: AnswerQuestion; documents: Pick<DocumentStore, 'get' | 'content'> },
  { principal, answer, record, settings }: ReplayInput,
  signal: AbortSignal,
): Promise<Replay> {
  const { parameters } = record;
  if (!parameters || answer.state === 'running')
    throw new AppError('CONFLICT', 'The record of this answer does not say how it was asked. Ask the question anew.');
  const { passages } = record;
  const { sources, gone } = await openRecordedSources(documents, { principal, passages, answeredAt: answer.createdAt });
  const { limits: _limits, ...asked } = parameters;
  let replayedRecord = record;
  const input: AnswerInput = {
    ...asked,
    ...underSettings(settings),
    answerId: newId('answer'),
    conversationId: newId('conversation'),
    question: answer.question,
    principal,
    sources,
    cache: 'bypass',
    onRecord: (given) => {
      replayedRecord = given;
    },
  };
  const replayed = await runToEnd(answerQuestion, input, signal);
  const [before, after] = [
    { answer, record },
    { answer: replayed, record: replayedRecord },
  ];
  const differences = compareAnswers(before, after);
  return {
    same: isSameAnswer(differences),
    differences,
    conditions: compareConditions(before, after),
    gone,
    replayed,
  };
}

async function runToEnd(answerQuestion: AnswerQuestion, input: AnswerInput, signal: AbortSignal): Promise<Answer> {
  const events: AnswerEvent[] = [];
  for await (const event of answerQuestion(input, signal)) events.push(event);
  const answer = foldAnswer(events);
  if (!answer) throw new AppError('INTERNAL', 'The answer ended without a result.');
  if (answer.error) throw new AppError(answer.error.code, answer.error.detail, { errors: answer.error.errors });
  return answer;
}
