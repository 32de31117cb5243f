import { walkFolder } from '../../src/ingest/load/walk-folder.ts';
import { hasReadableName } from '../../src/ingest/parse/detect-format.ts';
import { createDocumentReader } from '../../src/ingest/read-document.ts';
import { type CorpusPlace, readRecordsOf } from './dataset.ts';

const maxFileBytes = 100_000_000;

export interface CorpusText {
  /** Id of the record, or path of the file below the folder. */
  readonly id: string;
  readonly text: string;
}

interface TextOptions {
  readonly signal: AbortSignal;
  /** Files that are not wanted are not parsed. */
  readonly isWanted?: (id: string) => boolean;
  /** Takes a file that the product cannot read. */
  readonly onFailure: (id: string, reason: string) => void;
}

/** The texts that a search would be over, one at a time: records as they stand, files as the product's own parser reads them. */
export async function* readCorpusTexts(
  corpus: CorpusPlace,
  { signal, isWanted = () => true, onFailure }: TextOptions,
): AsyncGenerator<CorpusText> {
  if (corpus.kind !== 'documents') {
    for await (const { id, text } of readRecordsOf(corpus)) if (isWanted(id)) yield { id, text };
    return;
  }
  const reader = createDocumentReader();
  try {
    for await (const entry of walkFolder(corpus.path, { maxFileBytes, accepts: hasReadableName })) {
      signal.throwIfAborted();
      const { externalId: id } = entry;
      if (!isWanted(id)) continue;
      if (entry.kind === 'failed') onFailure(id, entry.error.detail);
      if (entry.kind !== 'file') continue;
      const text = await entry
        .read()
        .then(async (bytes) => (await reader.read({ bytes, fileName: id, mediaType: '' }, signal)).content)
        .catch((error: unknown) => {
          signal.throwIfAborted();
          onFailure(id, error instanceof Error ? error.message : String(error));
          return null;
        });
      if (text !== null) yield { id, text };
    }
  } finally {
    await reader.close();
  }
}
