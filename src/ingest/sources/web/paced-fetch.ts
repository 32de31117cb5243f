import { setTimeout as sleep } from 'node:timers/promises';
import { badStatus, type GuardedFetch, type GuardedRequest, type GuardedResponse } from '../../load/guarded-fetch.ts';

/** Fetches for one source, no faster than its hosts are asked, and again where a host asks for patience. */
export interface PacedFetch extends AsyncDisposable {
  /** Any status but 429 and 5xx. Throws URL_UNREACHABLE for those, and what the guarded fetch throws. */
  get(
    url: string,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
    mayLeadTo?: GuardedRequest['mayLeadTo'],
  ): Promise<GuardedResponse>;
}

interface PaceOptions {
  /** Of one host, whichever sources ask it. */
  readonly requestsPerSecond: number;
  readonly credentials: Readonly<Record<string, string>> | SignRequest | undefined;
}

/** Headers that open this one address; asked for at each attempt. */
export type SignRequest = (url: string) => Promise<Readonly<Record<string, string>>>;

/** When a host may be asked next, in milliseconds of the monotonic clock, for all sources of this process. */
const nextAt = new Map<string, number>();
const hostsRemembered = 10_000;
const attempts = 3;
const longestWaitSeconds = 60;

export function pacedFetch(guarded: GuardedFetch, { requestsPerSecond, credentials }: PaceOptions): PacedFetch {
  const interval = 1000 / requestsPerSecond;

  /** Takes the host's next turn, and waits for it. */
  async function turn(host: string, signal: AbortSignal): Promise<void> {
    const now = performance.now();
    const at = Math.max(now, nextAt.get(host) ?? 0);
    nextAt.set(host, at + interval);
    if (nextAt.size > hostsRemembered) for (const [name, time] of nextAt) if (time < now) nextAt.delete(name);
    if (at > now) await sleep(at - now, undefined, { signal });
  }

  return {
    async get(url, headers, signal, mayLeadTo) {
      const { host } = URL.canParse(url) ? new URL(url) : { host: '' };
      for (let attempt = 1; ; attempt += 1) {
        await turn(host, signal);
        const opening = typeof credentials === 'function' ? await credentials(url) : credentials;
        const response = await guarded.get(url, { signal, headers, credentials: opening, mayLeadTo });
        if (response.status !== 429 && response.status < 500) return response;
        const error = badStatus(response);
        const wait = error.retryAfter ?? attempt;
        if (attempt === attempts || wait > longestWaitSeconds) throw error;
        nextAt.set(host, performance.now() + wait * 1000);
      }
    },
    [Symbol.asyncDispose]: () => guarded.close(),
  };
}
