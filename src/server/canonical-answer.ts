import { Answer, AnswerEvent } from '../domain/answer.ts';

/**
 * An event with its fields in the order of the schema: a database may give them back in another, and a resumed stream
 * has the bytes of the first one. Throws a ZodError for what is no event.
 */
export function canonicalEvent(event: AnswerEvent): AnswerEvent {
  const ordered = AnswerEvent.parse(event);
  return ordered.type === 'answer-finished' ? { ...ordered, timings: sorted(ordered.timings) } : ordered;
}

/** The same for an answer, so that reading it twice gives the same bytes. */
export function canonicalAnswer(answer: Answer): Answer {
  const ordered = Answer.parse(answer);
  return { ...ordered, timings: sorted(ordered.timings) };
}

function sorted(timings: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(timings).sort());
}
