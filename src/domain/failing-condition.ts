import type { FilterClause, FilterCondition, FilterScalar } from './filter.ts';

/** What filters may look at. */
export interface FilteredDocument {
  readonly id: string;
  readonly source: string;
  readonly language: string | null;
  readonly title: string;
  readonly uri: string | null;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly metadata?: Readonly<Record<string, FilterScalar>>;
}

/** The first part of the clause that keeps the document out, in words; null when it passes. */
export function failingCondition(clause: FilterClause, document: FilteredDocument): string | null {
  switch (clause.kind) {
    case 'condition':
      return failure(clause, document);
    case 'not':
      return failingCondition(clause.clause, document) === null ? `it must not match ${describe(clause.clause)}` : null;
    case 'and':
      for (const part of clause.clauses) {
        const failed = failingCondition(part, document);
        if (failed !== null) return failed;
      }
      return null;
    case 'or': {
      const failed = clause.clauses.map((part) => failingCondition(part, document));
      return failed.includes(null) ? null : `none of these holds: ${failed.join('; ') || 'an empty list'}`;
    }
  }
}

function failure(condition: FilterCondition, document: FilteredDocument): string | null {
  const held = readField(condition.field, document);
  return matches(condition, held)
    ? null
    : `${describe(condition)}, and it has ${held === null ? 'none' : JSON.stringify(held)}`;
}

function describe(clause: FilterClause): string {
  if (clause.kind === 'not') return `not (${describe(clause.clause)})`;
  if (clause.kind !== 'condition') return `(${clause.clauses.map(describe).join(` ${clause.kind} `)})`;
  const { field, operator, value } = clause;
  return `${field} ${operator} ${JSON.stringify(value)}`;
}

function readField(field: string, document: FilteredDocument): FilterScalar | null {
  const [group = '', ...rest] = field.split('.');
  const name = rest.join('.');
  switch (group) {
    case 'documentId':
      return document.id;
    case 'tags':
      return document.tags[name] ?? null;
    case 'metadata':
      return document.metadata?.[name] ?? null;
    case 'source':
    case 'language':
    case 'title':
    case 'uri':
    case 'createdAt':
    case 'updatedAt':
      return document[group];
    default:
      return null;
  }
}

function matches({ operator, value }: FilterCondition, held: FilterScalar | null): boolean {
  const wanted = [value].flat() as readonly FilterScalar[];
  const [first = ''] = wanted;
  if (operator === 'ne') return held === null || !wanted.includes(held);
  if (operator === 'exists') return (held !== null) === first;
  if (held === null) return false;
  switch (operator) {
    case 'eq':
    case 'in':
      return wanted.includes(held);
    case 'contains':
      return String(held).toLowerCase().includes(String(first).toLowerCase());
    case 'prefix':
      return String(held).startsWith(String(first));
    default:
      return typeof held === typeof first && compares(operator, held, first);
  }
}

function compares(operator: 'gt' | 'gte' | 'lt' | 'lte', held: FilterScalar, bound: FilterScalar): boolean {
  switch (operator) {
    case 'gt':
      return held > bound;
    case 'gte':
      return held >= bound;
    case 'lt':
      return held < bound;
    case 'lte':
      return held <= bound;
  }
}
