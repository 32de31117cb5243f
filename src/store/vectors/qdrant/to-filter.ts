import type { Schemas } from '@qdrant/js-client-rest';
import { AppError } from '../../../domain/errors.ts';
import type { FilterClause, FilterCondition, FilterScalar } from '../../../domain/filter.ts';
import type { DocumentId, TenantId } from '../../../domain/ids.ts';
import type { IndexFilter } from '../../vector-index.ts';
import { keys } from './collection-schema.ts';
import { factOf } from './to-point.ts';

type Condition = Schemas['Condition'];
type Filter = Schemas['Filter'];

/** Documents that match each condition which Qdrant cannot express. */
export type ResolvedConditions = ReadonlyMap<FilterCondition, readonly DocumentId[]>;

/** An empty list or a key without value would let everything through; this lets nothing. */
const nothing: Condition = { has_id: [] };

const plainKeys: ReadonlyMap<string, string> = new Map([
  ['documentId', keys.documentId],
  ['source', keys.source],
  ['language', keys.language],
  ['title', keys.title],
  ['uri', keys.uri],
]);
const dateKeys: ReadonlyMap<string, string> = new Map([
  ['createdAt', keys.createdAt],
  ['updatedAt', keys.updatedAt],
]);
const orderOperators: ReadonlySet<string> = new Set(['gt', 'gte', 'lt', 'lte']);

/** The only place where a filter for Qdrant begins: nothing is asked, counted or deleted without a tenant. Throws INTERNAL. */
export function tenantFilter(tenant: TenantId, conditions: readonly Condition[] = []): Filter {
  if (!tenant) throw new AppError('INTERNAL', 'A search needs a tenant.');
  return { must: [{ key: keys.tenant, match: { value: tenant } }, ...conditions] };
}

/** What a search may see, as `createMatcher` of the index in memory says it. */
export function searchFilter(tenant: TenantId, { clause, grants }: IndexFilter, resolved: ResolvedConditions): Filter {
  const permitted: Condition[] = grants === null ? [] : [openTo(grants)];
  return tenantFilter(tenant, [...permitted, ...(clause ? [compile(clause, resolved)] : [])]);
}

function openTo(grants: readonly string[]): Condition {
  const open: Condition = { is_empty: { key: keys.acl } };
  return { should: grants.length === 0 ? [open] : [open, { key: keys.acl, match: { any: [...grants] } }] };
}

/** The conditions of the clause that only the rows can answer: parts of texts, and the order of texts. */
export function unsupportedConditions(clause: FilterClause | null): FilterCondition[] {
  if (clause === null) return [];
  if (clause.kind === 'not') return unsupportedConditions(clause.clause);
  if (clause.kind !== 'condition') return clause.clauses.flatMap(unsupportedConditions);
  const { field, operator, value } = clause;
  const isText = operator === 'contains' || operator === 'prefix';
  const isTextOrder = orderOperators.has(operator) && !dateKeys.has(field) && typeof value === 'string';
  return isText || isTextOrder ? [clause] : [];
}

function compile(clause: FilterClause, resolved: ResolvedConditions): Condition {
  if (clause.kind === 'condition') return compileCondition(clause, resolved);
  if (clause.kind === 'not') return { must_not: [compile(clause.clause, resolved)] };
  const inner = clause.clauses.map((part) => compile(part, resolved));
  if (clause.kind === 'and') return inner.length === 0 ? { must_not: [nothing] } : { must: inner };
  return inner.length === 0 ? nothing : { should: inner };
}

function compileCondition(condition: FilterCondition, resolved: ResolvedConditions): Condition {
  const documents = resolved.get(condition);
  if (documents) return anyOf(keys.documentId, documents);
  const { field, operator, value } = condition;
  const values = Array.isArray(value) ? value : [value];
  switch (operator) {
    case 'eq':
    case 'in':
      return equals(field, values);
    case 'ne':
      return { must_not: [equals(field, values)] };
    case 'exists':
      return value === true ? exists(field) : { must_not: [exists(field)] };
    case 'gt':
    case 'gte':
    case 'lt':
    case 'lte':
      return inOrder(field, operator, values[0]);
    default:
      throw new AppError('INTERNAL', `The filter ${operator} was not resolved before the search.`);
  }
}

function equals(field: string, values: readonly FilterScalar[]): Condition {
  if (dateKeys.has(field)) return either(values.flatMap((value) => sameInstant(field, value)));
  const key = plainKeys.get(field);
  const wanted = key === undefined ? values.map((value) => factOf(field, value)) : values.filter(isText);
  return anyOf(key ?? keys.facts, wanted);
}

function sameInstant(field: string, value: FilterScalar): Condition[] {
  const instant = instantOf(value);
  return instant === null ? [] : [{ key: dateKeys.get(field) ?? '', range: { gte: instant, lte: instant } }];
}

function exists(field: string): Condition {
  const key = plainKeys.get(field) ?? dateKeys.get(field);
  return key === undefined ? anyOf(keys.facts, [factOf(field)]) : { must_not: [{ is_empty: { key } }] };
}

function inOrder(field: string, operator: 'gt' | 'gte' | 'lt' | 'lte', value: FilterScalar | undefined): Condition {
  const date = dateKeys.get(field);
  if (date !== undefined) {
    const instant = instantOf(value);
    return instant === null ? nothing : { key: date, range: { [operator]: instant } };
  }
  if (typeof value === 'boolean') return inOrderOfBooleans(field, operator, value);
  if (typeof value !== 'number') return nothing;
  const must: Condition[] = [
    { key: 'field', match: { value: field } },
    { key: 'value', range: { [operator]: value } },
  ];
  return { nested: { key: keys.numbers, filter: { must } } };
}

/** False comes before true. */
function inOrderOfBooleans(field: string, operator: 'gt' | 'gte' | 'lt' | 'lte', bound: boolean): Condition {
  const isRight = {
    gt: (held: boolean) => held > bound,
    gte: (held: boolean) => held >= bound,
    lt: (held: boolean) => held < bound,
    lte: (held: boolean) => held <= bound,
  };
  return equals(field, [false, true].filter(isRight[operator]));
}

const isText = (value: FilterScalar): value is string => typeof value === 'string';

const anyOf = (key: string, values: readonly string[]): Condition =>
  values.length === 0 ? nothing : { key, match: { any: [...values] } };

const either = (conditions: Condition[]): Condition => (conditions.length === 0 ? nothing : { should: conditions });

/** ISO 8601 in UTC; null for what is no date. */
function instantOf(value: unknown): string | null {
  const time = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(time) ? null : new Date(time).toISOString();
}
