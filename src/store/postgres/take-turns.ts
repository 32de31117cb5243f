import { AsyncLocalStorage } from 'node:async_hooks';
import { isInBackground } from '../background.ts';
import { type OpenQuestion, openQuestion } from '../questions.ts';

/** `brief`: one statement that somebody waits for. What belongs to a question is brief too. */
export type TurnLength = 'brief' | 'long';

export interface Turns {
  /** Runs `work` alone. Brief work goes before long, and both before work in the background. Settles as it does. */
  take<T>(work: () => Promise<T>, length?: TurnLength): Promise<T>;
  /** Resolves when nothing runs and nothing waits. */
  idle(): Promise<void>;
}

/** So many pieces of work pass one that waits; then it has its turn. */
const mostPassing = 20;
/** A question asks several times: after each its next is awaited until the question is over, and no longer than so; */
const awaitedMilliseconds = 100;
/** others wait no longer for the statements of all questions than so. */
const mostPausedMilliseconds = 200;

interface Lane {
  readonly waiting: (() => void)[];
  passed: number;
}

const emptyLane = (): Lane => ({ waiting: [], passed: 0 });

/** One piece of work after the other, by order of arrival in each of three lanes. */
export function createTurns(): Turns {
  const brief = emptyLane();
  const long = emptyLane();
  const background = emptyLane();
  const lanes = [brief, long, background];
  let whenIdle = Promise.withResolvers<void>();
  let isRunning = false;
  /** Questions that are not over, and until when their next statement is awaited. */
  const awaited = new Map<OpenQuestion, number>();
  let pausedSince: number | null = null;
  let pausing: NodeJS.Timeout | null = null;
  whenIdle.resolve();

  /** The first lane with work, unless one behind it was passed too often. */
  function chooseLane(): Lane | undefined {
    const waiting = lanes.filter((lane) => lane.waiting.length > 0);
    const chosen = waiting.findLast(({ passed }) => passed >= mostPassing) ?? waiting[0];
    for (const lane of waiting) lane.passed = lane === chosen ? 0 : lane.passed + 1;
    return chosen;
  }

  function awaitNextOf(question: OpenQuestion): void {
    if (!question.isAwaited || question.isOver()) return;
    if (!awaited.has(question))
      void question.over.then(() => {
        awaited.delete(question);
        if (pausing) next();
      });
    awaited.set(question, performance.now() + awaitedMilliseconds);
  }

  /** True while the next statement of a question is awaited. */
  function pauseForQuestion(): boolean {
    if (brief.waiting.length > 0 || lanes.every(({ waiting }) => waiting.length === 0)) return false;
    const now = performance.now();
    const longest = (pausedSince ?? now) + mostPausedMilliseconds;
    const left = Math.min(longest, Math.max(...awaited.values())) - now;
    if (left <= 0) return false;
    pausedSince ??= now;
    pausing = setTimeout(next, left);
    return true;
  }

  function next(): void {
    if (pausing) clearTimeout(pausing);
    pausing = null;
    if (pauseForQuestion()) {
      isRunning = false;
      return;
    }
    const lane = chooseLane();
    if (lane !== brief) pausedSince = null;
    const run = lane?.waiting.shift();
    isRunning = run !== undefined;
    if (run) run();
    else whenIdle.resolve();
  }

  return {
    take: (work, length = 'long') =>
      new Promise((resolve, reject) => {
        const question = openQuestion();
        const lane = question ? brief : isInBackground() ? background : length === 'brief' ? brief : long;
        const end = () => {
          if (question) awaitNextOf(question);
          next();
        };
        // Bound to where it was asked for: it is started by whoever ends before it.
        lane.waiting.push(AsyncLocalStorage.bind(() => work().then(resolve, reject).finally(end)));
        if (isRunning) return;
        if (!pausing) whenIdle = Promise.withResolvers();
        if (!pausing || lane === brief) next();
      }),
    idle: async () => await whenIdle.promise,
  };
}
