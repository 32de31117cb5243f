/** A number as a text states it. */
export interface Quantity {
  /** Canonical: digits without grouping, as in `1000`, `3.5`. */
  readonly value: string;
  /** Canonical unit such as `day`, `gb`, `usd`, `%`; null when none stands next to it. */
  readonly unit: string | null;
  readonly start: number;
}

const numberWords: Readonly<Record<string, string>> = {
  two: '2',
  three: '3',
  four: '4',
  five: '5',
  six: '6',
  seven: '7',
  eight: '8',
  nine: '9',
  ten: '10',
  eleven: '11',
  twelve: '12',
  thirteen: '13',
  fourteen: '14',
  fifteen: '15',
  sixteen: '16',
  seventeen: '17',
  eighteen: '18',
  nineteen: '19',
  twenty: '20',
  thirty: '30',
  forty: '40',
  fifty: '50',
  sixty: '60',
  seventy: '70',
  eighty: '80',
  ninety: '90',
  hundred: '100',
  thousand: '1000',
  million: '1000000',
  half: '0.5',
  twice: '2',
};

const units: ReadonlyMap<string, string> = new Map(
  Object.entries({
    '%': '%',
    percent: '%',
    per_cent: '%',
    $: 'usd',
    usd: 'usd',
    dollar: 'usd',
    '€': 'eur',
    eur: 'eur',
    euro: 'eur',
    '£': 'gbp',
    gbp: 'gbp',
    pound: 'gbp',
    b: 'byte',
    byte: 'byte',
    kb: 'kb',
    mb: 'mb',
    gb: 'gb',
    tb: 'tb',
    pb: 'pb',
    kib: 'kib',
    mib: 'mib',
    gib: 'gib',
    ms: 'ms',
    millisecond: 'ms',
    s: 'second',
    sec: 'second',
    second: 'second',
    min: 'minute',
    minute: 'minute',
    h: 'hour',
    hour: 'hour',
    day: 'day',
    week: 'week',
    month: 'month',
    year: 'year',
    km: 'km',
    kilometre: 'km',
    kilometer: 'km',
    m: 'm',
    metre: 'm',
    meter: 'm',
    mile: 'mile',
    kg: 'kg',
    g: 'g',
    pt: 'point',
    point: 'point',
    '°c': '°c',
    '°f': '°f',
  }),
);

const written = Object.keys(numberWords).join('|');
/** Looks first for what every quantity begins with: a third of the time where there is none. */
const pattern = new RegExp(
  String.raw`(?=[$€£\d]|(?:${written}))(?<![\p{L}\p{N}_.-])([$€£]\s?)?(\d+(?:[.,]\d+)*|(?:${written})(?![\p{L}-]*\p{L}))` +
    String.raw`(?:[\s\u00a0-]?(%|°[CF]|[€$£]|\p{L}+))?`,
  'giu',
);

/**
 * The numbers of a text, in digits or words, with the unit next to them. Digits inside identifiers such as KS-1042 are not numbers.
 * `one` is left out: it is a pronoun more often than a number.
 */
export function quantitiesOf(text: string): Quantity[] {
  return [...withoutGroupSpaces(text).normalize('NFKC').matchAll(pattern)].map((match) => {
    const [, currency, digits = '', after] = match;
    return {
      value: numberWords[digits.toLowerCase()] ?? canonicalNumber(digits),
      unit: unitOf((currency ?? '').trim()) ?? unitOf(after ?? ''),
      start: match.index,
    };
  });
}

/** Quantities of a sentence that its evidence does not state: the number is missing there, or stands with another unit only. */
export function missingQuantities(wanted: readonly Quantity[], stated: readonly Quantity[]): Quantity[] {
  return wanted.filter(
    ({ value, unit }) =>
      !stated.some((found) => found.value === value && (found.unit === null || unit === null || found.unit === unit)),
  );
}

/** The units that a text names with or without a number; single letters name none. */
export function unitsNamedIn(text: string): Set<string> {
  const words = text.normalize('NFKC').match(/[%$€£]|°[CF]|\p{L}{2,}/giu) ?? [];
  return new Set(words.flatMap((word) => unitOf(word) ?? []));
}

function unitOf(word: string): string | null {
  if (word === '') return null;
  const key = word.toLowerCase();
  return units.get(key) ?? units.get(key.replace(/s$/, '')) ?? null;
}

/** No-break and narrow spaces group digits, as in 10 000; compatibility forms would turn them into plain spaces. */
function withoutGroupSpaces(text: string): string {
  return text.replace(/(?<![\d.,])\d{1,3}(?:[\u00a0\u2009\u202f]\d{3})+(?!\d)/g, (number) => number.replace(/\D/g, ''));
}

/** `1,000` and `1.000` are 1000, `1,234.5` is 1234.5, `3,5` is 3.5; versions such as 4.0.2 stay. */
function canonicalNumber(digits: string): string {
  if (/^\d+$/.test(digits)) return String(Number(digits));
  if (/^\d{1,3}(?:([.,])\d{3})(?:\1\d{3})*$/.test(digits)) return digits.replace(/\D/g, '');
  const plain = /^\d{1,3}(?:,\d{3})+\.\d+$/.test(digits) ? digits.replaceAll(',', '') : digits.replace(',', '.');
  return /^\d+(?:\.\d+)?$/.test(plain) ? String(Number(plain)) : plain;
}
