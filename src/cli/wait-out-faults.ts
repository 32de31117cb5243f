import { setTimeout as sleep } from 'node:timers/promises';
import { AppError, type ErrorCode } from '../domain/errors.ts';
import { waitedFor } from '../domain/passing-faults.ts';
import { orAborted } from '../resilience/or-aborted.ts';
import type { Client } from './client.ts';
import { formatDuration, type Progress } from './progress.ts';

interface Waiting {
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

interface WaitingLimits {
  readonly seconds?: number;
  readonly pauseMilliseconds?: number;
  /** What else is worth waiting for. */
  readonly accepts?: (code: ErrorCode) => boolean;
}

/**
 * Does `work` again every two seconds while what it needs is away, and says for what it waits; gives up after `seconds`. Throws what `work`
 * throws, or the signal's reason at once, also while `work` hangs.
 */
export async function waitOutFaults<T>(
  { progress, signal }: Waiting,
  work: () => Promise<T>,
  { seconds = 120, pauseMilliseconds = 2_000, accepts = () => true }: WaitingLimits = {},
): Promise<T> {
  const end = Date.now() + seconds * 1_000;
  for (;;) {
    try {
      signal.throwIfAborted();
      return await orAborted(signal, work());
    } catch (error) {
      signal.throwIfAborted();
      const reason = AppError.from(error);
      const { code, detail } = reason;
      const what = waitedFor(reason);
      const left = (end - Date.now()) / 1_000;
      if (what === null || !accepts(code) || left <= 0) throw error;
      const limits = { done: Math.round(seconds - left), total: seconds, etaSeconds: null };
      const note = `${code}: ${detail} Gives up in ${formatDuration(left)}.`;
      progress.show({ label: `waiting for ${what}`, ...limits, note });
      await sleep(pauseMilliseconds, undefined, { signal });
    }
  }
}

/**
 * A client that waits out faults in each of its calls but the streams. A server that never answered is more likely a wrong address: the first
 * call gives up at once then.
 */
export function createPatientClient(client: Client, waiting: Waiting, limits: WaitingLimits = {}): Client {
  let hasAnswered = false;
  const accepts = (code: ErrorCode) => code !== 'SERVER_UNREACHABLE' || hasAnswered;
  async function patiently<T>(call: () => Promise<T>): Promise<T> {
    const attempt = async () => {
      try {
        const answer = await call();
        hasAnswered = true;
        return answer;
      } catch (error) {
        hasAnswered ||= AppError.from(error).code !== 'SERVER_UNREACHABLE';
        throw error;
      }
    };
    return await waitOutFaults(waiting, attempt, { ...limits, accepts });
  }
  return {
    ...client,
    get: (path, accepted) => patiently(() => client.get(path, accepted)),
    post: (path, body) => patiently(() => client.post(path, body)),
    put: (path, body) => patiently(() => client.put(path, body)),
    patch: (path, body) => patiently(() => client.patch(path, body)),
    async delete(path) {
      let calls = 0;
      await patiently(async () => {
        calls += 1;
        await client.delete(path).catch((error: unknown) => {
          // The call whose answer was lost may have removed it.
          if (calls === 1 || AppError.from(error).code !== 'NOT_FOUND') throw error;
        });
      });
    },
  };
}

/** Opens a client of which each call waits out faults, as opening it does: one in this process needs the database for it. */
export async function openPatiently(
  open: () => Promise<Client>,
  waiting: Waiting,
  limits: WaitingLimits = {},
): Promise<Client> {
  const opened = async () => {
    const client = await open();
    // Nobody waits for one that opens after an interruption.
    if (waiting.signal.aborted) await client.close();
    return client;
  };
  return createPatientClient(await waitOutFaults(waiting, opened, limits), waiting, limits);
}
