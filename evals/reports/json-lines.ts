import type { AnswerRecord } from '../answer-record.ts';
import type { EvalCase } from '../case.ts';
import type { Cell } from '../metric.ts';
import type { Run } from './read-run.ts';
import { walkRun } from './walk-run.ts';

/**
 * One flat JSON object for each case and repeat, as tables are read: what was asked and said, and a field for each metric, null where it is not
 * defined or an error; `failedMetrics` names those that are errors.
 */
export async function jsonLinesReport(run: Run): Promise<string> {
  const names = new Set<string>();
  for await (const { metric } of run.cells()) names.add(metric);
  let text = '';
  for await (const { own, answers, cells } of walkRun(run))
    for (const record of answers) {
      const scored = cells.filter(({ repeat }) => repeat === record.repeat);
      text += `${JSON.stringify(rowOf(own, record, { names: [...names], cells: scored }))}\n`;
    }
  return text;
}

interface Scored {
  readonly names: readonly string[];
  readonly cells: readonly Cell[];
}

function rowOf({ id, question, tags, cluster }: EvalCase, record: AnswerRecord, { names, cells }: Scored) {
  const { repeat, answer, error } = record;
  const own = new Map(cells.map((cell) => [cell.metric, cell]));
  return {
    case: id,
    repeat,
    question,
    tags,
    cluster: cluster ?? null,
    state: answer?.state ?? 'failed',
    answer: answer?.text ?? null,
    error: error?.code ?? null,
    confidence: answer?.confidence ?? null,
    milliseconds: answer?.latency.total ?? null,
    cost: answer?.cost ?? null,
    ...Object.fromEntries(names.map((name) => [name, own.get(name)?.value ?? null])),
    failedMetrics: names.filter((name) => own.get(name)?.status === 'error'),
  };
}
