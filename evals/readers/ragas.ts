import { createCaseIds } from './case-ids.ts';
import { placeCase, type ReadCases } from './case-reader.ts';
import { textOf, textsOf } from './cells.ts';
import { readMessages } from './messages.ts';
import { type AnyRecord, readRecords } from './records.ts';

/**
 * Cases of RAGAS, by the field names of version 0.2 (`user_input`, `reference`, `retrieved_contexts`, `reference_contexts`, `…_context_ids`) or
 * those before (`question`, `ground_truth` or `ground_truths`, `contexts`). The reference is the answer, the contexts that were retrieved, else
 * those of the reference, are the contexts. The response that a file holds is kept in `meta.response`; another system gave it.
 */
export const readRagas: ReadCases = async function* (file, { report }) {
  const idOf = createCaseIds();
  for await (const { value, line } of readRecords(file, report)) {
    const asked = value.user_input ?? value.question;
    const turns = Array.isArray(asked) ? readMessages(asked) : { question: textOf(asked), history: [] };
    if (!turns?.question) {
      report({ file, line, field: 'user_input', expected: 'a question', received: 'none' });
      continue;
    }
    yield* placeCase(
      { id: textOf(value.id) ?? idOf(turns.question), ...turns, ...toRecord(value) },
      { file, line },
      report,
    );
  }
};

function toRecord(value: AnyRecord): object {
  const retrieved = textsOf(value.retrieved_contexts ?? value.contexts);
  const reference = textsOf(value.reference_contexts);
  const documents = textsOf(value.reference_context_ids);
  const answers = textsOf(value.reference ?? value.ground_truth ?? value.ground_truths);
  const response = textOf(value.response ?? value.answer);
  const tag = textOf(value.synthesizer_name ?? value.evolution_type);
  return {
    answers,
    gold_docs: [...new Set(documents)].map((id) => ({ id })),
    gold_quotes:
      documents.length === reference.length
        ? reference.map((quote, index) => ({ doc: documents[index] ?? '', quote }))
        : [],
    contexts: retrieved.length > 0 ? retrieved : reference,
    tags: tag === null ? [] : [tag],
    meta: {
      ...(response === null ? {} : { response }),
      ...(reference.length > 0 && documents.length !== reference.length ? { reference_contexts: reference } : {}),
    },
  };
}
