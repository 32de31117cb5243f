import type { FilterClause, FilterCondition, FilterScalar } from './filter.ts';

/** What filters look at. */
export interface Filterable {
  readonly documentId: string;
  readonly source: string;
  readonly language: string | null;
  readonly title: string;
  readonly uri: string | null;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly metadata: Readonly<Record<string, FilterScalar>>;
}

export type FilterMatcher = (document: Filterable) => boolean;

/** The meaning of a clause; the database's form of it (store/postgres) gives the same for every document. */
export function compileFilter(clause: FilterClause): FilterMatcher {
  if (clause.kind === 'condition') return compileCondition(clause);
  if (clause.kind === 'not') {
    const inner = compileFilter(clause.clause);
    return (document) => !inner(document);
  }
  const inner = clause.clauses.map(compileFilter);
  return clause.kind === 'and'
    ? (document) => inner.every((matches) => matches(document))
    : (document) => inner.some((matches) => matches(document));
}

/** What the document holds in a field; null when it has none. */
export function valueOfField(document: Filterable, field: string): FilterScalar | null {
  const { group, name } = splitField(field);
  if (group === 'tags') return Object.hasOwn(document.tags, name) ? (document.tags[name] ?? null) : null;
  if (group === 'metadata') return Object.hasOwn(document.metadata, name) ? (document.metadata[name] ?? null) : null;
  const held = Object.hasOwn(document, field) ? document[field as keyof Filterable] : null;
  return typeof held === 'string' ? held : null;
}

/** `tags.a.b` is the tag `a.b`. */
export function splitField(field: string): { group: 'tags' | 'metadata' | null; name: string } {
  for (const group of ['tags', 'metadata'] as const)
    if (field.startsWith(`${group}.`)) return { group, name: field.slice(group.length + 1) };
  return { group: null, name: field };
}

/**
 * A regular expression for text that holds the part, whatever its case. It reads the same in JavaScript (flag `u`) and in Postgres,
 * whose own lower case depends on the locale of the database.
 */
export function containsPattern(part: string): string {
  return Array.from(part, (character) => {
    const forms = casesOf(character);
    if (forms.length > 1) return `[${forms.join('')}]`;
    return /[\^$\\.*+?()[\]{}|/]/.test(character) ? `\\${character}` : character;
  }).join('');
}

/** The character and what single characters its upper and lower case are. */
function casesOf(character: string): string[] {
  const forms = new Set([character]);
  for (const form of forms)
    for (const other of [form.toLowerCase(), form.toUpperCase()]) if (Array.from(other).length === 1) forms.add(other);
  return [...forms];
}

function compileCondition({ field, operator, value }: FilterCondition): FilterMatcher {
  const test = testOf(operator, value);
  return (document) => test(valueOfField(document, field));
}

function testOf(
  operator: FilterCondition['operator'],
  value: FilterCondition['value'],
): (held: FilterScalar | null) => boolean {
  const wanted = new Set(Array.isArray(value) ? value : [value]);
  const [first] = wanted;
  const compares = (isRight: (order: number) => boolean) => (held: FilterScalar | null) =>
    held !== null && typeof held === typeof first && isRight(held < (first ?? '') ? -1 : held > (first ?? '') ? 1 : 0);
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
    case 'contains': {
      const pattern = new RegExp(containsPattern(String(first)), 'u');
      return (held) => typeof held === 'string' && pattern.test(held);
    }
    case 'prefix':
      return (held) => typeof held === 'string' && held.startsWith(String(first));
  }
}
