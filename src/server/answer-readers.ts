import type { AnswerEvent } from '../domain/answer.ts';

type Read = (after: number, signal: AbortSignal) => AsyncGenerator<readonly AnswerEvent[]>;

export interface AnswerReadersOptions {
  /** How long an answer goes on after its last reader left. */
  readonly milliseconds: number;
  /** Whether somebody reads it in another process. */
  readonly isReadElsewhere: () => Promise<boolean>;
  readonly onAbandoned: () => void;
}

/**
 * Counts who reads an answer. Whoever lost the connection has time to come back; then the answer is abandoned. An answer that
 * never had a reader is not: its asker waits for the whole.
 */
export function countReaders(read: Read, { milliseconds, isReadElsewhere, onAbandoned }: AnswerReadersOptions) {
  let readers = 0;
  let isOver = false;
  let timer: NodeJS.Timeout | undefined;

  function wait(): void {
    timer = setTimeout(() => {
      void isReadElsewhere().then((isRead) => {
        if (isOver || readers > 0) return;
        if (isRead) wait();
        else onAbandoned();
      });
    }, milliseconds);
    timer.unref();
  }

  return {
    read: async function* (after, signal) {
      readers += 1;
      clearTimeout(timer);
      try {
        yield* read(after, signal);
      } finally {
        readers -= 1;
        if (readers === 0 && !isOver) wait();
      }
    } satisfies Read,
    end(): void {
      isOver = true;
      clearTimeout(timer);
    },
  };
}
