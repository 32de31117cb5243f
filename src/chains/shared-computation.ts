import { type AnswerEvent, isFinalEvent } from '../domain/answer.ts';
import type { AnswerRecord } from '../store/answers.ts';
import type { AnswerInput, AnswerQuestion } from './answer-question.ts';

/** One run of the chain that several askers follow, each at its own pace. */
export interface SharedComputation {
  readonly events: readonly AnswerEvent[];
  /** Whether a further asker may follow. */
  isOpen(): boolean;
  isOver(): boolean;
  /** Resolves at the next event or at the end. */
  changed(): Promise<void>;
  /** Null until right before the final event. */
  record(): AnswerRecord | null;
  join(): void;
  /** The last one to leave stops the chain with the reason. Returns whether others go on. */
  leave(reason: unknown): boolean;
}

/** Starts the chain at once; `onEnd` is called when it is over, before its followers see the end. */
export function startComputation(
  answerQuestion: AnswerQuestion,
  input: AnswerInput,
  onEnd: (computation: SharedComputation) => void,
): SharedComputation {
  const events: AnswerEvent[] = [];
  const stop = new AbortController();
  let record: AnswerRecord | null = null;
  let followers = 0;
  let isOver = false;
  let next = Promise.withResolvers<void>();
  const signalChange = () => {
    next.resolve();
    next = Promise.withResolvers();
  };
  const computation: SharedComputation = {
    events,
    isOpen: () => !stop.signal.aborted && !isOver,
    isOver: () => isOver,
    changed: () => next.promise,
    record: () => record,
    join() {
      followers += 1;
    },
    leave(reason) {
      followers -= 1;
      if (followers === 0 && !isOver) stop.abort(reason);
      return followers > 0;
    },
  };
  const onRecord = (given: AnswerRecord) => {
    record = given;
  };
  void run();
  return computation;

  async function run(): Promise<void> {
    try {
      for await (const event of answerQuestion({ ...input, onRecord }, stop.signal)) {
        const isFinal = isFinalEvent(event);
        if (isFinal) end();
        events.push(event);
        signalChange();
        if (isFinal) return;
      }
    } catch {
      // The chain promises never to throw; whoever follows sees an end without a final event and says so.
    } finally {
      end();
      signalChange();
    }
  }

  function end(): void {
    if (isOver) return;
    isOver = true;
    onEnd(computation);
  }
}
