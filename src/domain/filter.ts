import type { DocumentFilter } from './document.ts';

export const filterOperators = ['eq', 'ne', 'in', 'gt', 'gte', 'lt', 'lte', 'exists', 'contains', 'prefix'] as const;
export type FilterOperator = (typeof filterOperators)[number];

export type FilterScalar = string | number | boolean;

/**
 * A filter over documents, read and checked. `field` is `documentId`, `source`, `language`, `title`, `uri`, `createdAt`, `updatedAt`,
 * `tags.<name>` or `metadata.<name>`. A document without the field matches only `ne`, `exists: false` and what stands under `not`.
 */
export type FilterClause =
  | { readonly kind: 'and' | 'or'; readonly clauses: readonly FilterClause[] }
  | { readonly kind: 'not'; readonly clause: FilterClause }
  | FilterCondition;

export interface FilterCondition {
  readonly kind: 'condition';
  readonly field: string;
  readonly operator: FilterOperator;
  /** A list for `in`, a boolean for `exists`, ISO 8601 text for dates. */
  readonly value: FilterScalar | readonly FilterScalar[];
}

/** The filter that lists fields and values, as a clause; null when it restricts nothing. */
export function clauseOf({ documentId, source, language, tags }: DocumentFilter): FilterClause | null {
  const clauses: FilterClause[] = [];
  for (const [field, value] of Object.entries({ documentId, source, language }))
    if (value) clauses.push({ kind: 'condition', field, operator: 'in', value });
  for (const [name, value] of Object.entries(tags ?? {}))
    clauses.push({ kind: 'condition', field: `tags.${name}`, operator: 'eq', value });
  return clauses.length === 0 ? null : { kind: 'and', clauses };
}
