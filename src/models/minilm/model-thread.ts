import { Worker } from 'node:worker_threads';
import { AppError } from '../../domain/errors.ts';
import type { EmbeddingReply, ModelOfThread, ThreadMessage } from './embedding-thread.ts';

export interface ModelThreadOptions extends ModelOfThread {
  /** A thread that is silent for so long after a question is given up. */
  readonly deadlineMilliseconds: number;
  /** The program of the thread. */
  readonly program: URL;
}

/** A worker thread that holds the model. */
export interface ModelThread {
  /** Requests that are not answered yet. */
  load(): number;
  /** Whether it has answered before: its model is loaded. */
  isWarm(): boolean;
  /** Rows of unit vectors, in order. Throws MODEL_UNAVAILABLE when the thread ends, DEADLINE_EXCEEDED when it is silent. */
  embed(texts: readonly string[]): Promise<Float32Array>;
  /** Ends after the run in progress; requests that wait fail. */
  close(): Promise<void>;
}

interface Pending {
  readonly resolve: (vectors: Float32Array) => void;
  readonly reject: (error: AppError) => void;
  readonly timer: NodeJS.Timeout;
}

/** `onEnd` is called once, when the thread takes no more requests. */
export function openModelThread(options: ModelThreadOptions, onEnd: () => void): ModelThread {
  const { maxTokens, dimensions, givesWay } = options;
  const workerData: ModelOfThread = { maxTokens, dimensions, givesWay };
  const worker = new Worker(options.program, { workerData });
  const pending = new Map<number, Pending>();
  const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  let nextId = 0;
  let ended = false;
  let warm = false;

  const send = (message: ThreadMessage) => worker.postMessage(message);

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

  worker.on('message', (reply: EmbeddingReply) => {
    const request = pending.get(reply.id);
    warm = true;
    if (!request) return;
    clearTimeout(request.timer);
    pending.delete(reply.id);
    // A thread at rest does not keep the process alive, one at work does.
    if (pending.size === 0) worker.unref();
    if ('vectors' in reply) request.resolve(reply.vectors);
    else request.reject(unavailable('The built-in embedder failed on a text.', new Error(reply.error)));
  });
  worker.on('error', (cause) => end(unavailable('The built-in embedder stopped.', cause)));
  worker.on('exit', () => end(unavailable('The built-in embedder stopped.')));

  return {
    load: () => pending.size,
    isWarm: () => warm && !ended,
    async embed(texts) {
      if (ended) throw unavailable('The built-in embedder stopped.');
      const { promise, resolve, reject } = Promise.withResolvers<Float32Array>();
      const id = nextId++;
      const timer = setTimeout(() => {
        const seconds = options.deadlineMilliseconds / 1000;
        end(new AppError('DEADLINE_EXCEEDED', `The built-in embedder did not answer within ${seconds} s.`));
      }, options.deadlineMilliseconds);
      pending.set(id, { resolve, reject, timer });
      worker.ref();
      send({ id, texts });
      return promise;
    },
    async close() {
      end(unavailable('The built-in embedder is closed.'));
      worker.ref();
      await exited;
    },
  };
}

export const unavailable = (detail: string, cause?: unknown) => new AppError('MODEL_UNAVAILABLE', detail, { cause });
