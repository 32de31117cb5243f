import { createCaseIds } from './case-ids.ts';
import { placeCase, type ReadCases } from './case-reader.ts';
import { flagOf, textOf, textsOf } from './cells.ts';
import { type FieldMap, guessFieldMap, valuesAt } from './field-map.ts';
import { type AnyRecord, readRecords } from './records.ts';

/**
 * Cases of any table or list of objects, by a field map. Without one the fields are guessed from the names in the first record. What a map does
 * not name is kept in `meta`.
 */
export const readTableCases: ReadCases = async function* (file, { report, map: given }) {
  const idOf = createCaseIds();
  let map = given;
  for await (const { value, line } of readRecords(file, report)) {
    map ??= guessFieldMap(value);
    const question = map.question === undefined ? null : textOf(valuesAt(value, map.question)[0]);
    if (question === null) {
      const expected = `a question${map.question === undefined ? '; --map question=PATH names it' : ` at ${map.question}`}`;
      report({ file, line, field: map.question ?? 'question', expected, received: Object.keys(value).join(', ') });
      continue;
    }
    yield* placeCase({ id: idOf(question), question, ...toRecord(value, map) }, { file, line }, report);
  }
};

function toRecord(value: AnyRecord, map: FieldMap): object {
  const at = (field: string) => (map[field] === undefined ? [] : valuesAt(value, map[field]));
  const texts = (field: string) => at(field).flatMap(textsOf);
  const text = (field: string) => texts(field)[0];
  const answerable = flagOf(at('answerable')[0]);
  const documents = texts('gold_docs');
  const taken = new Set(Object.values(map).map((path) => /^[^.[]+/.exec(path)?.[0]));
  const single = (['id', 'cluster', 'paraphrase_of', 'split'] as const).flatMap((field) => {
    const found = text(field);
    return found === undefined ? [] : [[field, found]];
  });
  return {
    ...Object.fromEntries(single),
    answers: texts('answers'),
    ...(answerable === null ? {} : { answerable }),
    gold_docs: documents.map((id) => ({ id })),
    // Of several documents, the quote at the same place belongs to it; a single one holds them all.
    gold_quotes: texts('gold_quotes').flatMap((quote, index) => {
      const doc = documents[index] ?? (documents.length === 1 ? documents[0] : undefined);
      return doc === undefined ? [] : [{ doc, quote }];
    }),
    contexts: texts('contexts'),
    tags: texts('tags'),
    meta: Object.fromEntries(Object.entries(value).filter(([name]) => !taken.has(name))),
  };
}
