import type { DuplicateDocument } from '../store/documents.ts';
import { compareVersions, documentVersion, type VersionedDocument } from './document-version.ts';

/** Of documents that say the same, the one to go by: that of the newest product version, and of these the one that came first. */
export function canonicalOf<T extends VersionedDocument & Pick<DuplicateDocument, 'createdAt' | 'documentId'>>(
  documents: readonly T[],
): T | null {
  const [first = null] = documents.toSorted(
    (one, other) =>
      compareVersions(documentVersion(other) ?? '', documentVersion(one) ?? '') ||
      one.createdAt.localeCompare(other.createdAt) ||
      one.documentId.localeCompare(other.documentId),
  );
  return first;
}
