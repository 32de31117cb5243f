import type { DocumentId } from '../../../domain/ids.ts';
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
  const remembered = new Map<string, readonly PublishedPassage[]>();
  const keyOf = (document: DocumentId, version: number) => `${document} ${version}`;
  let count = 0;

  function take(key: string): readonly PublishedPassage[] | null {
    const passages = remembered.get(key) ?? null;
    remembered.delete(key);
    count -= passages?.length ?? 0;
    return passages;
  }

  return {
    note(versions) {
      for (const { documentId, version, passages } of versions) {
        const key = keyOf(documentId, version);
        take(key);
        remembered.set(
          key,
          passages.map(({ id, sparse }) => ({ id, version, sparse })),
        );
        count += passages.length;
      }
      for (const key of remembered.keys()) {
        if (count <= mostPassages) break;
        take(key);
      }
    },
    take: (document, version) => take(keyOf(document, version)),
  };
}
