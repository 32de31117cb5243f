import { AppError } from '../domain/errors.ts';
import { fewestCharactersPerPage } from '../domain/parse-quality.ts';
import type { ParserChoices } from '../domain/parser-choice.ts';
import type { Partitioner } from '../models/partitioner.ts';
import { elementsType, nameFormat } from './parse/detect-format.ts';
import type { DocumentReader, ReadDocument } from './prepare-versions.ts';

interface PartitionDeps {
  readonly reader: DocumentReader;
  readonly partitioner: Partitioner;
  /** `auto` for a format that is not among them. */
  readonly choices: ParserChoices;
}

/** Reads files with the built-in parsers or with the partitioner, as the settings choose. What is no known format is left to the built-in ones. */
export function createPartitioningReader({ reader, partitioner, choices }: PartitionDeps): DocumentReader {
  type File = Parameters<DocumentReader['read']>[0];

  async function readElements(file: File, signal: AbortSignal): Promise<ReadDocument> {
    const elements = await partitioner.partition(file, signal);
    return await reader.read({ ...file, bytes: elements, mediaType: elementsType }, signal);
  }

  /** Null when the file is of a kind that the built-in parsers do not read, or has no text for them. */
  async function tryReader(file: File, signal: AbortSignal): Promise<ReadDocument | null> {
    try {
      return await reader.read(file, signal);
    } catch (error) {
      const { code } = AppError.from(error);
      if (code === 'FILE_EMPTY' || code === 'FILE_TYPE_UNSUPPORTED') return null;
      throw error;
    }
  }

  return {
    async read(file, signal) {
      const format = file.bytes.byteLength === 0 ? null : await nameFormat(file);
      const choice = format === null ? 'builtin' : (choices[format] ?? 'auto');
      if (choice === 'builtin') return await reader.read(file, signal);
      if (choice === 'unstructured') return await readElements(file, signal);
      const read = await tryReader(file, signal);
      if (read && !isThin(read)) return read;
      const partitioned = await readElements(file, signal);
      return read && read.content.length >= partitioned.content.length ? read : partitioned;
    },
  };
}

function isThin({ quality }: ReadDocument): boolean {
  return (quality.charactersPerPage ?? quality.characters) < fewestCharactersPerPage;
}
