import { availableParallelism } from 'node:os';
import { AppError } from '../domain/errors.ts';
import { letQuestionsPass } from '../store/questions.ts';
import { type ChunkSizes, defaultChunkSizes } from './chunk.ts';
import type { DocumentReader, ReadDocument } from './prepare-versions.ts';
import { readApart } from './read-apart.ts';
import { type FileToRead, type ReadingTask, type ReadingThread, startReadingThread } from './reading-thread.ts';

export interface DocumentReaderOptions {
  /** Worker threads; each starts with its first file. */
  readonly workers?: number;
  /** So many while files wait long, as behind PDFs: two where the machine has two cores. */
  readonly mostWorkers?: number;
  /** What a file waits, in processor time of those before it, until one more worker starts; and such a one for its next file until it ends. */
  readonly patienceSeconds?: number;
  readonly idleSeconds?: number;
  /** Time that one file may take; while the process is stopped, as on a laptop that sleeps, none passes. */
  readonly maxSeconds?: number;
  /** Heap that one worker may use; its buffers come on top. */
  readonly maxMegabytes?: number;
  readonly chunkSizes?: ChunkSizes;
}

export interface PooledDocumentReader extends DocumentReader {
  /** A suspect is read in a process of its own. */
  read(file: FileToRead & { readonly isSuspect?: boolean }, signal: AbortSignal): Promise<ReadDocument>;
  /** Ends the workers; files that wait or are being read fail with SERVER_STOPPING. */
  close(): Promise<void>;
}

/** A worker has its next file at hand, unless that is a long one: the thread that gives it may be busy when it is wanted. */
const tasksAtHand = 2;
const mostBytesAtHand = 262_144;

/**
 * Reads files in worker threads, with a limit on time and memory for each. A file that breaks a limit or crashes the worker fails alone, with a
 * FILE_… error; the next one gets a fresh worker. Aborting frees the caller at once, the worker finishes or runs into its limit.
 * A worker takes some 80 MB: more than `workers` are there only while files wait long.
 */
export function createDocumentReader(options: DocumentReaderOptions = {}): PooledDocumentReader {
  const { workers: size = 1, mostWorkers = Math.min(2, availableParallelism()), patienceSeconds = 2 } = options;
  const { maxSeconds = 30, maxMegabytes = 512, idleSeconds = 10, chunkSizes = defaultChunkSizes } = options;
  const queue: ReadingTask[] = [];
  const pool = new Set<ReadingThread>();
  let spent = 0;
  let repliedAt = 0;
  let patience: NodeJS.Timeout | undefined;
  const closing = new AbortController();

  /** Who asks shares the processor with the files that are at hand, and not with a queue of them. */
  async function dispatchAfterQuestions(): Promise<void> {
    await letQuestionsPass();
    dispatch();
  }

  function dispatch(): void {
    clearTimeout(patience);
    for (let [task] = queue; task; [task] = queue) {
      const worker = task.signal.aborted ? null : workerFor(task);
      if (worker === undefined) {
        awaitWorker(task);
        return;
      }
      queue.shift();
      worker?.give(task);
    }
  }

  function workerFor({ file }: ReadingTask): ReadingThread | undefined {
    const workers = [...pool];
    const idle = workers.find(({ taskCount }) => taskCount() === 0) ?? (pool.size < size ? startWorker() : undefined);
    if (idle || file.bytes.byteLength > mostBytesAtHand) return idle;
    return workers.find(({ taskCount }) => taskCount() < tasksAtHand);
  }

  /** One more is started for a file that waits long for slow ones: a busy machine, or a thread that starts, makes the quickest wait. */
  function awaitWorker(task: ReadingTask): void {
    if (pool.size >= mostWorkers || [...pool].some(({ isReady }) => !isReady())) return;
    const waited = spent - task.spentBefore + performance.now() - Math.max(task.since, repliedAt);
    const startOne = () => {
      if (queue.some(({ signal }) => !signal.aborted)) startWorker();
      dispatch();
    };
    patience = setTimeout(startOne, Math.max(0, patienceSeconds * 1000 - waited));
    patience.unref();
  }

  function startWorker(): ReadingThread {
    const worker = startReadingThread(
      { maxSeconds, maxMegabytes, idleSeconds, chunkSizes },
      {
        onFree(milliseconds) {
          spent += milliseconds;
          repliedAt = performance.now();
          void dispatchAfterQuestions();
        },
        onIdle() {
          if (pool.size > size) worker.end(stopping);
        },
        onEnd(atHand) {
          pool.delete(worker);
          queue.unshift(...atHand);
          if (!closing.signal.aborted) dispatch();
        },
      },
    );
    pool.add(worker);
    return worker;
  }

  return {
    async read({ isSuspect = false, ...file }, signal) {
      signal.throwIfAborted();
      closing.signal.throwIfAborted();
      if (isSuspect) return await readApart({ file, chunkSizes }, AbortSignal.any([signal, closing.signal]));
      const { task, result } = createTask(file, signal, spent);
      queue.push(task);
      const [document] = await Promise.all([result, dispatchAfterQuestions()]);
      return document;
    },
    async close() {
      closing.abort(stopping());
      clearTimeout(patience);
      const ended = [...pool].map((worker) => worker.end(stopping));
      for (const task of queue.splice(0)) task.reject(stopping());
      await Promise.all(ended);
    },
  };
}

/** The result is there once the task is settled, or rejected when the signal aborts. */
function createTask(
  file: FileToRead,
  signal: AbortSignal,
  spentBefore: number,
): { task: ReadingTask; result: Promise<ReadDocument> } {
  const { promise, resolve, reject } = Promise.withResolvers<ReadDocument>();
  const abort = () => reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  const result = promise.finally(() => signal.removeEventListener('abort', abort));
  return { task: { file, signal, since: performance.now(), spentBefore, resolve, reject }, result };
}

function stopping(): AppError {
  return new AppError('SERVER_STOPPING', 'The server is stopping.');
}
