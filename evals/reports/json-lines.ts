import type { Cell } from '../metric.ts';
import type { Run } from './read-run.ts';

/**
 * One flat JSON object for each case and repeat, as tables are read: what was asked and said, and a field for each metric, null where it is not
 * defined or an error; `failedMetrics` names those that are errors.
 */
export async function jsonLinesReport(run: Run): Promise<string> {
  const cells = new Map<string, Cell[]>();
  for await (const cell of run.cells()) {
    const key = `${cell.repeat} ${cell.case}`;
    const own = cells.get(key);
    if (own) own.push(cell);
    else cells.set(key, [cell]);
  }
  const asked = new Map((await Array.fromAsync(run.cases())).map((each) => [each.id, each]));
  const names = [...new Set([...cells.values()].flat().map(({ metric }) => metric))];
  const lines: string[] = [];
  for await (const { case: id, repeat, answer, error } of run.answers()) {
    const own = new Map((cells.get(`${repeat} ${id}`) ?? []).map((cell) => [cell.metric, cell]));
    const { question = '', tags = [], cluster = null } = asked.get(id) ?? {};
    lines.push(
      JSON.stringify({
        case: id,
        repeat,
        question,
        tags,
        cluster,
        state: answer?.state ?? 'failed',
        answer: answer?.text ?? null,
        error: error?.code ?? null,
        confidence: answer?.confidence ?? null,
        milliseconds: answer?.latency.total ?? null,
        cost: answer?.cost ?? null,
        ...Object.fromEntries(names.map((name) => [name, own.get(name)?.value ?? null])),
        failedMetrics: names.filter((name) => own.get(name)?.status === 'error'),
      }),
    );
  }
  return lines.map((line) => `${line}\n`).join('');
}
