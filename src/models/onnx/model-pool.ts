import { orAborted } from '../../resilience/or-aborted.ts';
import { type ModelThread, type ModelThreadOptions, openModelThread, unavailable } from './model-thread.ts';

export interface ModelPoolOptions<Request extends object> extends ModelThreadOptions {
  /** Threads at most; each holds the model once. They start when there is work. */
  readonly threads: number;
  /** Requests that a thread holds at once; 2 when left out: one runs while the next one waits, so that a busy event loop never leaves the thread idle. */
  readonly requestsPerThread?: number;
  /** After so long without work all threads but one end, to give back the memory of the model; 10 when left out. */
  readonly idleSeconds?: number;
  /** A warm thread of another pool that has nothing to do; it takes a request when the pool's own threads are at work. */
  readonly spareThread?: () => ModelThread<Request> | null;
}

/** A queue of requests before one or more threads, first come, first served. */
export interface ModelPool<Request extends object> {
  /**
   * The model's numbers. Throws MODEL_UNAVAILABLE when the thread ends or the pool is closed, DEADLINE_EXCEEDED when the thread is silent,
   * the signal's reason when it is aborted; a request that waits is dropped then, one that runs left undone.
   */
  ask(request: Request, signal: AbortSignal): Promise<Float32Array>;
  /** Starts so many threads, or as many as there may be, so that they load the model while something else is done. */
  prepare(wanted: number): void;
  /** A thread that has loaded the model and has nothing to do; null when there is none. */
  idleThread(): ModelThread<Request> | null;
  /** Ends all threads, each after its run in progress. */
  close(): Promise<void>;
}

interface Waiting<Request extends object> {
  readonly signal: AbortSignal;
  readonly runOn: (thread: ModelThread<Request>) => void;
  readonly reject: (error: unknown) => void;
}

const usualRequestsPerThread = 2;
const usualIdleSeconds = 10;

export function createModelPool<Request extends object>(options: ModelPoolOptions<Request>): ModelPool<Request> {
  const { name, threads: most, requestsPerThread = usualRequestsPerThread, idleSeconds = usualIdleSeconds } = options;
  const queue: Waiting<Request>[] = [];
  const threads = new Set<ModelThread<Request>>();
  let closed = false;
  let resting: NodeJS.Timeout | undefined;

  function open(): ModelThread<Request> {
    const thread = openModelThread<Request>(options, () => {
      threads.delete(thread);
      pump();
    });
    threads.add(thread);
    return thread;
  }

  /** An idle thread, else a new one, else a spare one, else one that has room. */
  function pickThread(): ModelThread<Request> | null {
    const idlest = [...threads].sort((one, other) => one.load() - other.load())[0];
    if (idlest?.load() === 0) return idlest;
    if (threads.size < most) return open();
    const spare = options.spareThread?.();
    if (spare) return spare;
    return idlest && idlest.load() < requestsPerThread ? idlest : null;
  }

  function rest(): void {
    if (threads.size < 2) return;
    resting = setTimeout(() => {
      const atRest = [...threads].filter((thread) => thread.load() === 0);
      for (const thread of atRest.slice(1)) void thread.close();
    }, idleSeconds * 1000);
    resting.unref();
  }

  function pump(): void {
    clearTimeout(resting);
    while (!closed) {
      const waiting = queue[0];
      if (!waiting) {
        rest();
        return;
      }
      if (!waiting.signal.aborted) {
        const thread = pickThread();
        if (!thread) return;
        waiting.runOn(thread);
      }
      queue.shift();
    }
  }

  return {
    async ask(request, signal) {
      signal.throwIfAborted();
      if (closed) throw unavailable(`${name} is closed.`);
      const { promise, resolve, reject } = Promise.withResolvers<Float32Array>();
      const runOn = (thread: ModelThread<Request>) => {
        thread.ask(request, signal).then(resolve, reject).finally(pump);
      };
      queue.push({ signal, runOn, reject });
      pump();
      return await orAborted(signal, promise);
    },
    prepare(wanted) {
      while (!closed && threads.size < Math.min(wanted, most)) open();
    },
    idleThread: () => [...threads].find((thread) => thread.isWarm() && thread.load() === 0) ?? null,
    async close() {
      closed = true;
      clearTimeout(resting);
      for (const { reject } of queue.splice(0)) reject(unavailable(`${name} is closed.`));
      await Promise.all([...threads].map((thread) => thread.close()));
    },
  };
}
