import { type Answer, type AnswerEvent, isFinalEvent } from '../domain/answer.ts';
import { AppError } from '../domain/errors.ts';
import type { Principal } from '../domain/principal.ts';
import type { AnswerRecord, AnswerStore } from '../store/answers.ts';
import type { EventLog } from './answer-event-log.ts';
import { folded } from './open-answer.ts';
import type { Log } from './server-deps.ts';

interface FinalOptions {
  readonly principal: Principal;
  readonly log: EventLog;
  readonly final: AnswerEvent;
  readonly record: AnswerRecord;
}

/** The final event leaves only after it is stored; when that fails, what leaves says so. */
export async function storeFinal(
  deps: { readonly answers: Pick<AnswerStore, 'finish'>; readonly log: Pick<Log, 'error'> },
  { principal, log, final, record }: FinalOptions,
): Promise<Answer> {
  const events = [...log.events, final];
  try {
    await deps.answers.finish(principal, { answer: folded(events), events, record });
    log.end(final);
  } catch (error) {
    const { code, cause } = AppError.from(error);
    deps.log.error({ err: cause ?? error, code }, 'an answer could not be stored');
    log.end(log.failure(new AppError(code, 'The answer could not be stored. Ask again.', { cause: error })));
  }
  return folded(log.events);
}

interface PumpOptions {
  readonly source: AsyncGenerator<AnswerEvent>;
  readonly log: EventLog;
  readonly stop: AbortController;
  readonly graceMilliseconds: number;
  readonly logger: Pick<Log, 'error' | 'warn'>;
}

/** Moves events from the chain into the log until the final one, which it returns; a chain that does not end gets an end. */
export async function pump({ source, log, stop, graceMilliseconds, logger }: PumpOptions): Promise<AnswerEvent> {
  const overdue = overdueAfterAbort(stop.signal, graceMilliseconds);
  try {
    for (;;) {
      const next = await Promise.race([source.next(), overdue.promise]);
      if (next === 'overdue') return log.failure(AppError.from(stop.signal.reason));
      if (next.done) throw new AppError('INTERNAL', 'The answer ended without a final event.');
      const event = log.complete(next.value);
      if (isFinalEvent(event)) return event;
      log.push(event);
    }
  } catch (error) {
    logger.error({ err: error }, 'the answering chain failed');
    return log.failure(AppError.from(error));
  } finally {
    overdue.clear();
    source
      .return(undefined)
      .catch((error: unknown) => logger.warn({ err: error }, 'the answering chain failed to end'));
  }
}

function overdueAfterAbort(signal: AbortSignal, milliseconds: number): { promise: Promise<'overdue'>; clear(): void } {
  let timer: NodeJS.Timeout | undefined;
  const { promise, resolve } = Promise.withResolvers<'overdue'>();
  const begin = () => {
    timer = setTimeout(() => resolve('overdue'), milliseconds);
  };
  if (signal.aborted) begin();
  else signal.addEventListener('abort', begin, { once: true });
  return {
    promise,
    clear() {
      clearTimeout(timer);
      signal.removeEventListener('abort', begin);
    },
  };
}
