import { join } from 'node:path';
import { walkFolder } from '../ingest/load/walk-folder.ts';
import { hasReadableName } from '../ingest/parse/detect-format.ts';
import { createDocumentReader } from '../ingest/read-document.ts';

export const sampleFolder = join(import.meta.dirname, '../../datasets/handbook/documents');

const maxFileBytes = 100_000_000;

/** The parsed texts of the files below a folder, as quotes point into them. Throws what ingest says of a file that cannot be read. */
export async function readContents(
  folder: string,
  signal: AbortSignal,
  onProgress: (done: number, total: number) => void = () => {},
): Promise<string[]> {
  const reader = createDocumentReader();
  try {
    const listed = await Array.fromAsync(walkFolder(folder, { maxFileBytes, accepts: hasReadableName }));
    const files = listed.filter((entry) => entry.kind === 'file');
    const contents: string[] = [];
    for (const [index, entry] of files.entries()) {
      onProgress(index, files.length);
      const file = { bytes: await entry.read(), fileName: entry.externalId, mediaType: '' };
      contents.push((await reader.read(file, signal)).content);
    }
    return contents;
  } finally {
    await reader.close();
  }
}
