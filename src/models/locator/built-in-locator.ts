import { availableParallelism } from 'node:os';
import type { AnswerLocator } from '../answer-locator.ts';
import { createModelPool } from '../onnx/model-pool.ts';
import type { LocateInPassage } from './locator-thread.ts';

export interface BuiltInLocatorOptions {
  /** Threads at most, each with the model in memory, about 100 MB; one for each core and at most four when left out. */
  readonly threads?: number;
}

const mostThreads = 4;
/** Threads that one question makes use of; more start when questions come together. */
const threadsOfQuestion = 2;
const deadlineMilliseconds = 30_000;
/** Who asks once asks again: a thread that has to load the model first would make the second question wait. */
const idleSeconds = 300;

/**
 * The built-in answer locator, English, in threads of this process: no text leaves it. Threads start when a first question is prepared; the passages of
 * a question are read side by side.
 */
export function createBuiltInLocator(options: BuiltInLocatorOptions = {}): AnswerLocator {
  const { threads = Math.min(availableParallelism(), mostThreads) } = options;
  const pool = createModelPool<LocateInPassage>({
    name: 'The built-in answer locator',
    deadlineMilliseconds,
    program: new URL('./locator-thread.ts', import.meta.url),
    workerData: null,
    threads,
    idleSeconds,
  });
  return {
    id: 'answer-locator-int8',
    languages: ['en'],
    prepare: () => pool.prepare(threadsOfQuestion),
    locate: async ({ question, passages }, signal) =>
      await Promise.all(passages.map((passage) => pool.ask({ question, ...passage }, signal))),
    close: pool.close,
  };
}
