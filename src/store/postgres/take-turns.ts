import { AsyncLocalStorage } from 'node:async_hooks';
import { isInBackground } from '../background.ts';

export interface Turns {
  /** Runs `work` alone, after what came before it; work in the background also after what came since. Settles as it does. */
  take<T>(work: () => Promise<T>): Promise<T>;
  /** Resolves when nothing runs and nothing waits. */
  idle(): Promise<void>;
}

/** So many pieces of work pass one in the background that waits; then it has its turn. */
const mostPassing = 20;

/** One piece of work after the other, by order of arrival in each of two lanes. */
export function createTurns(): Turns {
  const urgent: (() => void)[] = [];
  const background: (() => void)[] = [];
  let whenIdle = Promise.withResolvers<void>();
  let isRunning = false;
  let passed = 0;
  whenIdle.resolve();

  function next(): void {
    const isBackground = background.length > 0 && (urgent.length === 0 || passed >= mostPassing);
    passed = isBackground || background.length === 0 ? 0 : passed + 1;
    const run = (isBackground ? background : urgent).shift();
    isRunning = run !== undefined;
    if (run) run();
    else whenIdle.resolve();
  }

  return {
    take: (work) =>
      new Promise((resolve, reject) => {
        // Bound to where it was asked for: it is started by whoever ends before it.
        const run = AsyncLocalStorage.bind(() => {
          work().then(resolve, reject).finally(next);
        });
        (isInBackground() ? background : urgent).push(run);
        if (isRunning) return;
        whenIdle = Promise.withResolvers();
        next();
      }),
    idle: async () => await whenIdle.promise,
  };
}
