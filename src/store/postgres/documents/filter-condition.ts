import type { FilterClause, FilterCondition } from '../../../domain/filter.ts';
import { containsPattern, splitField } from '../../../domain/match-filter.ts';
import type { SqlValue } from '../../sql.ts';
import { encodeJson } from '../sql-values.ts';

/** Gives the value a place in the statement, such as `$4`. */
export type BindValue = (value: SqlValue) => string;

/** The values of a statement, of which the first are given; `bind` adds one. */
export function bindingValues(...first: readonly SqlValue[]): {
  readonly values: SqlValue[];
  readonly bind: BindValue;
} {
  const values = [...first];
  return { values, bind: (value) => `$${values.push(value)}` };
}

/**
 * A clause as a condition on `documents d` that is true or false, never null, for exactly the documents that `compileFilter` matches.
 * What a caller wrote goes into parameters only.
 */
export function filterCondition(clause: FilterClause | null, bind: BindValue): string {
  if (clause === null) return 'true';
  if (clause.kind === 'condition') return `(${singleCondition(clause, bind)})`;
  if (clause.kind === 'not') return `(not ${filterCondition(clause.clause, bind)})`;
  const parts = clause.clauses.map((part) => filterCondition(part, bind));
  return clause.kind === 'and' ? `(${parts.join(' and ') || 'true'})` : `(${parts.join(' or ') || 'false'})`;
}

/** As text in the form that points of the index have. */
const time = (column: string) => `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

const columns: Readonly<Record<string, string>> = {
  documentId: 'd.id',
  source: 'd.source',
  language: 'd.language',
  title: 'd.title',
  uri: 'd.uri',
  createdAt: time('d.created_at'),
  updatedAt: time('d.updated_at'),
};

function singleCondition(condition: FilterCondition, bind: BindValue): string {
  const { group, name } = splitField(condition.field);
  if (group === 'metadata') return metadataCondition(condition, `(d.metadata -> ${bind(name)}::text)`, bind);
  if (group === 'tags') return textCondition(condition, `(d.tags ->> ${bind(name)}::text)`, bind);
  return textCondition(condition, Object.hasOwn(columns, name) ? (columns[name] ?? 'null') : 'null::text', bind);
}

const comparisons = { gt: '>', gte: '>=', lt: '<', lte: '<=' } as const;

function textCondition({ operator, value }: FilterCondition, held: string, bind: BindValue): string {
  const exists = `${held} is not null`;
  const isOneOf = () => `${exists} and ${held} = any(${bind(listOf(value).filter(isText))}::text[])`;
  switch (operator) {
    case 'eq':
    case 'in':
      return isOneOf();
    case 'ne':
      return `not (${isOneOf()})`;
    case 'exists':
      return value === true ? exists : `${held} is null`;
    case 'contains':
      return `${exists} and ${held} ~ ${bind(containsPattern(String(value)))}`;
    case 'prefix':
      return `${exists} and starts_with(${held}, ${bind(String(value))})`;
    default:
      if (!isText(value)) return 'false';
      // Times are all of one form, so that the order of their bytes is the order in time.
      return `${exists} and ${held} collate "C" ${comparisons[operator]} ${bind(value)}`;
  }
}

/** Values are compared with those of their own type only. */
function metadataCondition({ operator, value, ...condition }: FilterCondition, held: string, bind: BindValue): string {
  const isOneOf = () => `${held} is not null and ${held} = any(${bind(listOf(value).map(encodeJson))}::jsonb[])`;
  switch (operator) {
    case 'eq':
    case 'in':
      return isOneOf();
    case 'ne':
      return `not (${isOneOf()})`;
    case 'exists':
      return value === true ? `${held} is not null` : `${held} is null`;
    default: {
      if (typeof value === 'number' && Object.hasOwn(comparisons, operator)) {
        const sign = comparisons[operator as keyof typeof comparisons];
        return `case jsonb_typeof(${held}) when 'number' then (${held} #>> '{}')::numeric ${sign} ${bind(value)}::numeric else false end`;
      }
      if (!isText(value)) return 'false';
      const text = textCondition({ ...condition, operator, value }, `(${held} #>> '{}')`, bind);
      return `case jsonb_typeof(${held}) when 'string' then ${text} else false end`;
    }
  }
}

const listOf = (value: FilterCondition['value']) => (Array.isArray(value) ? value : [value]);
const isText = (value: unknown): value is string => typeof value === 'string';
