import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { AppError } from '../../domain/errors.ts';
import { createModelPool } from '../onnx/model-pool.ts';
import type { Reranker, RerankRequest } from '../reranker.ts';
import type { CrossEncoderOfThread } from './cross-encoder-thread.ts';
import { type AskForScores, guardReranker, type RerankLimits } from './guard-reranker.ts';
import type { ScoredIndex } from './read-relevance.ts';

export interface OnnxRerankerOptions extends RerankLimits {
  /** A cross-encoder in ONNX that gives one logit for a pair; its tokenizer.json lies beside it or in the folder above. */
  readonly file: string;
  /** Threads that read pairs, each with the model in memory; one for each core and at most four when left out. */
  readonly threads?: number;
}

/** A thread that says nothing for so long is given up, also while it loads the model. */
const deadlineMilliseconds = 60_000;
const mostThreads = 4;
const probe: RerankRequest = { query: 'question', texts: ['text'] };

/**
 * A cross-encoder in threads of this process: no text leaves it. One thread has loaded the model when this resolves; the others start with the
 * first question. Throws CONFIGURATION_INVALID when the file or its tokenizer is not there, or is no such model.
 */
export async function createOnnxReranker(options: OnnxRerankerOptions): Promise<Reranker> {
  const { file, threads: most = Math.min(availableParallelism(), mostThreads) } = options;
  const workerData: CrossEncoderOfThread = { file, tokenizerFolder: tokenizerFolderOf(file) };
  const pool = createModelPool<RerankRequest>({
    name: 'The cross-encoder of RERANK_FILE',
    deadlineMilliseconds,
    program: new URL('./cross-encoder-thread.ts', import.meta.url),
    workerData,
    threads: most,
    // A share is a thread's part of the texts: none waits behind another while a thread has nothing to do.
    requestsPerThread: 1,
  });
  await pool.ask(probe, AbortSignal.timeout(deadlineMilliseconds)).catch((cause) => {
    throw wrongFile('a cross-encoder in ONNX that gives one number for a pair of texts', file, cause);
  });
  const id = join(basename(dirname(file)), basename(file));
  const ask: AskForScores = async ({ query, texts }, signal) => {
    const shares = shareOut(texts.length, most);
    const scored = shares.map(async (indices): Promise<ScoredIndex[]> => {
      const share = { query, texts: indices.map((index) => texts[index] ?? '') };
      const scores = await pool.ask(share, signal);
      return indices.map((index, row) => ({ index, score: scores[row] ?? Number.NaN }));
    });
    return (await Promise.all(scored)).flat();
  };
  return guardReranker({ id, scale: 'logit', limits: options }, ask, pool.close);
}

/** Indices dealt out in turn, so that each thread has about the same to read; none for a thread that would have nothing. */
function shareOut(length: number, threads: number): number[][] {
  const indices = [...Array(length).keys()];
  return Array.from({ length: Math.min(threads, length) }, (_, place) =>
    indices.filter((index) => index % threads === place),
  );
}

function tokenizerFolderOf(file: string): string {
  if (!existsSync(file)) throw wrongFile('the path of an ONNX file that is there', file);
  const folder = [dirname(file), dirname(dirname(file))].find((path) => existsSync(join(path, 'tokenizer.json')));
  if (folder === undefined) throw wrongFile("the model's tokenizer.json beside the file or in the folder above", file);
  return folder;
}

function wrongFile(expected: string, file: string, cause?: unknown): AppError {
  const received = JSON.stringify(file);
  const errors = [{ field: 'RERANK_FILE', expected, received }];
  return new AppError('CONFIGURATION_INVALID', `RERANK_FILE: expected ${expected}, read ${received}`, {
    errors,
    cause,
  });
}
