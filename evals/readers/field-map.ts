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

/** Names that usually hold a field, the surest first. */
const usualNames: Readonly<Partial<Record<MappedField, readonly string[]>>> = {
  id: ['id', '_id', 'qid', 'question_id', 'query_id'],
  question: ['question', 'query', 'user_input', 'input', 'prompt', 'text'],
  answers: [
    'answers',
    'answer',
    'expected_answer',
    'expected',
    'reference',
    'ground_truth',
    'gold',
    'target',
    'output',
  ],
  answerable: ['answerable', 'is_answerable'],
  gold_docs: ['gold_docs', 'documents', 'document', 'doc_ids', 'doc_id', 'source', 'sources'],
  gold_quotes: ['gold_quotes', 'quotes', 'quote', 'evidence'],
  contexts: ['contexts', 'context', 'passages'],
  tags: ['tags', 'category', 'type'],
  split: ['split'],
};

/** The fields that the names of a record speak for. */
export function guessFieldMap(record: Readonly<Record<string, unknown>>): FieldMap {
  const names = new Map(
    Object.keys(record).map((name) => [
      name
        .trim()
        .toLowerCase()
        .replaceAll(/[\s-]+/g, '_'),
      name,
    ]),
  );
  return Object.fromEntries(
    Object.entries(usualNames).flatMap(([field, candidates]) => {
      const found = candidates.find((candidate) => names.has(candidate));
      return found === undefined ? [] : [[field, names.get(found) ?? found]];
    }),
  );
}

/** Values at a path: names parted by points, `[0]` for a place in a list, `[*]` for all of it. A name that holds a point is taken whole first. */
export function valuesAt(record: unknown, path: string): unknown[] {
  if (record !== null && typeof record === 'object' && path in record)
    return [(record as Record<string, unknown>)[path]];
  const steps = [...path.matchAll(/\[(\*|\d+)\]|[^.[\]]+/g)];
  return steps.reduce<unknown[]>(
    (values, [step, place]) =>
      values.flatMap((value) => {
        if (value === null || typeof value !== 'object') return [];
        if (place === '*') return Array.isArray(value) ? value : [];
        const inner = (value as Record<string, unknown>)[place ?? step];
        return inner === undefined ? [] : [inner];
      }),
    [record],
  );
}
