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
import { createRetryBudget } from './retry-budget.ts';

export interface CallGuard {
  /** Throws what the last attempt threw; while the server is left alone, what `whileOpen` makes. */
  execute<T>(call: () => Promise<T>, signal: AbortSignal): Promise<T>;
}

export interface CallGuardOptions {
  /** Attempts after the first. */
  readonly retries: number;
  /** Mean milliseconds before the first retry; each further one waits twice as long on average. */
  readonly retryDelayMs: number;
  /** What may pass by itself. */
  readonly mayPass: (error: unknown) => boolean;
  /** What speaks against the server rather than against this request. */
  readonly isServerFault: (error: unknown) => boolean;
  /** Seconds that the server asked to wait; null when it did not say. */
  readonly askedToWait: (error: unknown) => number | null;
  readonly whileOpen: (cause: Error, openSeconds: number) => Error;
  readonly openMilliseconds?: number;
  /** In [0, 1); only tests give their own. */
  readonly random?: () => number;
}

const failuresUntilOpen = 5;

/**
 * Retries what may pass by itself, as far as the budget goes (a tenth of the calls, and ten saved up), and a circuit breaker that
 * stops asking a server for a while (ten seconds unless said) after five failures in a row.
 */
export function guardCalls(options: CallGuardOptions): CallGuard {
  const { openMilliseconds = 10_000 } = options;
  const budget = createRetryBudget();
  const again = retry(
    handleWhen((error) => options.mayPass(error) && budget.hasRetry()),
    {
      maxAttempts: options.retries,
      backoff: new DelegateBackoff((context: IRetryBackoffContext<unknown>) => delayOf(context, options)),
    },
  );
  again.onRetry(() => budget.spend());
  const breaker = circuitBreaker(handleWhen(options.isServerFault), {
    halfOpenAfter: openMilliseconds,
    breaker: new ConsecutiveBreaker(failuresUntilOpen),
  });
  const policy = wrap(again, breaker);
  return {
    async execute(call, signal) {
      budget.deposit();
      try {
        return await policy.execute(call, signal);
      } catch (error) {
        if (!(error instanceof BrokenCircuitError)) throw error;
        throw options.whileOpen(error, openMilliseconds / 1000);
      }
    },
  };
}

/**
 * What the server asks for; else full jitter, anything from nothing to twice the mean, so that callers who failed together do not
 * return together (AWS, "Exponential backoff and jitter").
 */
function delayOf({ result, attempt }: IRetryBackoffContext<unknown>, options: CallGuardOptions): number {
  const { askedToWait, retryDelayMs, random = Math.random } = options;
  const wait = askedToWait('error' in result ? result.error : null);
  return wait === null ? 2 * retryDelayMs * 2 ** (attempt - 1) * random() : wait * 1000;
}
