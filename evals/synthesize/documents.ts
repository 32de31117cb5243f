import { walkFolder } from '../../src/ingest/load/walk-folder.ts';
import { hasReadableName } from '../../src/ingest/parse/detect-format.ts';
import { createDocumentReader } from '../../src/ingest/read-document.ts';

/** A passage as the product cuts it. */
export interface SourcePassage {
  readonly text: string;
  /** UTF-16 offset of the text in the content of its document. */
  readonly start: number;
  readonly headingPath: readonly string[];
}

/** A document that questions are made of. */
export interface SourceDocument {
  /** Name under which a target knows it: the path below the folder, or its external id. */
  readonly id: string;
  readonly title: string;
  /** Parsed text, into which quotes point. */
  readonly content: string;
  readonly passages: readonly SourcePassage[];
}

const maxFileBytes = 100_000_000;

/** Parsed documents of a folder in a stable order. A file that cannot be read goes to `onFailure`. */
export async function* readFolder(
  folder: string,
  { signal, onFailure }: { signal: AbortSignal; onFailure: (id: string, reason: string) => void },
): AsyncGenerator<SourceDocument> {
  const reader = createDocumentReader();
  try {
    for await (const entry of walkFolder(folder, { maxFileBytes, accepts: hasReadableName })) {
      signal.throwIfAborted();
      const { externalId: id } = entry;
      if (entry.kind === 'failed') onFailure(id, entry.error.detail);
      if (entry.kind !== 'file') continue;
      try {
        yield { id, ...(await reader.read({ bytes: await entry.read(), fileName: id, mediaType: '' }, signal)) };
      } catch (error) {
        signal.throwIfAborted();
        onFailure(id, error instanceof Error ? error.message : String(error));
      }
    }
  } finally {
    await reader.close();
  }
}
