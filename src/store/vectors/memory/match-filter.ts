import { compileFilter } from '../../../domain/match-filter.ts';
import type { IndexFilter, IndexPoint } from '../../vector-index.ts';

/** What filters may look at. */
export type Payload = Omit<IndexPoint, 'id' | 'version' | 'sparse' | 'dense'>;

/** The clause must match, and the document must be open to all or to one of the grants. */
export function createMatcher({ clause, grants }: IndexFilter): (payload: Payload) => boolean {
  const matches = clause ? compileFilter(clause) : () => true;
  const granted = grants && new Set(grants);
  return (payload) =>
    (!granted || payload.acl.length === 0 || payload.acl.some((entry) => granted.has(entry))) && matches(payload);
}
