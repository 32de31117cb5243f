import { type ChildProcess, fork } from 'node:child_process';
import { AppError } from '../domain/errors.ts';
import type { ChunkSizes } from './chunk.ts';
import type { ReadDocument } from './prepare-versions.ts';
import { type PackedError, unpackError } from './read-document-messages.ts';
import type { FileToRead } from './reading-thread.ts';

export interface ApartRequest {
  readonly file: FileToRead;
  readonly chunkSizes: ChunkSizes;
}

export type ApartReply = { readonly document: ReadDocument } | { readonly error: PackedError };

/** Once may be another's doing, such as a system that is short of memory. */
const attempts = 2;

/**
 * Reads a file in a process of its own, which the file may end without harm to this one. Throws as a reader in a thread does,
 * and FILE_SUSPICIOUS when the process ended each time. The process ends with this one.
 */
export async function readApart(
  request: ApartRequest,
  signal: AbortSignal,
  program = new URL('./read-apart-process.ts', import.meta.url),
): Promise<ReadDocument> {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    signal.throwIfAborted();
    const child = fork(program, { serialization: 'advanced', stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
    const reply = await askOnce(child, request, signal).finally(() => child.kill('SIGKILL'));
    if (reply && 'error' in reply) throw unpackError(reply.error);
    if (reply) return reply.document;
  }
  throw new AppError('FILE_SUSPICIOUS', `Reading ${request.file.fileName} ended the process that read it, twice.`);
}

/** Null when the process ended. */
async function askOnce(child: ChildProcess, request: ApartRequest, signal: AbortSignal): Promise<ApartReply | null> {
  const { promise, resolve, reject } = Promise.withResolvers<ApartReply | null>();
  const abort = () => reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  child.once('message', (reply: ApartReply) => resolve(reply));
  child.once('exit', () => resolve(null));
  child.once('error', (cause) =>
    reject(new AppError('INTERNAL', 'The process that reads a file could not start.', { cause })),
  );
  // What cannot be sent any more went to a process that has ended, which is told by its end.
  child.send(request, () => {});
  return await promise.finally(() => signal.removeEventListener('abort', abort));
}
