import type { Quote } from '../../domain/answer.ts';
import type { WantedField } from '../../domain/object-schema.ts';
import { quantitiesOf, unitsNamedIn } from '../ground/quantities.ts';
import { plainText } from '../quotes/plain-text.ts';
import { readDates } from './read-dates.ts';

/** Between a number and its unit: `five working days`. */
const wordsBeforeUnit = 3;
const negationBefore =
  /\b(?:not|no|never|without|neither|nor|nicht|kein\w*|ohne|pas|sans|sin)(?:\s+\S+){0,2}\s+$|n['’]t\s+(?:\S+\s+){0,2}$/iu;
const mailAddress = /[\p{L}\p{N}._%+-]+@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+/giu;
const webAddress = /\bhttps?:\/\/[^\s<>"'`()[\]{}|]+[^\s<>"'`()[\]{}|.,;:!?]/giu;
const plainVerdict = /(?:^|[,:;.|–-]\s*)(yes|no|true|false)(?=$|\s*[,.;:!|–-])/giu;

/**
 * The different values of a field's type that a text states; a number only with a unit that the field names, where it names any. What a
 * string without options or format could be is not told by its form: it has none.
 */
export function statedValues(field: WantedField, text: string): (string | number | boolean)[] {
  return [...new Set(valuesIn(field, text))];
}

/** What quotes state together. The address of a link is part of its mark, which the plain text does not have. */
export function statedBy(field: WantedField, quotes: readonly Pick<Quote, 'text'>[]): (string | number | boolean)[] {
  const isAddress = field.type === 'string' && (field.format === 'uri' || field.format === 'email');
  return statedValues(field, quotes.map(({ text }) => (isAddress ? text : plainText(text))).join('\n'));
}

function valuesIn(field: WantedField, text: string): (string | number | boolean)[] {
  switch (field.type) {
    case 'number':
    case 'integer':
      return numbersIn(field, text).filter((value) => field.type === 'number' || Number.isInteger(value));
    case 'boolean':
      return [...text.matchAll(plainVerdict)].map(([, word = '']) => /^(?:yes|true)$/i.test(word));
    case 'array':
      return [];
    case 'string':
      if (field.enum) return optionsIn(field.enum, text);
      if (field.format === 'date') return readDates(text).flat();
      if (field.format === 'email') return text.match(mailAddress) ?? [];
      return field.format === 'uri' ? (text.match(webAddress) ?? []) : [];
  }
}

function numbersIn(field: WantedField, text: string): number[] {
  const wanted = unitsNamedIn(describedBy(field));
  return quantitiesOf(text)
    .filter(({ unit, start }) => {
      if (wanted.size === 0) return true;
      if (unit !== null) return wanted.has(unit);
      const following = text
        .slice(start)
        .split(/[\s\u00a0]+/, wordsBeforeUnit + 1)
        .slice(1);
      return following.some((word) => [...unitsNamedIn(word)].some((named) => wanted.has(named)));
    })
    .map(({ value }) => Number(value))
    .filter(Number.isFinite);
}

/** Options that stand in the text as words, not negated; one that stands only within a longer one does not count. */
function optionsIn(options: readonly string[], text: string): string[] {
  const places = options.flatMap((option) => {
    const words = option.match(/[\p{L}\p{N}]+/gu) ?? [];
    const pattern = new RegExp(`(?<![\\p{L}\\p{N}])${words.join('[\\s\\p{P}]+')}(?![\\p{L}\\p{N}])`, 'giu');
    return [...text.matchAll(pattern)]
      .filter(({ index }) => !negationBefore.test(text.slice(0, index)))
      .map((match) => ({ option, start: match.index, end: match.index + match[0].length }));
  });
  const isWithin = (one: (typeof places)[number]) =>
    places.some(
      (other) => other.start <= one.start && other.end >= one.end && other.end - other.start > one.end - one.start,
    );
  return places.filter((place) => !isWithin(place)).map(({ option }) => option);
}

/** A field's name as words, with what its schema says of it. */
export function describedBy({ name, title, description }: WantedField): string {
  const words = name
    .replace(/(?<=[\p{Ll}\d])(?=\p{Lu})/gu, ' ')
    .replace(/[_-]+/g, ' ')
    .toLowerCase();
  return [title ?? words, description ?? ''].filter(Boolean).join(': ');
}
