import { sha256 } from '../domain/sha256.ts';
import type { CountTokens } from '../models/embedder.ts';
import { encodeDocument } from '../models/sparse/encode.ts';
import type { PreparedPassage } from '../store/documents.ts';
import { bodyText, type ChunkSizes, chunkDocument, type DocumentChunk, embeddingText } from './chunk.ts';
import { measureQuality } from './parse/measure-quality.ts';
import { parseDocument } from './parse/parse-document.ts';
import type { ReadDocument } from './prepare-versions.ts';
import type { ReadRequest } from './read-document-messages.ts';

/** Declared for a text that is one passage already and is not cut; evaluations over ready-made passages send it. */
export const wholePassageType = 'text/plain; unit=passage';

/**
 * Decodes, parses and chunks a file and makes what searching it needs: sparse vectors and the texts to embed.
 * The sender's title and language go before those of the file. Throws as `parseDocument` does.
 */
export async function prepareDocument(
  file: ReadRequest,
  countTokens: CountTokens,
  sizes?: ChunkSizes,
): Promise<ReadDocument> {
  const parsed = await parseDocument(file);
  const title = file.title ?? parsed.title;
  const language = file.language ?? parsed.language;
  const chunks =
    file.mediaType === wholePassageType
      ? wholeChunk(parsed.text)
      : chunkDocument({ ...parsed, title }, countTokens, sizes);
  const passages = chunks.map((chunk): Omit<PreparedPassage, 'id'> => {
    const { tableHeader: _tableHeader, ...place } = chunk;
    const embedded = embeddingText(title, chunk);
    return {
      ...place,
      sparse: encodeDocument({ title, headingPath: chunk.headingPath, text: bodyText(chunk), language }),
      embeddingText: embedded,
      embeddingHash: sha256(embedded),
    };
  });
  return {
    title,
    language,
    content: parsed.text,
    quality: measureQuality(parsed, file.bytes.byteLength),
    properties: parsed.properties ?? {},
    passages,
  };
}

function wholeChunk(text: string): DocumentChunk[] {
  return [
    { ordinal: 0, text, start: 0, end: text.length, headingPath: [], page: null, cells: null, tableHeader: null },
  ];
}
