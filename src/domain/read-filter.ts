import { describeValue, type FieldError, invalidRequest } from './errors.ts';
import {
  documentFields,
  type FieldType,
  type FilterClause,
  type FilterOperator,
  filterLimits,
  filterValues,
  operatorsOf,
} from './filter.ts';
import { readTime, type TimeRange } from './iso-time.ts';
import type { MetadataField } from './metadata.ts';

export type DeclaredField = Pick<MetadataField, 'name' | 'type'>;

/**
 * A written filter (`Filter`) as a clause; null when it restricts nothing. A date without a time means the whole day in UTC. Throws
 * INVALID_REQUEST with an entry for each wrong place: its path below `at`, what is expected there, and what came.
 */
export function readFilter(input: unknown, declared: readonly DeclaredField[], at = 'filter'): FilterClause | null {
  const reading: Reading = { declared, errors: [], conditions: 0 };
  const clause = readObject(reading, input, { path: at, depth: 1 });
  if (reading.conditions > filterLimits.conditions)
    reading.errors.push({
      field: at,
      expected: `at most ${filterLimits.conditions} conditions`,
      received: `${reading.conditions} conditions`,
    });
  if (reading.errors.length > 0) throw invalidRequest(reading.errors);
  return isPlainObject(input) && Object.keys(input).length === 0 ? null : clause;
}

interface Reading {
  readonly declared: readonly DeclaredField[];
  readonly errors: FieldError[];
  conditions: number;
}

interface Place {
  readonly path: string;
  readonly depth: number;
}

interface Field {
  readonly name: string;
  readonly type: FieldType;
}

/** What stands for a wrong part; the errors keep it from being used. */
const nothing: FilterClause = { kind: 'and', clauses: [] };

function reject(reading: Reading, field: string, expected: string, value: unknown): FilterClause {
  reading.errors.push({ field, expected, received: describeValue(value) });
  return nothing;
}

function all(clauses: readonly FilterClause[]): FilterClause {
  const [only, ...others] = clauses;
  return only && others.length === 0 ? only : { kind: 'and', clauses };
}

function readObject(reading: Reading, value: unknown, { path, depth }: Place): FilterClause {
  if (!isPlainObject(value)) return reject(reading, path, 'an object of fields, and, or, not', value);
  if (depth > filterLimits.depth)
    return reject(reading, path, `at most ${filterLimits.depth} objects in each other`, value);
  return all(
    Object.entries(value).map(([key, entry]) => {
      const place = { path: `${path}.${key}`, depth: depth + 1 };
      if (key === 'and' || key === 'or') return readList(reading, key, entry, place);
      if (key === 'not') return { kind: 'not', clause: readObject(reading, entry, place) };
      if (key === 'tags' || key === 'metadata') return readGroup(reading, key, entry, place.path);
      return readField(reading, key, entry, place.path);
    }),
  );
}

function readList(reading: Reading, kind: 'and' | 'or', value: unknown, { path, depth }: Place): FilterClause {
  const most = filterLimits.conditions;
  if (!Array.isArray(value) || value.length > most)
    return reject(reading, path, `a list of at most ${most} filters`, value);
  return {
    kind,
    clauses: value.map((entry, index) => readObject(reading, entry, { path: `${path}.${index}`, depth })),
  };
}

function readGroup(reading: Reading, group: 'tags' | 'metadata', value: unknown, path: string): FilterClause {
  if (!isPlainObject(value)) return reject(reading, path, 'an object of names and values', value);
  return all(
    Object.entries(value).map(([name, entry]) => readField(reading, `${group}.${name}`, entry, `${path}.${name}`)),
  );
}

function readField(reading: Reading, name: string, value: unknown, path: string): FilterClause {
  const type = typeOf(name, reading.declared);
  if (type === null) return reject(reading, path, expectedFields(name, reading.declared), value);
  return readTest(reading, { name, type }, value, path);
}

function typeOf(field: string, declared: readonly DeclaredField[]): FieldType | null {
  if (Object.hasOwn(documentFields, field)) return documentFields[field as keyof typeof documentFields];
  if (/^tags\.[^\0]{1,200}$/su.test(field)) return field.isWellFormed() ? 'string' : null;
  return declared.find(({ name }) => field === `metadata.${name}`)?.type ?? null;
}

function expectedFields(field: string, declared: readonly DeclaredField[]): string {
  const custom = declared.map(({ name, type }) => `metadata.${name} (${type})`);
  if (field.startsWith('tags.')) return 'a tag name of 1 to 200 characters';
  if (field.startsWith('metadata.'))
    return custom.length > 0
      ? `one of the declared fields ${custom.join(', ')}`
      : 'a declared field; none is declared yet';
  return `one of the fields ${[...Object.keys(documentFields), 'tags.<name>', ...custom].join(', ')}`;
}

function readTest(reading: Reading, field: Field, value: unknown, path: string): FilterClause {
  if (Array.isArray(value)) return readOperator(reading, field, { operator: 'in', value, path });
  if (['string', 'number', 'boolean'].includes(typeof value))
    return readOperator(reading, field, { operator: 'eq', value, path });
  const operators = operatorsOf[field.type].join(', ');
  const entries = isPlainObject(value) ? Object.entries(value) : [];
  if (entries.length === 0)
    return reject(reading, path, `a ${field.type}, a list, or an object of ${operators}`, value);
  return all(
    entries.map(([key, entry]) => {
      const operator = operatorsOf[field.type].find((name) => name === key);
      if (!operator)
        return reject(reading, `${path}.${key}`, `one of the operators ${operators} of a ${field.type}`, entry);
      return readOperator(reading, field, { operator, value: entry, path: `${path}.${key}` });
    }),
  );
}

interface WrittenOperator {
  readonly operator: FilterOperator;
  readonly value: unknown;
  readonly path: string;
}

function readOperator(reading: Reading, field: Field, { operator, value, path }: WrittenOperator): FilterClause {
  reading.conditions += 1;
  if (operator === 'in') return readIn(reading, field, value, path);
  const kind =
    operator === 'exists' ? 'boolean' : operator === 'contains' || operator === 'prefix' ? operator : field.type;
  const read = filterValues[kind].safeParse(value);
  if (!read.success) return reject(reading, path, expectedValues[kind], value);
  if (kind === 'date') {
    const range = readTime(String(value));
    return range ? timeCondition(field.name, operator, range) : reject(reading, path, expectedValues.date, value);
  }
  return { kind: 'condition', field: field.name, operator, value: read.data };
}

const expectedValues: Readonly<Record<keyof typeof filterValues, string>> = {
  string: `text of at most ${filterLimits.characters} characters`,
  number: 'a number',
  boolean: 'true or false',
  date: 'an ISO 8601 date or date-time, such as 2026-01-31 or 2026-01-31T09:30:00Z',
  contains: `text of 1 to ${filterLimits.contains} characters`,
  prefix: `text of 1 to ${filterLimits.characters} characters`,
};

function readIn(reading: Reading, { name, type }: Field, value: unknown, path: string): FilterClause {
  if (!Array.isArray(value) || value.length > filterLimits.listed)
    return reject(reading, path, `a list of at most ${filterLimits.listed} values`, value);
  const isRight = (entry: unknown) =>
    filterValues[type].safeParse(entry).success && (type !== 'date' || readTime(String(entry)) !== null);
  const wrong = value.findIndex((entry) => !isRight(entry));
  if (wrong >= 0) return reject(reading, `${path}.${wrong}`, expectedValues[type], value[wrong]);
  if (type !== 'date') return { kind: 'condition', field: name, operator: 'in', value };
  const ranges = value.flatMap((entry) => readTime(String(entry)) ?? []);
  const instants = ranges.filter(({ first, last }) => first === last).map(({ first }) => first);
  const days = ranges.filter(({ first, last }) => first !== last).map((range) => timeCondition(name, 'eq', range));
  const among: FilterClause = { kind: 'condition', field: name, operator: 'in', value: instants };
  return days.length === 0 ? among : { kind: 'or', clauses: instants.length === 0 ? days : [among, ...days] };
}

function timeCondition(field: string, operator: FilterOperator, { first, last }: TimeRange): FilterClause {
  const at = (by: FilterOperator, value: string): FilterClause => ({ kind: 'condition', field, operator: by, value });
  const within: FilterClause = { kind: 'and', clauses: [at('gte', first), at('lte', last)] };
  switch (operator) {
    case 'eq':
      return first === last ? at('eq', first) : within;
    case 'ne':
      return first === last ? at('ne', first) : { kind: 'not', clause: within };
    case 'gt':
    case 'lte':
      return at(operator, last);
    default:
      return at(operator, first);
  }
}

function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
