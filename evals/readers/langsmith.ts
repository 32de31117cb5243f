import { createCaseIds } from './case-ids.ts';
import { placeCase, type ReadCases } from './case-reader.ts';
import { textOf, textsOf } from './cells.ts';
import { readMessages } from './messages.ts';
import { type AnyRecord, readRecords } from './records.ts';

const questionNames = ['question', 'query', 'input', 'user_input', 'prompt', 'text'];
const answerNames = ['answer', 'output', 'expected', 'reference', 'expected_output', 'ground_truth', 'completion'];

/**
 * Examples of LangSmith: `inputs`, `outputs`, `metadata` and `split`. In the inputs stands the question under a usual name (`question`, `query`,
 * `input`, …), as the only entry, or in `messages`; in the outputs likewise the answer. `metadata.dataset_split` gives the split too. In a table
 * both are columns with JSON, or columns that begin with `inputs.` or `input_` and `outputs.` or `output_`.
 */
export const readLangSmith: ReadCases = async function* (file, { report }) {
  const idOf = createCaseIds();
  for await (const { value, line } of readRecords(file, report)) {
    const inputs = part(value, 'input');
    const outputs = part(value, 'output');
    const turns = asked(inputs);
    if (!turns) {
      const expected = `a question, such as inputs.question, or messages`;
      report({ file, line, field: 'inputs', expected, received: Object.keys(inputs).join(', ') || 'nothing' });
      continue;
    }
    const metadata = objectOf(value.metadata);
    const { dataset_split: splits, ...rest } = metadata;
    const split = textOf(value.split) ?? textsOf(value.split ?? splits)[0];
    const record = {
      id: textOf(value.id) ?? idOf(turns.question),
      ...turns,
      answers: answersOf(outputs),
      contexts: textsOf(inputs.contexts ?? inputs.context),
      tags: textsOf(rest.tags ?? rest.category),
      ...(split === undefined ? {} : { split }),
      meta: rest,
    };
    yield* placeCase(record, { file, line }, report);
  }
};

function asked(inputs: AnyRecord): { question: string; history: { question: string; answer: string }[] } | null {
  if (Array.isArray(inputs.messages)) return readMessages(inputs.messages.flat());
  const question = pick(inputs, questionNames);
  const history = Array.isArray(inputs.chat_history) ? inputs.chat_history : [];
  if (question === null) return null;
  return readMessages([...history, { role: 'user', content: question }]);
}

function answersOf(outputs: AnyRecord): string[] {
  if (Array.isArray(outputs.messages)) return textsOf(outputs.messages.map((message) => objectOf(message).content));
  const name = answerNames.find((candidate) => outputs[candidate] !== undefined);
  const values = Object.values(outputs);
  return textsOf(name === undefined ? (values.length === 1 ? values[0] : null) : outputs[name]);
}

function pick(record: AnyRecord, names: readonly string[]): string | null {
  for (const name of names) {
    const text = textOf(record[name]);
    if (text !== null) return text;
  }
  const values = Object.values(record);
  return values.length === 1 ? textOf(values[0]) : null;
}

function part(value: AnyRecord, side: 'input' | 'output'): AnyRecord {
  const whole = value[`${side}s`];
  if (whole !== undefined) return objectOf(whole);
  const prefix = new RegExp(`^${side}s?[._]`);
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, cell]) => (prefix.test(name) ? [[name.replace(prefix, ''), cell]] : [])),
  );
}

function objectOf(value: unknown): AnyRecord {
  if (typeof value === 'string' && value.startsWith('{')) {
    try {
      return JSON.parse(value) as AnyRecord;
    } catch {
      return { text: value };
    }
  }
  if (typeof value === 'string' && value !== '') return { text: value };
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as AnyRecord) : {};
}
