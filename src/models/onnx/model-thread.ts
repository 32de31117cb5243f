import { Worker } from 'node:worker_threads';
import { AppError } from '../../domain/errors.ts';
import type { ModelMessage, ModelReply } from './serve-model.ts';

export interface ModelThreadOptions {
  /** As it stands at the beginning of a sentence: `The built-in embedder`. */
  readonly name: string;
  /** A thread that is silent for so long after a question is given up. */
  readonly deadlineMilliseconds: number;
  /** The program of the thread, which answers through `serveModel`. */
  readonly program: URL;
  /** What the program reads as its `workerData`. */
  readonly workerData: unknown;
}

/** A worker thread that holds a model. */
export interface ModelThread<Request extends object> {
  /** Requests that are not answered yet. */
  load(): number;
  /** Whether it has answered before: its model is loaded. */
  isWarm(): boolean;
  /**
   * The model's numbers. Throws MODEL_UNAVAILABLE when the thread ends or the model fails, DEADLINE_EXCEEDED when it is silent,
   * the signal's reason when it is aborted; the thread then leaves the rest of the request undone.
   */
  ask(request: Request, signal?: AbortSignal): Promise<Float32Array>;
  /** Ends after the run in progress; requests that wait fail. */
  close(): Promise<void>;
}

interface Pending {
  readonly resolve: (numbers: Float32Array) => void;
  readonly reject: (error: AppError) => void;
  readonly timer: NodeJS.Timeout;
}

/** `onEnd` is called once, when the thread takes no more requests. */
export function openModelThread<Request extends object>(
  { name, deadlineMilliseconds, program, workerData }: ModelThreadOptions,
  onEnd: () => void,
): ModelThread<Request> {
  const worker = new Worker(program, { workerData });
  // A thread at rest does not keep the process alive, one at work does.
  worker.unref();
  const pending = new Map<number, Pending>();
  const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  let nextId = 0;
  let ended = false;
  let warm = false;

  const send = (message: ModelMessage<Request>) => worker.postMessage(message);

  // Never terminate(): inside a native run it takes the whole process down. A thread closes itself between two runs.
  function end(reason: AppError): void {
    if (ended) return;
    ended = true;
    for (const { timer, reject } of pending.values()) {
      clearTimeout(timer);
      reject(reason);
    }
    pending.clear();
    worker.unref();
    send({ close: true });
    onEnd();
  }

  /** The request with this id is over, one way or another. */
  function take(id: number): Pending | null {
    const request = pending.get(id);
    if (!request) return null;
    clearTimeout(request.timer);
    pending.delete(id);
    if (pending.size === 0) worker.unref();
    return request;
  }

  worker.on('message', (reply: ModelReply) => {
    warm = true;
    const request = take(reply.id);
    if ('numbers' in reply) request?.resolve(reply.numbers);
    else request?.reject(unavailable(`${name} failed on a text.`, new Error(reply.error)));
  });
  worker.on('error', (cause) => end(unavailable(`${name} stopped.`, cause)));
  worker.on('exit', () => end(unavailable(`${name} stopped.`)));

  return {
    load: () => pending.size,
    isWarm: () => warm && !ended,
    async ask(request, signal) {
      signal?.throwIfAborted();
      if (ended) throw unavailable(`${name} stopped.`);
      const { promise, resolve, reject } = Promise.withResolvers<Float32Array>();
      const id = nextId++;
      const timer = setTimeout(() => {
        end(new AppError('DEADLINE_EXCEEDED', `${name} did not answer within ${deadlineMilliseconds / 1000} s.`));
      }, deadlineMilliseconds);
      pending.set(id, { resolve, reject, timer });
      const onAbort = () => {
        if (take(id)) send({ cancel: id });
        reject(signal?.reason);
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      worker.ref();
      send({ id, request });
      return promise.finally(() => signal?.removeEventListener('abort', onAbort));
    },
    async close() {
      end(unavailable(`${name} is closed.`));
      worker.ref();
      await exited;
    },
  };
}

export const unavailable = (detail: string, cause?: unknown) => new AppError('MODEL_UNAVAILABLE', detail, { cause });
