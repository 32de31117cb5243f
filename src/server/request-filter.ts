import type { Filter, FilterClause } from '../domain/filter.ts';
import type { Principal } from '../domain/principal.ts';
import { readFilter } from '../domain/read-filter.ts';
import type { RouteDeps } from './route-deps.ts';

/** The filter of a request, by the fields that the caller's tenant declared. Throws INVALID_REQUEST. */
export async function clauseOfRequest(
  { metadataFields }: Pick<RouteDeps, 'metadataFields'>,
  { tenantId }: Principal,
  filter: Filter | undefined,
): Promise<FilterClause | null> {
  if (filter === undefined) return null;
  return readFilter(filter, await metadataFields.list(tenantId));
}
