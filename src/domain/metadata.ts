import type { Properties } from './document.ts';
import { describeValue, type FieldError, invalidRequest } from './errors.ts';
import type { FieldType, FilterScalar } from './filter.ts';
import { readTime } from './iso-time.ts';

/** A field that a tenant declared for its documents; filters name it `metadata.<name>`. */
export interface MetadataField {
  readonly name: string;
  readonly type: FieldType;
  readonly description: string;
  readonly createdAt: string;
}

export const metadataNamePattern = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/;

/** How many fields a tenant may declare. */
export const mostMetadataFields = 100;

const longestValue = 2_000;

/** What a document holds by name of the field: text, finite numbers, booleans, and dates as `Date.toISOString` writes them. */
export type Metadata = Readonly<Record<string, FilterScalar>>;

/** Values as they are kept. Throws INVALID_REQUEST for each that is not declared, or not of the declared type. */
export function readMetadata(values: Metadata, declared: readonly Pick<MetadataField, 'name' | 'type'>[]): Metadata {
  const errors: FieldError[] = [];
  const entries = Object.entries(values).map(([name, value]): [string, FilterScalar] => {
    const type = declared.find((field) => field.name === name)?.type;
    const read = type === undefined ? null : readValue(type, value);
    if (read === null)
      errors.push({
        field: `metadata.${name}`,
        expected: type === undefined ? expectedFields(declared) : expectedValues[type],
        received: describeValue(value),
      });
    return [name, read ?? value];
  });
  if (errors.length > 0) throw invalidRequest(errors);
  return Object.fromEntries(entries);
}

/** Of what a file says about itself, the declared fields that it gives a fitting value for; names match in any case. */
export function metadataOf(
  properties: Properties,
  declared: readonly Pick<MetadataField, 'name' | 'type'>[],
): Metadata {
  const entries = declared.flatMap(({ name, type }) => {
    const text = properties[name.toLowerCase()];
    const value = text === undefined ? null : readValue(type, readText(type, text));
    return value === null ? [] : [[name, value] as const];
  });
  return Object.fromEntries(entries);
}

function readText(type: FieldType, text: string): FilterScalar {
  if (type === 'number') return /^-?\d+(?:\.\d+)?$/.test(text) ? Number(text) : text;
  if (type === 'boolean') return text === 'true' ? true : text === 'false' ? false : text;
  return text;
}

function readValue(type: FieldType, value: FilterScalar): FilterScalar | null {
  switch (type) {
    case 'string':
      return typeof value === 'string' && value.length <= longestValue ? value : null;
    case 'number':
      return typeof value === 'number' && Number.isFinite(value) ? value : null;
    case 'boolean':
      return typeof value === 'boolean' ? value : null;
    case 'date':
      return typeof value === 'string' ? (readTime(value)?.first ?? null) : null;
  }
}

const expectedValues: Readonly<Record<FieldType, string>> = {
  string: `text of at most ${longestValue} characters`,
  number: 'a number',
  boolean: 'true or false',
  date: 'an ISO 8601 date or date-time, such as 2026-01-31 or 2026-01-31T09:30:00Z',
};

function expectedFields(declared: readonly Pick<MetadataField, 'name' | 'type'>[]): string {
  if (declared.length === 0) return 'a declared field; none is declared yet';
  return `one of the declared fields ${declared.map(({ name, type }) => `${name} (${type})`).join(', ')}`;
}
