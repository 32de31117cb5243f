import { join } from 'node:path';
import { readFiles } from '../../evals/datasets/parsed-files.ts';
import { AppError } from '../domain/errors.ts';

export const sampleFolder = join(import.meta.dirname, '../../datasets/handbook/documents');

/** The parsed texts of the files below a folder, as quotes point into them. Throws INVALID_REQUEST naming a file that cannot be read. */
export async function readContents(
  folder: string,
  signal: AbortSignal,
  onProgress: (done: number, total: number) => void,
): Promise<string[]> {
  const onFailure = (id: string, reason: string) => {
    throw new AppError('INVALID_REQUEST', `${id} cannot be read: ${reason}`);
  };
  const contents: string[] = [];
  for await (const { content } of readFiles(folder, { signal, onFailure, onProgress })) contents.push(content);
  return contents;
}
