import type { AnswerEvent } from '../domain/answer.ts';
import { AppError } from '../domain/errors.ts';
import { canonicalEvent } from './canonical-answer.ts';
import { type ProblemContext, toProblem } from './problem.ts';

export type EventLog = ReturnType<typeof createEventLog>;

/** The events of one answer: readers follow at their own pace from one shared list, so that none of them costs memory. */
export function createEventLog(now: () => Date, problem: ProblemContext) {
  const events: AnswerEvent[] = [];
  let isOver = false;
  let changed = Promise.withResolvers<void>();
  let tell = () => {};

  function push(event: AnswerEvent): void {
    events.push(event);
    changed.resolve();
    changed = Promise.withResolvers();
    tell();
  }

  return {
    events: events as readonly AnswerEvent[],
    push,
    /** Calls it after each event, the last one too. */
    onChange(listener: () => void): void {
      tell = listener;
    },
    end(event: AnswerEvent): void {
      isOver = true;
      push(event);
    },
    /** Checks an event of the chain; the chain knows neither the request nor the address that an error is reported from. */
    complete(event: AnswerEvent): AnswerEvent {
      if (event.type !== 'answer-failed') return canonicalEvent(event);
      const { code, detail, errors } = event.error;
      return canonicalEvent({ ...event, error: toProblem(new AppError(code, detail, { errors }), problem) });
    },
    failure(error: AppError): AnswerEvent {
      const sequence = (events.at(-1)?.sequence ?? -1) + 1;
      return canonicalEvent({
        type: 'answer-failed',
        sequence,
        at: now().toISOString(),
        error: toProblem(error, problem),
      });
    },
    async *read(after: number, signal: AbortSignal): AsyncGenerator<readonly AnswerEvent[]> {
      const gone = Promise.withResolvers<void>();
      const leave = () => gone.resolve();
      signal.addEventListener('abort', leave, { once: true });
      try {
        let position = events.findIndex((event) => event.sequence > after);
        if (position < 0) position = events.length;
        while (!signal.aborted) {
          const batch = events.slice(position);
          position = events.length;
          if (batch.length > 0) yield batch;
          else if (isOver) return;
          else await Promise.race([changed.promise, gone.promise]);
        }
      } finally {
        signal.removeEventListener('abort', leave);
      }
    },
  };
}
