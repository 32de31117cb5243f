import { AppError } from '../domain/errors.ts';
import type { DocumentStanding } from '../store/documents.ts';

/** Documents of the same name that an error lists. */
const mostNamed = 5;

/**
 * Which of the documents that were found by a reference is meant: the kinds of names in their order, the first that names anything
 * decides, and what exists goes before what was deleted. Throws NOT_FOUND when there is none, INVALID_REQUEST for the field when there
 * are several.
 */
export function chooseDocument(found: readonly DocumentStanding[], reference: string, field: string): DocumentStanding {
  const named: readonly ((document: DocumentStanding) => boolean)[] = [
    ({ id }) => id === reference,
    ({ externalId }) => externalId === reference,
    ({ uri }) => uri === reference,
    () => true,
  ];
  const standing = found.some(({ deletedAt }) => deletedAt === null)
    ? found.filter(({ deletedAt }) => deletedAt === null)
    : found.slice(0, 1);
  const matching = named.map((isNamed) => standing.filter(isNamed)).find((list) => list.length > 0) ?? [];
  const [document, ...others] = matching;
  if (!document) throw new AppError('NOT_FOUND', 'There is no such document.');
  if (others.length === 0) return document;
  const received = matching.slice(0, mostNamed).map(({ id, title, externalId }) => `${id} (${title}, ${externalId})`);
  throw new AppError('INVALID_REQUEST', 'Several documents have this name; give the id of one.', {
    errors: [{ field, expected: 'a name of one document', received: received.join('; ') }],
  });
}
