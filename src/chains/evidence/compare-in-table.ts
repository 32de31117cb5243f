import type { Span } from '../../domain/sentences.ts';
import type { AnswererInput } from '../answerer.ts';
import { cellsOf } from './compose-unit.ts';
import type { RankedUnit } from './rank-units.ts';
import type { TermWeights } from './term-weights.ts';

type Compared = Pick<AnswererInput, 'question' | 'passages' | 'units' | 'weights'>;

/** Part of a table of a passage, as Markdown. */
export interface TableExcerpt {
  /** Index into the passages. */
  readonly passage: number;
  /** The row with the names of the columns, and the rule below. */
  readonly header: string;
  /** In the order of the source; the spans are those of the row with the names of the columns and of the row. */
  readonly rows: readonly { readonly text: string; readonly spans: readonly Span[] }[];
}

const asksToCompare =
  /\bcompar(?:e|es|ed|ing|isons?)\b|\bdiffer(?:s|ences?|ent)?\b|\bversus\b|\bvs\b|\bbetween\b|\b(?:more|less|better|worse|\p{L}{3,}er) than\b/iu;

interface Table {
  readonly passage: number;
  readonly lead: Span;
  readonly names: readonly string[];
  readonly rows: readonly { readonly unit: RankedUnit; readonly cells: readonly string[] }[];
}

/**
 * What the sources' tables say of the things that a question compares: those columns or rows that it names, two or more, and of the others
 * what it asks about. Where it asks about none of them: all columns, and the rows in which the things differ. Null when it does not compare, or no table has what it compares.
 */
export function compareInTable(input: Compared): TableExcerpt | null {
  const { question, weights } = input;
  if (!asksToCompare.test(question)) return null;
  const asked = new Set(weights.terms(question).map((term) => term.text));
  const found = tablesOf(input).flatMap((table) => excerptOf(table, asked, weights) ?? []);
  return (found.find(({ isAskedFor }) => isAskedFor) ?? found[0])?.excerpt ?? null;
}

/** In the order of their best row. */
function tablesOf({ units, passages }: Compared): Table[] {
  const rows = units.filter((unit) => unit.kind === 'row' && unit.lead !== null);
  const groups = Map.groupBy(rows, ({ passage, lead }) => `${passage} ${lead?.start}`);
  return [...groups.values()].flatMap((group) => {
    const { passage = 0, lead = null } = group[0] ?? {};
    if (!lead) return [];
    const text = passages[passage]?.text ?? '';
    const inOrder = group
      .toSorted((one, other) => one.start - other.start)
      .map((unit) => ({ unit, cells: cellsOf(text.slice(unit.start, unit.end)) }));
    return [{ passage, lead, names: cellsOf(text.slice(lead.start, lead.end)), rows: inOrder }];
  });
}

function excerptOf({ passage, lead, names, rows }: Table, asked: ReadonlySet<string>, weights: TermWeights) {
  const termsOf = (label = '') => weights.terms(label).map((term) => term.text);
  const isNamed = (label = '') => termsOf(label).length > 0 && termsOf(label).every((term) => asked.has(term));
  const columns = [...names.keys()].slice(1);
  const named = {
    columns: columns.filter((index) => isNamed(names[index])),
    rows: rows.filter(({ cells }) => isNamed(cells[0])),
  };
  const isByColumns = named.columns.length > 1;
  if (!isByColumns && named.rows.length < 2) return null;
  const labels = isByColumns ? named.columns.map((index) => names[index]) : named.rows.map(({ cells }) => cells[0]);
  const compared = new Set(labels.flatMap(termsOf));
  const isAskedAbout = (label = '') => termsOf(label).some((term) => asked.has(term) && !compared.has(term));
  const about = {
    columns: isByColumns ? named.columns : columns.filter((index) => isAskedAbout(names[index])),
    rows: isByColumns ? rows.filter(({ cells }) => isAskedAbout(cells[0])) : named.rows,
  };
  const isAskedFor = about.columns.length > 0 && about.rows.length > 0;
  const places = [0, ...(about.columns.length > 0 ? about.columns : columns)];
  const apart = rows.filter(({ cells }) => new Set(places.slice(1).map((index) => cells[index])).size > 1);
  const shown = [about.rows, apart, rows].find((some) => some.length > 0) ?? rows;
  const excerpt: TableExcerpt = {
    passage,
    header: `${rowOf(names, places)}\n|${'---|'.repeat(places.length)}`,
    rows: shown.map(({ unit: { start, end }, cells }) => ({
      text: rowOf(cells, places),
      spans: [lead, { start, end }],
    })),
  };
  return { excerpt, isAskedFor };
}

function rowOf(cells: readonly string[], places: readonly number[]): string {
  return `| ${places.map((index) => (cells[index] ?? '').replaceAll('|', String.raw`\|`)).join(' | ')} |`;
}
