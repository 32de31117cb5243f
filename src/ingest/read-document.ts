import { Worker } from 'node:worker_threads';
import { AppError } from '../domain/errors.ts';
import { type ChunkSizes, defaultChunkSizes } from './chunk.ts';
import { countRunningTime } from './count-running-time.ts';
import type { DocumentReader, ReadDocument } from './prepare-versions.ts';
import type { PackedDocument, PackedError, ReadReply, ReadRequest } from './read-document-messages.ts';

export interface DocumentReaderOptions {
  /** Worker threads; each starts with its first file. */
  readonly workers?: number;
  /** Time that one file may take; while the process is stopped, as on a laptop that sleeps, none passes. */
  readonly maxSeconds?: number;
  /** Heap that one worker may use; its buffers come on top. */
  readonly maxMegabytes?: number;
  readonly chunkSizes?: ChunkSizes;
}

export interface FileToRead {
  readonly bytes: Uint8Array;
  readonly fileName: string;
  /** As declared, with parameters; an empty string when unknown. */
  readonly mediaType: string;
  /** The sender's title and language, which go before those of the file. */
  readonly title?: string | null;
  readonly language?: string | null;
}

export interface PooledDocumentReader extends DocumentReader {
  read(file: FileToRead, signal: AbortSignal): Promise<ReadDocument>;
  /** Ends the workers; files that wait or are being read fail with SERVER_STOPPING. */
  close(): Promise<void>;
}

interface Task {
  readonly file: FileToRead;
  readonly signal: AbortSignal;
  readonly resolve: (document: ReadDocument) => void;
  readonly reject: (reason: unknown) => void;
}

interface PooledWorker {
  readonly thread: Worker;
  isReady: boolean;
  /** What it reads, then what it will read next. */
  tasks: Task[];
  /** Ends the limit on the time of the first. */
  callOff: () => void;
}

/** A worker has its next file at hand, unless that is a long one: the thread that gives it may be busy when it is wanted. */
const tasksAtHand = 2;
const mostBytesAtHand = 262_144;

/**
 * Reads files in worker threads, with a limit on time and memory for each. A file that breaks a limit or crashes the worker fails alone, with a
 * FILE_… error; the next one gets a fresh worker. Aborting frees the caller at once, the worker finishes or runs into its limit.
 */
export function createDocumentReader(options: DocumentReaderOptions = {}): PooledDocumentReader {
  const { workers: size = 1, maxSeconds = 30, maxMegabytes = 512, chunkSizes = defaultChunkSizes } = options;
  const queue: Task[] = [];
  const pool = new Set<PooledWorker>();
  let isClosed = false;

  function dispatch(): void {
    for (let [task] = queue; task; [task] = queue) {
      const worker = workerFor(task);
      if (!worker) return;
      queue.shift();
      if (!task.signal.aborted) give(worker, task);
    }
  }

  function workerFor({ file }: Task): PooledWorker | undefined {
    const workers = [...pool];
    const idle = workers.find(({ tasks }) => tasks.length === 0) ?? (pool.size < size ? startWorker() : undefined);
    if (idle || file.bytes.byteLength > mostBytesAtHand) return idle;
    return workers.find(({ tasks }) => tasks.length < tasksAtHand);
  }

  function startWorker(): PooledWorker {
    const thread = new Worker(new URL('./read-document-worker.ts', import.meta.url), {
      name: 'read-document',
      workerData: chunkSizes,
      resourceLimits: { maxOldGenerationSizeMb: maxMegabytes },
    });
    const worker: PooledWorker = { thread, isReady: false, tasks: [], callOff: () => {} };
    pool.add(worker);
    thread.on('message', (reply: ReadReply) => receive(worker, reply));
    thread.on('error', (error) => discard(worker, (task) => crashed(task.file, worker.isReady, error)));
    thread.on('exit', () => discard(worker, (task) => crashed(task.file, worker.isReady, null)));
    thread.unref();
    return worker;
  }

  function give(worker: PooledWorker, task: Task): void {
    worker.tasks.push(task);
    worker.thread.ref();
    if (worker.isReady && worker.tasks.length === 1) startTimer(worker);
    const { bytes, fileName, mediaType, title = null, language = null } = task.file;
    // A copy, because the buffer is handed over and the caller may still need it.
    const request: ReadRequest = { bytes: Uint8Array.from(bytes), fileName, mediaType, title, language };
    worker.thread.postMessage(request, [request.bytes.buffer]);
  }

  /** A file's time begins when the worker has started, which is not the file's doing, and is done with the one before. */
  function startTimer(worker: PooledWorker): void {
    worker.callOff = countRunningTime(maxSeconds, () =>
      discard(worker, ({ file }) => tookTooLong(file, `more than ${maxSeconds} seconds`)),
    );
  }

  function receive(worker: PooledWorker, reply: ReadReply): void {
    if (reply.type === 'ready') {
      worker.isReady = true;
      if (worker.tasks.length > 0) startTimer(worker);
      return;
    }
    const task = release(worker);
    if (reply.type === 'read') task?.resolve(unpack(reply.document));
    else task?.reject(unpackError(reply.error));
    dispatch();
  }

  /** Takes the worker out of the pool and fails what it was reading; what it had at hand goes to another. */
  function discard(worker: PooledWorker, reason: (task: Task) => AppError): void {
    pool.delete(worker);
    worker.callOff();
    const [task, ...atHand] = worker.tasks.splice(0);
    worker.thread.terminate().catch(() => {});
    task?.reject(reason(task));
    queue.unshift(...atHand);
    if (!isClosed) dispatch();
  }

  function release(worker: PooledWorker): Task | undefined {
    worker.callOff();
    const task = worker.tasks.shift();
    if (worker.tasks.length > 0) startTimer(worker);
    else worker.thread.unref();
    return task;
  }

  return {
    async read(file, signal) {
      signal.throwIfAborted();
      if (isClosed) throw stopping();
      const { task, result } = createTask(file, signal);
      queue.push(task);
      dispatch();
      return await result;
    },
    async close() {
      isClosed = true;
      const threads = [...pool].map((worker) => worker.thread);
      for (const worker of pool) discard(worker, stopping);
      for (const task of queue.splice(0)) task.reject(stopping());
      await Promise.all(threads.map((thread) => thread.terminate()));
    },
  };
}

/** The result is there once the task is settled, or rejected when the signal aborts. */
function createTask(file: FileToRead, signal: AbortSignal): { task: Task; result: Promise<ReadDocument> } {
  const { promise, resolve, reject } = Promise.withResolvers<ReadDocument>();
  const abort = () => reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  const result = promise.finally(() => signal.removeEventListener('abort', abort));
  return { task: { file, signal, resolve, reject }, result };
}

function stopping(): AppError {
  return new AppError('SERVER_STOPPING', 'The server is stopping.');
}

function tookTooLong(file: FileToRead, limit: string, cause?: unknown): AppError {
  return new AppError('FILE_TAKES_TOO_LONG', `Reading ${file.fileName} took ${limit}.`, { cause });
}

/** A worker that was never ready is broken itself; later it is the file that broke it. */
function crashed(file: FileToRead, wasReady: boolean, cause: unknown): AppError {
  const code = cause instanceof Error && 'code' in cause ? cause.code : null;
  if (code === 'ERR_WORKER_OUT_OF_MEMORY') return tookTooLong(file, 'too much memory', cause);
  if (wasReady) return new AppError('FILE_CORRUPT', `${file.fileName} could not be read.`, { cause });
  return new AppError('INTERNAL', 'The thread that reads files could not start.', { cause });
}

function unpackError({ code, detail, cause }: PackedError): AppError {
  return new AppError(code, detail, cause === '' ? {} : { cause: new Error(cause) });
}

/** Each vector gets its own memory, so that keeping or sending one does not keep or send all. */
function unpack({ indices, values, passages, ...document }: PackedDocument): ReadDocument {
  let taken = 0;
  return {
    ...document,
    passages: passages.map(({ terms, ...passage }) => {
      const from = taken;
      taken += terms;
      return {
        ...passage,
        text: document.content.slice(passage.start, passage.end),
        sparse: { indices: indices.slice(from, taken), values: values.slice(from, taken) },
      };
    }),
  };
}
