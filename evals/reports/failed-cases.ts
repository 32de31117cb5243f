import type { EvalCase } from '../case.ts';
import { type RunSummary, runFiles } from '../summary.ts';
import type { Run } from './read-run.ts';

/** A case that broke a gate, or an answer that is an error, with where the case stands. */
export interface FailedCase {
  readonly asked: EvalCase;
  readonly kind: 'gate' | 'error';
  /** The gate, or the code of the error. */
  readonly rule: string;
  readonly message: string;
  readonly file: string;
  /** From 1. */
  readonly line: number;
}

/**
 * What of a run points to single cases, in the order of the cases: gates that cases broke, then errors. Places are lines of `dataset`, a file with
 * one JSON object a line, where it has the case; else of the run's own `cases.jsonl`.
 */
export async function findFailedCases(
  run: Run,
  dataset: ReadonlyMap<string, CasePlace> = new Map(),
): Promise<FailedCase[]> {
  const gates = brokenGates(run.summary);
  const errors = new Map<string, { code: string; detail: string }>();
  for await (const { case: id, error } of run.answers()) if (error && !errors.has(id)) errors.set(id, error);
  const failed: FailedCase[] = [];
  let number = 0;
  for await (const asked of run.cases()) {
    number += 1;
    const place = dataset.get(asked.id) ?? { file: `${run.folder}/${runFiles.cases}`, line: number };
    const error = errors.get(asked.id);
    for (const { gate, detail } of gates.get(asked.id) ?? [])
      failed.push({
        asked,
        kind: 'gate',
        rule: gate,
        message: `${asked.id} breaks the gate ${gate}. ${detail}`,
        ...place,
      });
    if (error)
      failed.push({ asked, kind: 'error', rule: error.code, message: `${asked.id}: ${error.detail}`, ...place });
  }
  return failed;
}

export interface CasePlace {
  readonly file: string;
  readonly line: number;
}

function brokenGates({ gates }: RunSummary): ReadonlyMap<string, { gate: string; detail: string }[]> {
  const broken = new Map<string, { gate: string; detail: string }[]>();
  for (const { gate, passed, detail, cases } of gates)
    for (const id of passed ? [] : cases) broken.set(id, [...(broken.get(id) ?? []), { gate, detail }]);
  return broken;
}
