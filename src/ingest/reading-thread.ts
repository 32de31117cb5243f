import { Worker } from 'node:worker_threads';
import { AppError } from '../domain/errors.ts';
import type { ChunkSizes } from './chunk.ts';
import { countRunningTime } from './count-running-time.ts';
import type { ReadDocument } from './prepare-versions.ts';
import { type PackedDocument, type ReadReply, type ReadRequest, unpackError } from './read-document-messages.ts';

export interface FileToRead {
  readonly bytes: Uint8Array;
  readonly fileName: string;
  /** As declared, with parameters; an empty string when unknown. */
  readonly mediaType: string;
  /** The sender's title and language, which go before those of the file. */
  readonly title?: string | null;
  readonly language?: string | null;
}

export interface ReadingTask {
  readonly file: FileToRead;
  readonly signal: AbortSignal;
  /** When it came, and the processor time that was spent on files until then, in milliseconds. */
  readonly since: number;
  readonly spentBefore: number;
  readonly resolve: (document: ReadDocument) => void;
  readonly reject: (reason: unknown) => void;
}

interface ReadingLimits {
  /** For one file. */
  readonly maxSeconds: number;
  readonly maxMegabytes: number;
  /** Without a file, before `onIdle`. */
  readonly idleSeconds: number;
  readonly chunkSizes: ChunkSizes;
}

interface ReadingEvents {
  /** It has started, or is done with a file that took so much processor time. */
  readonly onFree: (milliseconds: number) => void;
  readonly onIdle: () => void;
  /** It ended, or broke; told more than once. What it had at hand is another's to read. */
  readonly onEnd: (atHand: readonly ReadingTask[]) => void;
}

export interface ReadingThread {
  readonly isReady: () => boolean;
  /** What it reads and what it has at hand. */
  readonly taskCount: () => number;
  readonly give: (task: ReadingTask) => void;
  /** Fails what it reads. Resolves when the thread is gone. */
  readonly end: (reason: (task: ReadingTask) => AppError) => Promise<void>;
}

/** A thread that reads one file after the other. A file that breaks a limit or crashes it ends it, and fails with a FILE_… error. */
export function startReadingThread(limits: ReadingLimits, { onFree, onIdle, onEnd }: ReadingEvents): ReadingThread {
  const { maxSeconds, maxMegabytes, idleSeconds, chunkSizes } = limits;
  const tasks: ReadingTask[] = [];
  let isReady = false;
  let callOff = () => {};
  let idle: NodeJS.Timeout | undefined;
  const thread = new Worker(new URL('./read-document-worker.ts', import.meta.url), {
    name: 'read-document',
    workerData: chunkSizes,
    resourceLimits: { maxOldGenerationSizeMb: maxMegabytes },
  });
  thread.on('message', receive);
  thread.on('error', (error) => end(({ file }) => crashed(file, isReady, error)));
  thread.on('exit', () => end(({ file }) => crashed(file, isReady, null)));
  thread.unref();

  function give(task: ReadingTask): void {
    clearTimeout(idle);
    tasks.push(task);
    thread.ref();
    if (isReady && tasks.length === 1) startTimer();
    const { bytes, fileName, mediaType, title = null, language = null } = task.file;
    // A copy, because the buffer is handed over and the caller may still need it.
    const request: ReadRequest = { bytes: Uint8Array.from(bytes), fileName, mediaType, title, language };
    thread.postMessage(request, [request.bytes.buffer]);
  }

  /** A file's time begins when the thread has started, which is not the file's doing, and is done with the one before. */
  function startTimer(): void {
    callOff = countRunningTime(maxSeconds, () =>
      end(({ file }) => tookTooLong(file, `more than ${maxSeconds} seconds`)),
    );
  }

  function receive(reply: ReadReply): void {
    callOff();
    if (reply.type === 'ready') isReady = true;
    else settle(tasks.shift(), reply);
    if (tasks.length > 0) startTimer();
    onFree(reply.type === 'ready' ? 0 : reply.milliseconds);
    if (tasks.length > 0) return;
    thread.unref();
    idle = setTimeout(onIdle, idleSeconds * 1000);
    idle.unref();
  }

  async function end(reason: (task: ReadingTask) => AppError): Promise<void> {
    callOff();
    clearTimeout(idle);
    const [task, ...atHand] = tasks.splice(0);
    const ended = thread.terminate().catch(() => {});
    task?.reject(reason(task));
    onEnd(atHand);
    await ended;
  }

  return { isReady: () => isReady, taskCount: () => tasks.length, give, end };
}

function settle(task: ReadingTask | undefined, reply: Exclude<ReadReply, { type: 'ready' }>): void {
  if (reply.type === 'read') task?.resolve(unpack(reply.document));
  else task?.reject(unpackError(reply.error));
}

function tookTooLong(file: FileToRead, limit: string, cause?: unknown): AppError {
  return new AppError('FILE_TAKES_TOO_LONG', `Reading ${file.fileName} took ${limit}.`, { cause });
}

/** A thread that was never ready is broken itself; later it is the file that broke it. */
function crashed(file: FileToRead, wasReady: boolean, cause: unknown): AppError {
  const code = cause instanceof Error && 'code' in cause ? cause.code : null;
  if (code === 'ERR_WORKER_OUT_OF_MEMORY') return tookTooLong(file, 'too much memory', cause);
  if (wasReady) return new AppError('FILE_CORRUPT', `${file.fileName} could not be read.`, { cause });
  return new AppError('INTERNAL', 'The thread that reads files could not start.', { cause });
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
