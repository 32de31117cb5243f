import { z } from 'zod';

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
  /** A list for `in`, a boolean for `exists`; times as `Date.toISOString` writes them. Values match those of their own type only. */
  readonly value: FilterScalar | readonly FilterScalar[];
}

export const filterLimits = { depth: 8, conditions: 64, listed: 1_000, characters: 4_000, contains: 200 } as const;

export const fieldTypes = ['string', 'number', 'boolean', 'date'] as const;
export type FieldType = (typeof fieldTypes)[number];

/** The fields that every document has; what a tenant tags and declares comes on top. */
export const documentFields = {
  documentId: 'string',
  source: 'string',
  language: 'string',
  title: 'string',
  uri: 'string',
  createdAt: 'date',
  updatedAt: 'date',
} as const satisfies Record<string, FieldType>;

const ordered = ['eq', 'ne', 'in', 'gt', 'gte', 'lt', 'lte', 'exists'] as const;

export const operatorsOf: Readonly<Record<FieldType, readonly FilterOperator[]>> = {
  string: ['eq', 'ne', 'in', 'exists', 'contains', 'prefix'],
  number: ordered,
  boolean: ['eq', 'ne', 'in', 'exists'],
  date: ordered,
};

/** What a database can hold: no null characters, no halves of surrogate pairs. */
const isStorable = (value: string) => value.isWellFormed() && !value.includes('\0');
const filterText = (maximum: number) => z.string().min(1).max(maximum).refine(isStorable);

/** A value as it is written in a filter, by the type of its field. */
export const filterValues = {
  // Tags and titles may be empty, so that text to equal may be too.
  string: z.string().max(filterLimits.characters).refine(isStorable),
  number: z.number(),
  boolean: z.boolean(),
  date: z.union([z.iso.date(), z.iso.datetime({ offset: true, local: true })]),
  contains: filterText(filterLimits.contains),
  prefix: filterText(filterLimits.characters),
} as const;

const Scalar = z.union([filterValues.string, filterValues.number, filterValues.boolean]);
const Ordered = z.union([filterValues.number, filterValues.date]);
const List = z.array(Scalar).max(filterLimits.listed);

const Operators = z
  .strictObject({
    eq: Scalar,
    ne: Scalar,
    in: List,
    gt: Ordered,
    gte: Ordered,
    lt: Ordered,
    lte: Ordered,
    exists: z.boolean(),
    contains: filterValues.contains,
    prefix: filterValues.prefix,
  })
  .partial();

/** One value to equal, a list of values to be among, or operators that must all hold. */
export const FieldTest = z.union([Scalar, List, Operators]);
export type FieldTest = z.infer<typeof FieldTest>;

/**
 * A filter as it is written. All keys must hold; `tags.<name>` and `metadata.<name>` may stand beside the fields, or as objects of names.
 * Which fields there are depends on the tenant: `readFilter` checks that, and says what is wrong better than a union of schemas can.
 */
export interface Filter {
  readonly and?: readonly Filter[] | undefined;
  readonly or?: readonly Filter[] | undefined;
  readonly not?: Filter | undefined;
  readonly tags?: Readonly<Record<string, FieldTest>> | undefined;
  readonly metadata?: Readonly<Record<string, FieldTest>> | undefined;
  readonly [field: string]: FieldTest | readonly Filter[] | Filter | Readonly<Record<string, FieldTest>> | undefined;
}

const namedTests = z.record(z.string(), FieldTest).optional();
const fieldTests = Object.fromEntries(Object.keys(documentFields).map((field) => [field, FieldTest.optional()]));

export const Filter: z.ZodType<Filter> = z.lazy(() =>
  z
    .object({
      and: z.array(Filter).optional(),
      or: z.array(Filter).optional(),
      not: Filter.optional(),
      ...fieldTests,
      tags: namedTests,
      metadata: namedTests,
    })
    .catchall(FieldTest),
);
