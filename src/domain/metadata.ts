import type { FilterScalar } from './filter.ts';

export const metadataTypes = ['string', 'number', 'boolean', 'date'] as const;
export type MetadataType = (typeof metadataTypes)[number];

/** A field that a tenant declared for its documents; filters name it `metadata.<name>`. */
export interface MetadataField {
  readonly name: string;
  readonly type: MetadataType;
  readonly description: string;
  readonly createdAt: string;
}

export const metadataNamePattern = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/;

/** What a document holds by name of the field: text, finite numbers, booleans, and dates as `Date.toISOString` writes them. */
export type Metadata = Readonly<Record<string, FilterScalar>>;
