import { quantitiesOf } from '../../src/chains/ground/quantities.ts';
import type { Check } from '../case.ts';
import { sameQuantity } from './numbers-held.ts';

export interface MetCheck {
  readonly check: Check;
  readonly met: boolean;
}

/**
 * Each check of a case that needs no model, and whether a text meets it; rubrics are left out. Several values must all be there for `contains`
 * and `contains-all`, one of them for any other kind, none for `not-…`. A pattern that is none is not met.
 */
export function meetsChecks(checks: readonly Check[], text: string): MetCheck[] {
  return checks
    .filter(({ kind }) => kind !== 'rubric')
    .map((check) => ({ check, met: brokenPattern(check) === null && meets(check, text) }));
}

/** What of a check is no regular expression; null where nothing is. */
export function brokenPattern({ kind, value }: Check): string | null {
  if (kind !== 'regex' && kind !== 'not-regex') return null;
  return (
    [value]
      .flat()
      .map(String)
      .find((pattern) => !isPattern(pattern)) ?? null
  );
}

function isPattern(pattern: string): boolean {
  try {
    new RegExp(pattern, 'u');
    return true;
  } catch {
    return false;
  }
}

function meets(check: Check, text: string): boolean {
  const { kind, value } = check;
  const values = (Array.isArray(value) ? value : [value]).map(String);
  const holds = (one: string) => folded(text, check).includes(folded(one, check));
  const matches = (one: string) => new RegExp(one, check.ignore_case ? 'iu' : 'u').test(text);
  switch (kind) {
    case 'contains':
    case 'contains-all':
      return values.every(holds);
    case 'contains-any':
      return values.some(holds);
    case 'not-contains':
      return !values.some(holds);
    case 'equals':
      return values.some((one) => folded(text, check).trim() === folded(one, check).trim());
    case 'starts-with':
      return values.some((one) => folded(text, check).trimStart().startsWith(folded(one, check).trimStart()));
    case 'regex':
      return values.some(matches);
    case 'not-regex':
      return !values.some(matches);
    default:
      return values.some((one) => statesNumber(one, text, check.tolerance ?? 0));
  }
}

function folded(text: string, { ignore_case }: Check): string {
  return ignore_case ? text.toLowerCase() : text;
}

/** A number with or without a unit, as in `7 days`. */
function statesNumber(wanted: string, text: string, tolerance: number): boolean {
  const [quantity] = quantitiesOf(wanted);
  const negative = /^\s*[-−]/.test(wanted);
  if (!quantity || negative) return numbersIn(text).some((number) => near(number, Number(wanted), tolerance));
  return quantitiesOf(text).some((found) => sameQuantity(found, quantity, tolerance));
}

function numbersIn(text: string): number[] {
  return (text.replaceAll('−', '-').match(/(?<![\w.])-?\d+(?:\.\d+)?/g) ?? []).map(Number);
}

function near(found: number, wanted: number, tolerance: number): boolean {
  return Math.abs(found - wanted) <= tolerance * Math.abs(wanted);
}
