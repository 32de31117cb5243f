import type { NewerBasis } from '../../domain/answer.ts';
import { compareVersions, documentVersion, type VersionedDocument } from '../../retrieve/document-version.ts';
import type { ScoredPassage } from '../../retrieve/retrieve.ts';

export interface NewerSource {
  /** Which of the two. */
  readonly index: 0 | 1;
  readonly basis: NewerBasis;
}

type Source = VersionedDocument & Pick<ScoredPassage, 'documentId' | 'version' | 'updatedAt' | 'supersededBy'>;

/** Documents that came on one day came together; their times say nothing of which is valid. */
const leastMilliseconds = 86_400_000;

/**
 * Which of two sources is newer: what their tags call superseded, then their product versions, then the time of their last change;
 * null when nothing tells.
 */
export function newerSource(sources: readonly [Source, Source]): NewerSource | null {
  const [one, other] = sources;
  if (one.documentId === other.documentId)
    return one.version === other.version ? null : { index: one.version > other.version ? 0 : 1, basis: 'version' };
  if (one.supersededBy?.documentId === other.documentId) return { index: 1, basis: 'superseded' };
  if (other.supersededBy?.documentId === one.documentId) return { index: 0, basis: 'superseded' };
  const [version, otherVersion] = [documentVersion(one), documentVersion(other)];
  const order = version === null || otherVersion === null ? 0 : compareVersions(version, otherVersion);
  if (order !== 0) return { index: order > 0 ? 0 : 1, basis: 'version' };
  const milliseconds = Date.parse(one.updatedAt) - Date.parse(other.updatedAt);
  if (Math.abs(milliseconds) < leastMilliseconds) return null;
  return { index: milliseconds > 0 ? 0 : 1, basis: 'date' };
}
