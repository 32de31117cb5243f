import { setTimeout as wait } from 'node:timers/promises';
import { createRetryBudget, type RetryBudget } from '../../resilience/retry-budget.ts';
import type { ChatChunk, ChatModel, ChatRequest } from '../chat-model.ts';

/** A call that was made beside a late one, by the models' names. */
export interface HedgedCall {
  readonly first: string;
  readonly second: string;
  /** Whose reply counted. */
  readonly taken: 'first' | 'second';
}

/** The first model, with the second one called beside it where its first token is late; `onHedged` is told who was faster. */
export type Hedge = (first: ChatModel, second: ChatModel, onHedged: (call: HedgedCall) => void) => ChatModel;

export interface HedgeOptions {
  readonly afterMilliseconds: number;
  /** Only tests give their own. */
  readonly budget?: RetryBudget;
}

/**
 * Hedges calls after so many milliseconds without a token: the reply that begins first counts, the other call is cancelled. A call that
 * fails while the other one is open does not end the reply. Second calls have the budget of retries, a tenth of all calls and ten saved
 * up, so that a server that is slow for all is not asked twice by all.
 */
export function createHedge({ afterMilliseconds, budget = createRetryBudget() }: HedgeOptions): Hedge {
  return (first, second, onHedged) => ({
    id: first.id,
    async *stream(request, signal) {
      signal.throwIfAborted();
      budget.deposit();
      const one = openCall(first, request, signal);
      const open = [one];
      try {
        if ((await isOpenIn(one, afterMilliseconds)) || !budget.hasRetry()) return yield* readCall(one);
        signal.throwIfAborted();
        budget.spend();
        const other = openCall(second, request, signal);
        open.push(other);
        const taken = await faster(one, other);
        const cancelled = taken === one ? other : one;
        cancelled.close();
        onHedged({ first: first.id, second: second.id, taken: taken === one ? 'first' : 'second' });
        yield* readCall(taken);
      } catch (error) {
        signal.throwIfAborted();
        throw error;
      } finally {
        for (const call of open) call.close();
      }
    },
  });
}

interface OpenCall {
  /** The first chunk. */
  readonly opened: Promise<IteratorResult<ChatChunk>>;
  readonly chunks: AsyncGenerator<ChatChunk>;
  close(): void;
}

function openCall(chat: ChatModel, request: ChatRequest, signal: AbortSignal): OpenCall {
  const leaving = new AbortController();
  const chunks = chat.stream(request, AbortSignal.any([signal, leaving.signal]));
  const opened = chunks.next();
  // Whoever waits for it sees the error; a cancelled call has nobody.
  opened.catch(() => {});
  return {
    opened,
    chunks,
    close() {
      leaving.abort();
      chunks.return(undefined).catch(() => {});
    },
  };
}

/** Whether its first chunk, or its failure, is there in time. */
async function isOpenIn({ opened }: OpenCall, milliseconds: number): Promise<boolean> {
  const inTime = new AbortController();
  const late = wait(milliseconds, false, { signal: inTime.signal }).catch(() => true);
  const settled = () => true;
  try {
    return await Promise.race([opened.then(settled, settled), late]);
  } finally {
    inTime.abort();
  }
}

/** The call that opens first; throws what the first one failed with when both fail. */
async function faster(one: OpenCall, other: OpenCall): Promise<OpenCall> {
  try {
    return await Promise.any([one, other].map((call) => call.opened.then(() => call)));
  } catch {
    await one.opened;
    return one;
  }
}

async function* readCall({ opened, chunks }: OpenCall): AsyncGenerator<ChatChunk> {
  for (let next = await opened; !next.done; next = await chunks.next()) yield next.value;
}
