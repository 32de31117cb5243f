import { type Quantity, quantitiesOf } from '../../src/chains/ground/quantities.ts';

/** What units are worth in one that all of their kind share; months and years have no fixed length. */
const sizes: ReadonlyMap<string, readonly [string, number]> = new Map([
  ['ms', ['second', 0.001]],
  ['second', ['second', 1]],
  ['minute', ['second', 60]],
  ['hour', ['second', 3_600]],
  ['day', ['second', 86_400]],
  ['week', ['second', 604_800]],
  ['byte', ['byte', 1]],
  ['kb', ['byte', 1e3]],
  ['mb', ['byte', 1e6]],
  ['gb', ['byte', 1e9]],
  ['tb', ['byte', 1e12]],
  ['pb', ['byte', 1e15]],
  ['kib', ['byte', 2 ** 10]],
  ['mib', ['byte', 2 ** 20]],
  ['gib', ['byte', 2 ** 30]],
  ['m', ['m', 1]],
  ['km', ['m', 1_000]],
  ['mile', ['m', 1_609.344]],
  ['g', ['g', 1]],
  ['kg', ['g', 1_000]],
]);

/** Beyond what decimal fractions lose. */
const roundingError = 1e-9;

/**
 * Whether two quantities are the same up to `tolerance`, a share of the wanted one, after conversion of their units: 7 days are a week. A number without a
 * unit equals one with any.
 */
export function sameQuantity(found: Quantity, wanted: Quantity, tolerance: number): boolean {
  const [foundUnit, foundSize] = sizeOf(found);
  const [wantedUnit, wantedSize] = sizeOf(wanted);
  if (found.unit === null || wanted.unit === null)
    return isNear(Number(found.value), Number(wanted.value), tolerance) || found.value === wanted.value;
  if (foundUnit !== wantedUnit) return false;
  const [one, other] = [Number(found.value) * foundSize, Number(wanted.value) * wantedSize];
  return isNear(one, other, tolerance) || (found.value === wanted.value && found.unit === wanted.unit);
}

function sizeOf({ unit }: Quantity): readonly [string | null, number] {
  return sizes.get(unit ?? '') ?? [unit, 1];
}

function isNear(found: number, wanted: number, tolerance: number): boolean {
  return Math.abs(found - wanted) <= Math.max(tolerance, roundingError) * Math.abs(wanted);
}

/**
 * 1 when a text states every number of one of the gold answers, else 0; null when no gold answer holds a number. Units are converted where they
 * have a fixed size.
 */
export function numbersHeld(text: string, answers: readonly string[], tolerance = 0): number | null {
  const golds = answers.map(quantitiesOf).filter((quantities) => quantities.length > 0);
  if (golds.length === 0) return null;
  const stated = quantitiesOf(text);
  const holds = (wanted: Quantity) => stated.some((found) => sameQuantity(found, wanted, tolerance));
  return golds.some((quantities) => quantities.every(holds)) ? 1 : 0;
}
