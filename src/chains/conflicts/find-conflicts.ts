import type { Quote } from '../../domain/answer.ts';
import type { AnswererInput } from '../answerer.ts';
import { headingText, type RankedUnit } from '../evidence/rank-units.ts';
import { type Contradiction, findContradiction, type ReadStatement, readStatement } from './find-contradiction.ts';

/** Two units of the passages that contradict each other; the first stands in a quote. */
export interface Conflict extends Contradiction {
  readonly units: readonly [RankedUnit, RankedUnit];
}

export type Place = Pick<Quote, 'passageId' | 'start' | 'end'>;

export type ConflictSources = Pick<AnswererInput, 'passages' | 'units' | 'weights'>;

/** More than these are more than a reader wants to settle. */
const most = 2;

/**
 * What the quotes say and another document, or another version of theirs, contradicts; the other side need not be quoted. Where
 * several units state the other side, a quoted one speaks for it, else the one ranked best.
 */
export function findConflicts({ passages, units, weights }: ConflictSources, quotes: readonly Place[]): Conflict[] {
  const statements = units.filter(isStatement).map((unit) => ({ unit, read: readUnit(unit, { passages, weights }) }));
  // In the order in which the answer says it.
  const quoted = quotes.flatMap((quote) => statements.filter(({ unit }) => isWithin(unit, quote, passages)));
  const others = [...quoted, ...statements.filter((statement) => !quoted.includes(statement))];
  const conflicts: Conflict[] = [];
  for (const one of quoted)
    for (const other of others) {
      if (conflicts.length >= most) return conflicts;
      const contradiction = findContradiction(one.read, other.read);
      const conflict = contradiction && { ...contradiction, units: [one.unit, other.unit] as const };
      if (conflict && !conflicts.some((known) => isSame(known, conflict))) conflicts.push(conflict);
    }
  return conflicts;
}

/** A row of more than a label and its value says several things, some only with its header. */
function isStatement({ kind, text }: RankedUnit): boolean {
  return kind === 'row' ? text.split(', ').length === 2 : kind !== 'code' && !/\?["'”’)]*$/.test(text);
}

function readUnit(
  unit: RankedUnit,
  { passages, weights }: Pick<ConflictSources, 'passages' | 'weights'>,
): ReadStatement {
  const passage = passages[unit.passage];
  if (!passage) throw new RangeError('A unit names a passage that was not retrieved.');
  const { documentId, version } = passage;
  const context = `${headingText(passage)}\n${unit.heading ?? ''}`;
  return readStatement({ text: unit.text, context, documentId, version }, weights.terms);
}

/** Whether a quote holds the unit, or stands within it. */
function isWithin(unit: RankedUnit, quote: Place, passages: ConflictSources['passages']): boolean {
  const passage = passages[unit.passage];
  if (passage?.id !== quote.passageId) return false;
  const [start, end] = [passage.start + unit.start, passage.start + unit.end];
  return (quote.start <= start && quote.end >= end) || (quote.start >= start && quote.end <= end);
}

/** The same two sides again: another place that says what is said already. */
function isSame(one: Conflict, other: Conflict): boolean {
  if (one.kind !== other.kind) return false;
  if (one.stated === null || other.stated === null) return one.units.some((unit) => other.units.includes(unit));
  return one.stated.toSorted().join('\n') === other.stated.toSorted().join('\n');
}
