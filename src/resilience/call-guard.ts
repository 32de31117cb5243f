import {
  BrokenCircuitError,
  ConsecutiveBreaker,
  circuitBreaker,
  DelegateBackoff,
  handleWhen,
  type IRetryBackoffContext,
  retry,
  wrap,
} from 'cockatiel';

export interface CallGuard {
  /** Throws what the last attempt threw; while the server is left alone, what `whileOpen` makes. */
  execute<T>(call: () => Promise<T>, signal: AbortSignal): Promise<T>;
}

export interface CallGuardOptions {
  /** Attempts after the first. */
  readonly retries: number;
  /** Mean milliseconds before the first retry; each further one waits twice as long. */
  readonly retryDelayMs: number;
  /** What may pass by itself. */
  readonly mayPass: (error: unknown) => boolean;
  /** What speaks against the server rather than against this request. */
  readonly isServerFault: (error: unknown) => boolean;
  /** Seconds that the server asked to wait; null when it did not say. */
  readonly askedToWait: (error: unknown) => number | null;
  readonly whileOpen: (cause: Error, openSeconds: number) => Error;
  readonly openMilliseconds?: number;
}

const failuresUntilOpen = 5;

/**
 * Retries what may pass by itself, and a circuit breaker that stops asking a server for a while (ten seconds unless said) after five
 * failures in a row.
 */
export function guardCalls(options: CallGuardOptions): CallGuard {
  const { openMilliseconds = 10_000 } = options;
  const again = retry(handleWhen(options.mayPass), {
    maxAttempts: options.retries,
    backoff: new DelegateBackoff((context: IRetryBackoffContext<unknown>) => delayOf(context, options)),
  });
  const breaker = circuitBreaker(handleWhen(options.isServerFault), {
    halfOpenAfter: openMilliseconds,
    breaker: new ConsecutiveBreaker(failuresUntilOpen),
  });
  const policy = wrap(again, breaker);
  return {
    async execute(call, signal) {
      try {
        return await policy.execute(call, signal);
      } catch (error) {
        if (!(error instanceof BrokenCircuitError)) throw error;
        throw options.whileOpen(error, openMilliseconds / 1000);
      }
    },
  };
}

/** What the server asks for; else the delay, with jitter, so that callers who failed together do not return together. */
function delayOf({ result, attempt }: IRetryBackoffContext<unknown>, options: CallGuardOptions): number {
  const wait = options.askedToWait('error' in result ? result.error : null);
  return wait === null ? options.retryDelayMs * 2 ** (attempt - 1) * (0.5 + Math.random()) : wait * 1000;
}
