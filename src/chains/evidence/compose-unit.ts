import { splitRow } from '../../domain/markdown-row.ts';
import type { Span } from '../../domain/sentences.ts';
import { plainText } from '../quotes/plain-text.ts';
import type { RankedUnit } from './rank-units.ts';

/** A unit as it is shown, and the spans of the passage that prove it. */
export interface ComposedUnit {
  readonly text: string;
  readonly spans: readonly Span[];
}

const listNumber = /^\s*(\d{1,3})[.)]\s+/;

/**
 * A row is shown with its column names, a listing as it stands; everything else without its Markdown marks. A step that is shown without
 * others of `shown`, the units of the answer in order, loses its number: it counts nothing there. The span keeps it.
 */
export function composeUnit(unit: RankedUnit, passage: string, shown: readonly RankedUnit[]): ComposedUnit {
  const source = passage.slice(unit.start, unit.end);
  const own = { start: unit.start, end: unit.end };
  if (unit.kind === 'code') return { text: source.trim(), spans: [own] };
  if (unit.kind !== 'row' || !unit.lead) {
    const drops = unit.isStep && isCounted(source, passage) && !standsAmongSteps(unit, shown);
    return { text: plainText(drops ? source.replace(listNumber, '') : source), spans: [own] };
  }
  return { text: rowAsSentence(passage.slice(unit.lead.start, unit.lead.end), source), spans: [unit.lead, own] };
}

/** Whether the passage has the step before or behind: in `3. Oktober` the number is part of what is said. */
function isCounted(step: string, passage: string): boolean {
  const number = Number(listNumber.exec(step)?.[1]);
  const numbers = [...passage.matchAll(/^\s*(\d{1,3})[.)]\s/gm)].map((match) => Number(match[1]));
  return numbers.some((other) => Math.abs(other - number) === 1);
}

/** Whether several steps of the same list are shown, in its order. */
function standsAmongSteps(unit: RankedUnit, shown: readonly RankedUnit[]): boolean {
  const steps = shown.filter((other) => other.isStep && other.passage === unit.passage && other.block === unit.block);
  const isInOrder = steps.every((step, index) => index === 0 || (steps[index - 1]?.start ?? 0) < step.start);
  return steps.length > 1 && isInOrder;
}

/** What a row of a table says, with the names of its columns. */
export function rowAsSentence(header: string, row: string): string {
  return composeRow(cellsOf(header), cellsOf(row));
}

/** `Storage — Starter: 200 GB; Team: 500 GB` for the row of Storage. */
function composeRow(names: readonly string[], cells: readonly string[]): string {
  const [first = '', ...rest] = cells;
  const pairs = rest.flatMap((cell, index) => {
    const name = names[index + 1] ?? '';
    if (cell === '') return [];
    return [name === '' ? cell : `${name}: ${cell}`];
  });
  const label = names[0] && pairs.length > 0 && names[0] !== '' ? `${names[0]}: ${first}` : first;
  return pairs.length === 0 ? label : `${label} — ${pairs.join('; ')}`;
}

/** Cells of a row without their Markdown marks. */
export function cellsOf(row: string): string[] {
  return splitRow(row.trim()).map((cell) => plainText(cell));
}
