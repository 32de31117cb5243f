import { createCaseIds } from './case-ids.ts';
import { placeCase, type ReadCases } from './case-reader.ts';
import { textOf, textsOf } from './cells.ts';
import { type AnyRecord, readRecords } from './records.ts';

/**
 * Goldens of DeepEval: `input`, `expected_output`, `context` (what the answer should come from), `retrieval_context`, `source_file`, in JSON, JSON
 * lines or CSV, where contexts are parted by `|` or `;`. The source file is the gold document and the cluster. What another system answered is
 * kept in `meta.response`.
 */
export const readDeepEval: ReadCases = async function* (file, { report }) {
  const idOf = createCaseIds();
  const isTable = /\.csv(\.gz)?$/i.test(file);
  for await (const { value, line } of readRecords(file, report)) {
    const question = textOf(value.input);
    if (question === null) {
      report({ file, line, field: 'input', expected: 'a question (conversations are not taken)', received: 'none' });
      continue;
    }
    yield* placeCase({ id: idOf(question), question, ...toRecord(value, isTable) }, { file, line }, report);
  }
};

function toRecord(value: AnyRecord, isTable: boolean): object {
  const contextsOf = (name: string) => {
    const text = value[name];
    if (!isTable || typeof text !== 'string' || text.startsWith('[')) return textsOf(text);
    return text.split(text.includes('|') ? '|' : ';').flatMap((part) => textOf(part.trim()) ?? []);
  };
  const retrieved = contextsOf('retrieval_context');
  const source = textOf(value.source_file ?? value.sourceFile);
  const name = textOf(value.name);
  const response = textOf(value.actual_output);
  const comments = textOf(value.comments);
  return {
    answers: textsOf(value.expected_output),
    contexts: retrieved.length > 0 ? retrieved : contextsOf('context'),
    gold_docs: source === null ? [] : [{ id: source }],
    ...(source === null ? {} : { cluster: source }),
    meta: {
      ...(name === null ? {} : { name }),
      ...(response === null ? {} : { response }),
      ...(comments === null ? {} : { comments }),
      ...(value.additional_metadata ? { additional_metadata: value.additional_metadata } : {}),
    },
  };
}
