import type { AppError } from '../../domain/errors.ts';
import type { DocumentReader } from '../prepare-versions.ts';
import { isUnlisted, type ListedDocument } from './connector.ts';
import type { OpenConnector, OpenedSource } from './open-connector.ts';

/** One document of a source, as it would be read. */
export interface TrialDocument {
  readonly externalId: string;
  readonly uri: string | null;
  readonly title: string;
  readonly mediaType: string | null;
  /** Raw bytes. */
  readonly size: number;
  readonly passages: number;
  /** The beginning of the parsed text, at most 1,000 characters. */
  readonly text: string;
}

/** Looks at a source without keeping anything of it. */
export interface SourceTrial {
  /** Throws INVALID_REQUEST or URL_NOT_ALLOWED for what the operator does not allow. */
  check(source: OpenedSource, signal: AbortSignal): Promise<void>;
  /** Reads the first document that can be read; null when the source lists none. Throws what stands in the way. */
  test(source: OpenedSource, signal: AbortSignal): Promise<TrialDocument | null>;
}

const shownCharacters = 1000;

export function createSourceTrial(deps: { openConnector: OpenConnector; reader: DocumentReader }): SourceTrial {
  return {
    async check(source, signal) {
      await using _connector = await deps.openConnector(source, signal);
    },
    async test(source, signal) {
      await using connector = await deps.openConnector(source, signal);
      let failed: AppError | null = null;
      const listing = connector.list(new Map(), signal);
      for await (const entry of listing) {
        if (isUnlisted(entry)) {
          failed ??= entry.error;
          continue;
        }
        const document = entry.content ?? (await connector.fetch(entry.externalId, signal));
        if (document) return await read(entry, document);
      }
      if (failed) throw failed;
      return null;
    },
  };

  async function read(
    { externalId }: ListedDocument,
    document: NonNullable<ListedDocument['content']>,
  ): Promise<TrialDocument> {
    const { bytes, fileName, mediaType, title, uri } = document;
    const file = { bytes, fileName, mediaType: mediaType ?? '', title, language: null };
    const parsed = await deps.reader.read(file, AbortSignal.timeout(60_000));
    return {
      ...{ externalId, uri, title: parsed.title, mediaType, size: bytes.byteLength, passages: parsed.passages.length },
      text: parsed.content.slice(0, shownCharacters),
    };
  }
}
