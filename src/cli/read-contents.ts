import { join } from 'node:path';
import { walkFolder } from '../ingest/load/walk-folder.ts';
import { hasReadableName } from '../ingest/parse/detect-format.ts';
import { createDocumentReader } from '../ingest/read-document.ts';

export const sampleFolder = join(import.meta.dirname, '../../datasets/handbook/documents');

const maxFileBytes = 100_000_000;

/** The parsed texts of the files below a folder, as quotes point into them. Throws what ingest says of a file that cannot be read. */
export async function readContents(folder: string, signal: AbortSignal): Promise<string[]> {
  const reader = createDocumentReader();
  try {
    const contents: string[] = [];
    for await (const entry of walkFolder(folder, { maxFileBytes, accepts: hasReadableName })) {
      if (entry.kind !== 'file') continue;
      const file = { bytes: await entry.read(), fileName: entry.externalId, mediaType: '' };
      contents.push((await reader.read(file, signal)).content);
    }
    return contents;
  } finally {
    await reader.close();
  }
}
