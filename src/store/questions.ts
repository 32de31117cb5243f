import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as pause } from 'node:timers/promises';

/** What somebody waits for, from its first statement to its last. */
export interface OpenQuestion {
  readonly isOver: () => boolean;
  /** Its next statement is awaited; false where others may go between. */
  readonly isAwaited: boolean;
  readonly over: Promise<void>;
}

const aside: OpenQuestion = { isOver: () => false, over: new Promise(() => {}), isAwaited: false };
const asking = new AsyncLocalStorage<OpenQuestion>();
/** Work that uses the processor waits for a question no longer than so: later it waits itself, for a model as a rule. */
const busyMilliseconds = 150;
let openQuestions = 0;
let noneIsOpen = Promise.withResolvers<void>();
let lastBeganAt = Number.NEGATIVE_INFINITY;
let lastOverAt = Number.NEGATIVE_INFINITY;

/** Does what somebody waits for: where a database has one connection, long work waits between its statements. */
export async function asQuestion<T>(work: () => Promise<T>): Promise<T> {
  const { promise: over, resolve: end } = Promise.withResolvers<void>();
  let isOver = false;
  if (openQuestions === 0) noneIsOpen = Promise.withResolvers();
  openQuestions += 1;
  lastBeganAt = performance.now();
  try {
    return await asking.run({ isAwaited: true, isOver: () => isOver, over }, work);
  } finally {
    isOver = true;
    openQuestions -= 1;
    lastOverAt = performance.now();
    if (openQuestions === 0) noneIsOpen.resolve();
    end();
  }
}

/** Does what a question may come to wait for, such as a load of the index: as questions do, but nothing waits between its statements. */
export async function asIfAsked<T>(work: () => Promise<T>): Promise<T> {
  return await asking.run(aside, work);
}

/** The question that the running code belongs to; null when it belongs to none, or to one that is over. */
export function openQuestion(): OpenQuestion | null {
  const question = asking.getStore();
  return question && !question.isOver() ? question : null;
}

/** How many questions this process answers at once; for so many milliseconds after the last one it is still 1. */
export function questionsAtOnce(milliseconds: number): number {
  return openQuestions === 0 && performance.now() - lastOverAt < milliseconds ? 1 : openQuestions;
}

/** Between two pieces of long work, such as two files: resolves when no question runs that began just now, at once as a rule. */
export async function letQuestionsPass(): Promise<void> {
  const left = openQuestions > 0 ? lastBeganAt + busyMilliseconds - performance.now() : 0;
  if (left <= 0) return;
  const over = new AbortController();
  await Promise.race([noneIsOpen.promise, pause(left, undefined, { signal: over.signal }).catch(() => {})]);
  over.abort();
}
