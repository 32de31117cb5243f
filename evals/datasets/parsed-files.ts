import { walkFolder } from '../../src/ingest/load/walk-folder.ts';
import { hasReadableName } from '../../src/ingest/parse/detect-format.ts';
import type { ReadDocument } from '../../src/ingest/prepare-versions.ts';
import { createDocumentReader } from '../../src/ingest/read-document.ts';

const maxFileBytes = 100_000_000;

export interface FileOptions {
  readonly signal: AbortSignal;
  /** Files that are not wanted are not parsed. */
  readonly isWanted?: (id: string) => boolean;
  /** Takes a file that the product cannot read. */
  readonly onFailure: (id: string, reason: string) => void;
  readonly onProgress?: (done: number, total: number) => void;
}

/** The files of a folder as the product's own parser reads them, in a stable order; `id` is the path below the folder. */
export async function* readFiles(
  folder: string,
  { signal, isWanted = () => true, onFailure, onProgress = () => {} }: FileOptions,
): AsyncGenerator<ReadDocument & { readonly id: string }> {
  const reader = createDocumentReader();
  try {
    const entries = await Array.fromAsync(walkFolder(folder, { maxFileBytes, accepts: hasReadableName }));
    for (const [done, entry] of entries.entries()) {
      signal.throwIfAborted();
      onProgress(done, entries.length);
      const { externalId: id } = entry;
      if (!isWanted(id)) continue;
      if (entry.kind === 'failed') onFailure(id, entry.error.detail);
      if (entry.kind !== 'file') continue;
      const document = await entry
        .read()
        .then((bytes) => reader.read({ bytes, fileName: id, mediaType: '' }, signal))
        .catch((error: unknown) => {
          signal.throwIfAborted();
          onFailure(id, error instanceof Error ? error.message : String(error));
          return null;
        });
      if (document) yield { id, ...document };
    }
  } finally {
    await reader.close();
  }
}
