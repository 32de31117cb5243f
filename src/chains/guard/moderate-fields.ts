import type { AnswerEvent, Quote } from '../../domain/answer.ts';
import type { AnswerField, FieldValue } from '../../domain/object-schema.ts';
import type { Check, Verdict } from './moderate.ts';

type Fields = Readonly<Record<string, AnswerField>>;

/** Quotes by number: those that were held back so far, and those that the reader has. */
export interface HeldQuotes {
  readonly held: ReadonlyMap<number, Extract<AnswerEvent, { type: 'quote-verified' }>>;
  readonly quotes: Set<number>;
}

/**
 * Lets the fields of an object pass one by one, each with the quotes that it brings; a flagged one becomes null. Its text is what it
 * says in words and each quote that was not shown before.
 */
export async function* moderateFields(
  fields: Fields,
  { held, quotes }: HeldQuotes,
  check: (text: string) => ReturnType<Check>,
): AsyncGenerator<AnswerEvent | NonNullable<Verdict['degradation']>, Fields> {
  const passed: [string, AnswerField][] = [];
  for (const [name, field] of Object.entries(fields)) {
    const brought = field.quotes.flatMap((number) => (quotes.has(number) ? [] : (held.get(number) ?? [])));
    const text = textOf(field.value, brought);
    const { passes, degradation } = text === '' ? { passes: true, degradation: null } : await check(text);
    if (degradation) yield degradation;
    if (passes) {
      yield* brought;
      for (const { number } of brought) quotes.add(number);
    }
    passed.push([name, passes ? field : { value: null, quotes: [], reason: 'unsafe-text' }]);
  }
  return Object.fromEntries(passed);
}

function textOf(value: FieldValue | null, brought: readonly Pick<Quote, 'text'>[]): string {
  const words = typeof value === 'string' || Array.isArray(value) ? [value].flat() : [];
  return [...words, ...brought.map(({ text }) => text)].join('\n');
}
