import type { Filter, FilterClause, FilterCondition } from './filter.ts';
import { compileFilter, type Filterable, valueOfField } from './match-filter.ts';

/** The clause in the written form; `readFilter` makes the same clause of it. */
export function printFilter(clause: FilterClause | null): Filter {
  if (clause === null) return {};
  switch (clause.kind) {
    case 'condition':
      return { [clause.field]: { [clause.operator]: clause.value } };
    case 'not':
      return { not: printFilter(clause.clause) };
    default:
      return { [clause.kind]: clause.clauses.map(printFilter) };
  }
}

/** Which part of the clause the document fails, and what it holds there, as a sentence; null when it matches. */
export function failingCondition(clause: FilterClause, document: Filterable): string | null {
  if (compileFilter(clause)(document)) return null;
  switch (clause.kind) {
    case 'condition':
      return describeMismatch(clause, document);
    case 'not':
      return `The filter excludes ${print(clause.clause)}, which it matches.`;
    case 'and':
      return clause.clauses.map((part) => failingCondition(part, document)).find((detail) => detail !== null) ?? null;
    case 'or':
      if (clause.clauses.length === 0) return 'The filter offers no alternative.';
      return `It matches none of ${clause.clauses.length} alternatives: ${clause.clauses.map((part) => failingCondition(part, document)).join(' ')}`;
  }
}

const longestPrint = 200;

function print(value: FilterClause): string {
  return shorten(JSON.stringify(printFilter(value)));
}

const shorten = (text: string) => (text.length > longestPrint ? `${text.slice(0, longestPrint - 1)}…` : text);

const wanted: Readonly<Record<FilterCondition['operator'], string>> = {
  eq: '',
  ne: 'something other than ',
  in: 'one of ',
  gt: 'more than ',
  gte: 'at least ',
  lt: 'less than ',
  lte: 'at most ',
  exists: '',
  contains: 'text with ',
  prefix: 'text that begins with ',
};

function describeMismatch({ field, operator, value }: FilterCondition, document: Filterable): string {
  const held = valueOfField(document, field);
  const holds = `Its ${field} is ${held === null ? 'not set' : shorten(JSON.stringify(held))}`;
  if (operator === 'exists') return `${holds}; the filter wants ${value === true ? 'a value' : 'none'}.`;
  return `${holds}; the filter wants ${wanted[operator]}${shorten(JSON.stringify(value))}.`;
}
