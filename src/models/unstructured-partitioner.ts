import { basename } from 'node:path/posix';
import { AppError } from '../domain/errors.ts';
import { createDeadline } from './deadline.ts';
import { ModelStatusError, toModelError } from './model-error.ts';
import type { FileToPartition, Partitioner } from './partitioner.ts';

export interface UnstructuredOptions {
  /** Without the path of the endpoint. */
  readonly url: string;
  readonly apiKey: string | null;
  readonly strategy: 'auto' | 'fast' | 'hi_res' | 'ocr_only';
  /** Below the time after which another process takes a document over. */
  readonly timeoutMs?: number;
}

/** Statuses by which the service says that the file is at fault. */
const refusals = new Set([400, 413, 415, 422]);
const mostBytes = 64 * 1024 * 1024;

/** Unstructured's partition endpoint, hosted or one's own. Files go to the configured address only. */
export function createUnstructuredPartitioner({ timeoutMs = 240_000, ...options }: UnstructuredOptions): Partitioner {
  return {
    async partition(file, signal) {
      const deadline = createDeadline(timeoutMs);
      const both = AbortSignal.any([signal, deadline.signal]);
      try {
        return await post(options, file, both);
      } catch (error) {
        both.throwIfAborted();
        throw toModelError(error);
      } finally {
        deadline.stop();
      }
    },
  };
}

async function post(
  options: Omit<UnstructuredOptions, 'timeoutMs'>,
  { bytes, fileName, mediaType }: FileToPartition,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const form = new FormData();
  form.set('files', new Blob([Uint8Array.from(bytes)], { type: mediaType.split(';')[0] ?? '' }), basename(fileName));
  form.set('strategy', options.strategy);
  form.set('output_format', 'application/json');
  // Without this the tables of PDFs and pictures come as running text.
  form.set('skip_infer_table_types', '[]');
  form.set('coordinates', 'false');
  // Encoded as a whole: aborting while a form is streamed ends in a rejection that nobody can catch.
  const encoded = new Response(form);
  const response = await fetch(`${options.url.replace(/\/$/, '')}/general/v0/general`, {
    method: 'POST',
    headers: {
      accept: 'application/json',
      'content-type': encoded.headers.get('content-type') ?? '',
      ...(options.apiKey === null ? {} : { 'unstructured-api-key': options.apiKey }),
    },
    body: await encoded.arrayBuffer(),
    redirect: 'error',
    signal,
  });
  if (response.ok) return await readBody(response);
  await response.body?.cancel();
  const error = new ModelStatusError(response);
  if (!refusals.has(response.status)) throw error;
  throw new AppError('FILE_CORRUPT', `${fileName} could not be read by the partitioner either.`, { cause: error });
}

async function readBody(response: Response): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body ?? []) {
    size += part.byteLength;
    if (size > mostBytes)
      throw new AppError('MODEL_BAD_RESPONSE', `The partitioner sends more than ${mostBytes} bytes of elements.`);
    parts.push(part);
  }
  return Buffer.concat(parts);
}
