import type { ContentTerm } from '../evidence/term-weights.ts';
import { quantitiesOf } from '../ground/quantities.ts';

/** A number with what it measures, as a text states it; UTF-16 offsets of `stated`. */
export interface Measure {
  /** Canonical, as of `Quantity`. */
  readonly value: string;
  /** In the words of the text: `60 days`, `120 requests a minute`. */
  readonly stated: string;
  readonly start: number;
  readonly end: number;
}

const numberAt = /^(?:[$€£]\s?)?(?:\d+(?:[.,]\d+)*|\p{L}+)/u;
const unitAt = /^[\s\u00a0-]?(?:%|°[CF]|[€$£]|\p{L}+)/u;
const qualifiedUnitAt = /^[\s\u00a0-](?:business|working|calendar|full|consecutive)[\s\u00a0-](\p{L}+)/iu;
const rateAt = /^\s*(?:\/|(?:a|an|per|each|every|pro|par|por)\s)\s*(\p{L}+)/iu;
/** A number that is one end of a range says nothing alone. */
const rangeAfter = /^[\s\u00a0]?(?:%|\p{L}{1,2})?[\s\u00a0]?(?:to|and|or|bis|à|–|-|—)\s?[$€£]?\d/iu;
const rangeBefore = /\d[\s\u00a0]?(?:%|\p{L}{1,2})?[\s\u00a0]?(?:to|and|or|bis|à|–|-|—)\s?$/iu;

const labels =
  'number|no\\.?|nr\\.?|step|part|chapter|section|article|appendix|figure|table|page|line|item|case|option|question|rule|' +
  'version|release|level|tier|stage|phase|type|class|category|grade|zone|room|building|floor|port|window|week|day|year';
const labelBefore = new RegExp(`(?:^|[^\\p{L}])(?:${labels})[\\s\\u00a0]#?$|#$`, 'iu');
const label = new RegExp(`(?<!\\p{L})(?:(?:${labels})[\\s\\u00a0]#?|#)\\d+(?:\\.\\d+)*`, 'giu');

/** What a text names by a number, such as `number 2` or `step 3`, in lower case: it says which, and measures nothing. */
export function numberedNames(text: string): string[] {
  return [...text.matchAll(label)].map(([name]) => name.toLowerCase());
}

/**
 * The different numbers of a text by what they measure: their unit, else the word that is counted, and the time that a rate is
 * for. Ends of ranges and numbers that count nothing are left out.
 */
export function measuresOf(text: string, terms: readonly ContentTerm[]): ReadonlyMap<string, readonly Measure[]> {
  const measures = new Map<string, Measure[]>();
  for (const { value, unit, start } of quantitiesOf(text)) {
    const number = numberAt.exec(text.slice(start))?.[0] ?? '';
    const after = text.slice(start + number.length);
    const before = text.slice(0, start);
    if (rangeAfter.test(after) || rangeBefore.test(before) || labelBefore.test(before)) continue;
    const measured = unitOf({ unit, number, after }, terms, start + number.length);
    if (measured === null) continue;
    const rate = rateAt.exec(after.slice(measured.length));
    const key = rate ? `${measured.name}/${rate[1]?.toLowerCase().replace(/s$/, '')}` : measured.name;
    const end = start + number.length + measured.length + (rate?.[0].length ?? 0);
    const known = measures.get(key) ?? [];
    if (!known.some((measure) => measure.value === value))
      measures.set(key, [...known, { value, stated: text.slice(start, end).trim(), start, end }]);
  }
  return measures;
}

interface Number {
  readonly unit: string | null;
  readonly number: string;
  readonly after: string;
}

/** What a number measures, and how many characters after it say so. */
function unitOf({ unit, number, after }: Number, terms: readonly ContentTerm[], end: number) {
  if (unit !== null) {
    const hasSign = /^[$€£]/.test(number);
    return { name: unit, length: hasSign ? 0 : (unitAt.exec(after)?.[0].length ?? 0) };
  }
  const qualified = qualifiedUnitAt.exec(after);
  if (qualified) return { name: qualified[0].trim().toLowerCase().replace(/s$/, ''), length: qualified[0].length };
  const counted = terms.find((term) => term.start === end + 1);
  if (!counted || !/^[\s\u00a0-]\p{L}/u.test(after)) return null;
  return { name: counted.text, length: counted.end - end };
}
