import type { Config } from './config.ts';
import { createPartitioningReader } from './ingest/partition-documents.ts';
import type { DocumentReader } from './ingest/prepare-versions.ts';
import { createDocumentReader } from './ingest/read-document.ts';
import type { Embedder } from './models/embedder.ts';
import { createUnstructuredPartitioner } from './models/unstructured-partitioner.ts';

/** What reads files: the parsers of this program in threads, and the partitioner of the settings beside them. */
export function openReader(
  { chunks, unstructured }: Config,
  embedder: Pick<Embedder, 'maxTokens'>,
): DocumentReader & { close(): Promise<void> } {
  // The embedder puts two tokens of its own around a text.
  const reader = createDocumentReader({ chunkSizes: { ...chunks, embeddedTokens: embedder.maxTokens - 2 } });
  if (unstructured === null) return reader;
  const { choices, ...options } = unstructured;
  const partitioner = createUnstructuredPartitioner(options);
  return { ...createPartitioningReader({ reader, partitioner, choices }), close: () => reader.close() };
}
