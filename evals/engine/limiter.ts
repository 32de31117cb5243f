import { AppError } from '../../src/domain/errors.ts';
import { statusOf } from '../../src/models/model-error.ts';
import { createRequestPacer } from '../../src/models/pace/request-pacer.ts';

/** Makes a request when a target takes it: as many at once as it answers well, as many a minute as it allows. */
export type Limiter = <T>(tokens: number, request: () => Promise<T>, signal: AbortSignal) => Promise<T>;

/** What is asked inside this process is held by the number of workers alone. */
export const unlimited: Limiter = (_tokens, request) => request();

const overloadStatuses: ReadonlySet<number> = new Set([429, 503]);
const overloadCodes: ReadonlySet<string> = new Set(['RATE_LIMITED', 'MODEL_RATE_LIMITED']);

/** `null`: no limit a minute. */
export function createLimiter(limits: {
  readonly requestsPerMinute: number | null;
  readonly tokensPerMinute: number | null;
}): Limiter {
  const pacer = createRequestPacer({
    ...limits,
    isOverload(error) {
      const { code, cause } = AppError.from(error);
      return overloadCodes.has(code) || overloadStatuses.has(statusOf(cause) ?? 0);
    },
    askedToWait: (error) => AppError.from(error).retryAfter,
  });
  return pacer.run;
}
