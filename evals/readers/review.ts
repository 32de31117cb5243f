import { EvalCase } from '../case.ts';
import { placeCase, type ReadCases } from './case-reader.ts';
import { textOf } from './cells.ts';
import { shown } from './problem.ts';
import { readRecords } from './records.ts';

/** Columns that tell a table to be reviewed from any other. */
export const reviewColumns = ['decision', 'case'] as const;

const accepted = new Set(['accept', 'accepted', 'yes', 'y', 'x', '1', 'true']);
const rejected = new Set(['', 'reject', 'rejected', 'no', 'n', '0', 'false']);

/**
 * Cases of a table that a person went through: those whose `decision` is `accept` (or `yes`, `x`), with the question and the answer as they stand in
 * the table now. `case` holds the rest. An empty decision is none, and such a case stays out.
 */
export const readReview: ReadCases = async function* (file, { report }) {
  for await (const { value, line } of readRecords(file, report)) {
    const decision = (textOf(value.decision) ?? '').trim().toLowerCase();
    const place = { file, line };
    if (!accepted.has(decision)) {
      if (!rejected.has(decision))
        report({ ...place, field: 'decision', expected: 'accept, reject or nothing', received: shown(decision) });
      continue;
    }
    const written = EvalCase.safeParse(parse(textOf(value.case)));
    if (!written.success) {
      report({ ...place, field: 'case', expected: 'the case as it was written', received: shown(value.case) });
      continue;
    }
    const { question, answers } = written.data;
    const [asked, answer] = [cellOf(value.question), cellOf(value.answer)];
    const isSame = answer === null || answer === answers[0];
    yield* placeCase(
      { ...written.data, question: asked ?? question, answers: isSame ? answers : [answer] },
      place,
      report,
    );
  }
};

function parse(text: string | null): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return null;
  }
}

/** Without the apostrophe that keeps a spreadsheet from running it. */
function cellOf(value: unknown): string | null {
  return textOf(value)?.replace(/^'(?=[=+\-@\t\r])/, '') ?? null;
}
