import type { AnswerEvent } from '../../src/domain/answer.ts';
import { RequestFailed, readEvents } from './api.ts';

const resumeAttempts = 5;
const finalTypes = new Set<AnswerEvent['type']>(['answer-finished', 'answer-refused', 'answer-failed']);

/** Opens the stream of an answer after the event with this sequence; -1 from the beginning. */
export type OpenStream = (after: number, signal: AbortSignal) => Promise<Response>;

/**
 * The events of an answer up to its final one, over as many connections as it takes.
 * Throws RequestFailed when the first one fails, or when the answer cannot be followed to its end.
 */
export async function* answerEvents(open: OpenStream, signal: AbortSignal): AsyncGenerator<AnswerEvent> {
  let last = -1;
  let attempt = 0;
  while (!signal.aborted) {
    try {
      for await (const { data } of readEvents<AnswerEvent>(await open(last, signal))) {
        last = data.sequence;
        attempt = 0;
        yield data;
        if (finalTypes.has(data.type)) return;
      }
    } catch (error) {
      // A refusal to start is final; a connection that breaks later is only that.
      if (last < 0 || (error instanceof RequestFailed && error.problem.code !== 'SERVER_UNREACHABLE')) throw error;
    }
    attempt += 1;
    if (last < 0 || attempt > resumeAttempts) throw new RequestFailed(interrupted);
    await new Promise((resolve) => setTimeout(resolve, Math.min(250 * 2 ** attempt, 4000)));
  }
}

const interrupted = {
  code: 'SERVER_UNREACHABLE',
  title: 'The answer was interrupted',
  detail: 'The server stopped, or the connection was lost. Ask again, or open the conversation later.',
  type: 'docs/errors/SERVER_UNREACHABLE',
} as const;
