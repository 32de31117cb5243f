import type { IndexFilter, IndexPoint } from '../../vector-index.ts';

/** What filters may look at. */
export type Payload = Pick<IndexPoint, 'documentId' | 'source' | 'acl' | 'tags' | 'language'>;

/** Every given field must match; lists match any of their values, tags must all be there. */
export function createMatcher({ documentId, source, tags, language, grants }: IndexFilter) {
  const matchesId = isOneOf(documentId);
  const matchesSource = isOneOf(source);
  const matchesLanguage = isOneOf(language);
  const wantedTags = Object.entries(tags ?? {});
  const granted = grants && new Set(grants);
  return (payload: Payload): boolean =>
    matchesId(payload.documentId) &&
    matchesSource(payload.source) &&
    matchesLanguage(payload.language) &&
    wantedTags.every(([name, value]) => payload.tags[name] === value) &&
    (!granted || payload.acl.length === 0 || payload.acl.some((entry) => granted.has(entry)));
}

function isOneOf(wanted: readonly string[] | undefined): (value: string | null) => boolean {
  if (!wanted) return () => true;
  const values = new Set(wanted);
  return (value) => value !== null && values.has(value);
}
