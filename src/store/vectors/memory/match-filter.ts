import type { FilterClause, FilterCondition, FilterScalar } from '../../../domain/filter.ts';
import type { IndexFilter, IndexPoint } from '../../vector-index.ts';

/** What filters may look at. */
export type Payload = Omit<IndexPoint, 'id' | 'version' | 'sparse' | 'dense'>;

type Matches = (payload: Payload) => boolean;

/** The clause must match, and the document must be open to all or to one of the grants. */
export function createMatcher({ clause, grants }: IndexFilter): Matches {
  const matches = clause ? compile(clause) : () => true;
  const granted = grants && new Set(grants);
  return (payload) =>
    (!granted || payload.acl.length === 0 || payload.acl.some((entry) => granted.has(entry))) && matches(payload);
}

function compile(clause: FilterClause): Matches {
  if (clause.kind === 'condition') return compileCondition(clause);
  if (clause.kind === 'not') {
    const inner = compile(clause.clause);
    return (payload) => !inner(payload);
  }
  const inner = clause.clauses.map(compile);
  return clause.kind === 'and'
    ? (payload) => inner.every((matches) => matches(payload))
    : (payload) => inner.some((matches) => matches(payload));
}

function compileCondition({ field, operator, value }: FilterCondition): Matches {
  const read = readerOf(field);
  const test = isDate(field) ? testOf(operator, instantsOf(value)) : testOf(operator, value);
  return (payload) => test(read(payload));
}

const isDate = (field: string): boolean => field === 'createdAt' || field === 'updatedAt';

/** Dates are compared as points in time, however they are written; payloads hold ISO 8601 in UTC. */
function instantsOf(value: FilterCondition['value']): FilterCondition['value'] {
  if (Array.isArray(value)) return value.map(instantOf);
  return instantOf(value as FilterScalar);
}

function instantOf(value: FilterScalar): FilterScalar {
  const time = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(time) ? value : new Date(time).toISOString();
}

function testOf(
  operator: FilterCondition['operator'],
  value: FilterCondition['value'],
): (held: FilterScalar | null) => boolean {
  const wanted = new Set(Array.isArray(value) ? value : [value]);
  const [first] = wanted;
  const compares = (isRight: (order: number) => boolean) => (held: FilterScalar | null) =>
    held !== null && typeof held === typeof first && isRight(held < (first ?? '') ? -1 : held > (first ?? '') ? 1 : 0);
  const holds = (isRight: (held: string, part: string) => boolean) => (held: FilterScalar | null) =>
    typeof held === 'string' && typeof first === 'string' && isRight(held, first);
  switch (operator) {
    case 'eq':
    case 'in':
      return (held) => held !== null && wanted.has(held);
    case 'ne':
      return (held) => held === null || !wanted.has(held);
    case 'exists':
      return (held) => (held !== null) === first;
    case 'gt':
      return compares((order) => order > 0);
    case 'gte':
      return compares((order) => order >= 0);
    case 'lt':
      return compares((order) => order < 0);
    case 'lte':
      return compares((order) => order <= 0);
    case 'contains':
      return holds((held, part) => held.toLowerCase().includes(part.toLowerCase()));
    case 'prefix':
      return holds((held, part) => held.startsWith(part));
  }
}

function readerOf(field: string): (payload: Payload) => FilterScalar | null {
  const [group, ...rest] = field.split('.');
  const name = rest.join('.');
  if (group === 'tags') return ({ tags }) => tags[name] ?? null;
  if (group === 'metadata') return ({ metadata }) => metadata[name] ?? null;
  return (payload) => {
    const held = payload[field as keyof Payload];
    return typeof held === 'string' ? held : null;
  };
}
