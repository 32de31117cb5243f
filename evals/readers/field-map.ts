import { AppError } from '../../src/domain/errors.ts';

/** Paths into a record by the field of the case that they fill: `{question: 'query', answers: 'gold[*]'}`. */
export type FieldMap = Readonly<Record<string, string>>;

/** Fields of a case that a map can fill. */
export const mappedFields = [
  'id',
  'question',
  'answers',
  'answerable',
  'gold_docs',
  'gold_quotes',
  'contexts',
  'tags',
  'cluster',
  'paraphrase_of',
  'split',
] as const;
export type MappedField = (typeof mappedFields)[number];

/** Reads `question=query,answers=gold[*]`. Throws INVALID_REQUEST for a field that a case does not have. */
export function parseFieldMap(text: string): FieldMap {
  const pairs = text.split(',').map((entry) => {
    const at = entry.indexOf('=');
    const [field, path] = [entry.slice(0, at).trim(), entry.slice(at + 1).trim()];
    if (at < 1 || path === '' || !(mappedFields as readonly string[]).includes(field))
      throw new AppError('INVALID_REQUEST', 'The field map cannot be read.', {
        errors: [
          { field: '--map', expected: `field=path with one of ${mappedFields.join(', ')}`, received: entry.trim() },
        ],
      });
    return [field, path] as const;
  });
  return Object.fromEntries(pairs);
}
