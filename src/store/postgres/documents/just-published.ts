import type { DocumentId } from '../../../domain/ids.ts';
import { createTextMemory } from '../../../domain/text-memory.ts';
import type { PreparedPassage } from '../../documents.ts';

/** What is remembered of a `PreparedVersion`. */
export interface PublishedVersion {
  readonly documentId: DocumentId;
  readonly version: number;
  readonly passages: readonly Pick<PreparedPassage, 'id' | 'sparse'>[];
}

export type PublishedPassage = Pick<PreparedPassage, 'id' | 'sparse'> & Pick<PublishedVersion, 'version'>;

/** What the index loads of a version, from the process that has just published it. */
export interface JustPublished {
  note(versions: readonly PublishedVersion[]): void;
  /** Null when nothing is remembered; what is taken is forgotten. */
  take(document: DocumentId, version: number): readonly PublishedPassage[] | null;
}

/** About 1 MB. An index takes them within a quarter of a second; where there is none, the oldest go. */
const mostPassages = 2_000;

export function createJustPublished(): JustPublished {
  const remembered = createTextMemory<string, readonly PublishedPassage[]>({
    maxSize: mostPassages,
    sizeCalculation: ({ length }) => Math.max(length, 1),
  });
  const keyOf = (document: DocumentId, version: number) => `${document} ${version}`;
  return {
    note(versions) {
      for (const { documentId, version, passages } of versions)
        remembered.set(
          keyOf(documentId, version),
          passages.map(({ id, sparse }) => ({ id, version, sparse })),
        );
    },
    take(document, version) {
      const key = keyOf(document, version);
      const passages = remembered.get(key) ?? null;
      remembered.delete(key);
      return passages;
    },
  };
}
