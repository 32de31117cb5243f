const languages = ['en', 'de', 'fr', 'es', 'it', 'nl', 'pt'];
let monthNumbers: ReadonlyMap<string, number> | null = null;

/** Made at the first date that a text spells out: 14 formatters take as long as a small import. */
function nameMonths(): ReadonlyMap<string, number> {
  const names = languages.flatMap((language) =>
    (['long', 'short'] as const).flatMap((month) => {
      const { format } = new Intl.DateTimeFormat(language, { month, timeZone: 'UTC' });
      return Array.from({ length: 12 }, (_, index): [string, number] => [
        format(Date.UTC(2024, index, 1))
          .toLowerCase()
          .replace(/\.$/, ''),
        index + 1,
      ]);
    }),
  );
  return new Map(names);
}

const yearFirst = /(?<!\d)(\d{4})-(\d{1,2})-(\d{1,2})(?!\d)/g;
const dayAndName =
  /(?<![\d.])(\d{1,2})(?:st|nd|rd|th|\.|º)?(?:\s+(?:of|de|di))?\s+(\p{L}+)\.?,?(?:\s+de)?\s+(\d{4})(?!\d)/giu;
const nameAndDay = /(\p{L}+)\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})(?!\d)/giu;
const digitsOnly = /(?<![\d./])(\d{1,2})([./])(\d{1,2})\2(\d{4})(?!\d|[./]\d)/g;

/**
 * The days that a text names, each in the ways it can be read, as YYYY-MM-DD: 03/04/2026 has two, for some write the month first.
 * A day without its year is none.
 */
export function readDates(text: string): string[][] {
  const plain = text.normalize('NFKC');
  const found: string[][] = [];
  const add = (...readings: readonly [year: string, month: number, day: string][]) => {
    const days = new Set(readings.flatMap(([year, month, day]) => isoDate(Number(year), month, Number(day)) ?? []));
    if (days.size > 0) found.push([...days]);
  };
  for (const [, year = '', month, day = ''] of plain.matchAll(yearFirst)) add([year, Number(month), day]);
  for (const [, day = '', name = '', year = ''] of plain.matchAll(dayAndName)) add([year, monthOf(name), day]);
  for (const [, name = '', day = '', year = ''] of plain.matchAll(nameAndDay)) add([year, monthOf(name), day]);
  for (const [, first = '', separator, second = '', year = ''] of plain.matchAll(digitsOnly)) {
    // Where points stand between them, the day comes first everywhere.
    if (separator === '.') add([year, Number(second), first]);
    else add([year, Number(second), first], [year, Number(first), second]);
  }
  return found;
}

function monthOf(name: string): number {
  monthNumbers ??= nameMonths();
  return monthNumbers.get(name.toLowerCase()) ?? 0;
}

function isoDate(year: number, month: number, day: number): string | null {
  const date = new Date(Date.UTC(year, month - 1, day));
  const isReal = date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  return isReal ? date.toISOString().slice(0, 10) : null;
}
