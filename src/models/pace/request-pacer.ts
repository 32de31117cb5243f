import { AppError } from '../../domain/errors.ts';
import { createMinuteBudget, type MinuteBudget } from './minute-budget.ts';
import { createRequestWindow } from './request-window.ts';

/** Holds requests to what a server takes: so many at once as it answers well, so many a minute as it allows. */
export interface RequestPacer {
  /**
   * Makes the request when its turn comes, first come, first served. Throws what the request throws, the signal's reason, or
   * MODEL_RATE_LIMITED at once while the server has asked for a pause of more than two seconds.
   */
  run<T>(tokens: number, request: () => Promise<T>, signal: AbortSignal): Promise<T>;
  /** Counts a request that did not wait for its turn. */
  count(tokens: number): void;
}

export interface RequestPacerOptions {
  /** Null: no limit. */
  readonly requestsPerMinute: number | null;
  readonly tokensPerMinute: number | null;
  /** Whether the server said that it has too much to do; it is left more room then. */
  readonly isOverload: (error: unknown) => boolean;
  /** Seconds that the server asked to wait; null when it did not say. */
  readonly askedToWait: (error: unknown) => number | null;
}

interface Waiting {
  readonly tokens: number;
  readonly start: () => void;
  readonly reject: (error: unknown) => void;
}

/** A shorter pause is waited for here, a longer one is for the caller to say. */
const longestPauseMilliseconds = 2_000;
const longestTimerMilliseconds = 60_000;

export function createRequestPacer(options: RequestPacerOptions): RequestPacer {
  const now = () => performance.now();
  const budgets = [
    createMinuteBudget(options.requestsPerMinute, now),
    createMinuteBudget(options.tokensPerMinute, now),
  ] as const;
  const window = createRequestWindow(now);
  const waiting: Waiting[] = [];
  let pausedUntil = Number.NEGATIVE_INFINITY;
  let timer: NodeJS.Timeout | null = null;

  function pump(): void {
    if (timer) clearTimeout(timer);
    timer = null;
    const pause = pausedUntil - now();
    if (pause > longestPauseMilliseconds) {
      for (const { reject } of waiting.splice(0)) reject(askedForAPause(pause));
      return;
    }
    while (waiting[0] && window.hasRoom()) {
      const wait = Math.max(pausedUntil - now(), millisecondsUntil(budgets, waiting[0].tokens));
      if (wait > 0) {
        timer = setTimeout(pump, Math.min(Math.ceil(wait), longestTimerMilliseconds));
        return;
      }
      const { tokens, start } = waiting.shift() ?? { tokens: 0, start: () => {} };
      count(tokens);
      start();
    }
  }

  function count(tokens: number): void {
    budgets[0].spend(1);
    budgets[1].spend(tokens);
  }

  async function turn(tokens: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    let started = false;
    const start = () => {
      started = true;
      // Room is taken at once, so that the next one in the row sees it.
      window.enter();
      resolve();
    };
    const entry = { tokens, start, reject };
    const leave = () => {
      if (started) return;
      waiting.splice(waiting.indexOf(entry), 1);
      reject(signal.reason);
      pump();
    };
    signal.addEventListener('abort', leave, { once: true });
    waiting.push(entry);
    pump();
    try {
      await promise;
    } finally {
      signal.removeEventListener('abort', leave);
    }
  }

  return {
    count,
    async run(tokens, request, signal) {
      await turn(tokens, signal);
      const startedAt = now();
      try {
        const result = await request();
        window.succeeded(startedAt);
        return result;
      } catch (error) {
        if (options.isOverload(error)) {
          window.overloaded(startedAt);
          pausedUntil = Math.max(pausedUntil, now() + 1000 * (options.askedToWait(error) ?? 0));
        }
        throw error;
      } finally {
        window.leave();
        pump();
      }
    },
  };
}

function millisecondsUntil([requests, tokenBudget]: readonly [MinuteBudget, MinuteBudget], tokens: number): number {
  return Math.max(requests.millisecondsUntil(1), tokenBudget.millisecondsUntil(tokens));
}

function askedForAPause(milliseconds: number): AppError {
  const seconds = Math.ceil(milliseconds / 1000);
  return new AppError('MODEL_RATE_LIMITED', `The model server asked to be left alone for another ${seconds} s.`, {
    retryAfter: seconds,
  });
}
