/** Keeps retries to a share of the calls, so that a server in trouble is not asked twice as often as one that works. */
export interface RetryBudget {
  /** To be called once for each call, before its first attempt. */
  deposit(): void;
  hasRetry(): boolean;
  spend(): void;
}

export interface RetryBudgetOptions {
  /** Retries for each call, in [0, 1]. */
  readonly share?: number;
  /** Retries that may be saved up; a quiet server may be retried at once. */
  readonly savedMax?: number;
}

/** A bucket that each call fills by `share` and each retry empties by one; it begins full. */
export function createRetryBudget({ share = 0.1, savedMax = 10 }: RetryBudgetOptions = {}): RetryBudget {
  let saved = savedMax;
  return {
    deposit() {
      saved = Math.min(savedMax, saved + share);
    },
    hasRetry: () => saved >= 1,
    spend() {
      saved -= 1;
    },
  };
}
