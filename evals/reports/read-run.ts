import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { z } from 'zod';
import { AppError } from '../../src/domain/errors.ts';
import { AnswerOutline, AnswerRecord } from '../answer-record.ts';
import { EvalCase } from '../case.ts';
import { VerdictRecord } from '../judge/verdict-record.ts';
import { Cell } from '../metric.ts';
import { parseJson, readTextLines } from '../readers/json-lines.ts';
import { RunPlan, RunSummary, runFiles } from '../summary.ts';

/** What was asked and what came of it, case by case, read from the folder as it is walked through. */
export interface RunFiles {
  readonly folder: string;
  /** Each with its line in `cases.jsonl`, from 1. */
  cases(): AsyncIterable<EvalCase>;
  answers(): AsyncIterable<AnswerRecord>;
  /** The answers again, with what was said alone. */
  outlines(): AsyncIterable<AnswerOutline>;
  cells(): AsyncIterable<Cell>;
  /** None where no model judges. */
  verdicts(): AsyncIterable<VerdictRecord>;
}

/** A run that has ended. */
export interface Run extends RunFiles {
  readonly plan: RunPlan;
  readonly summary: RunSummary;
}

/** The case-by-case files of a run's folder. Each walk reads the file anew; a line that is torn or of another shape throws INVALID_REQUEST. */
export function openRunFiles(folder: string): RunFiles {
  return {
    folder,
    cases: () => readLines(join(folder, runFiles.cases), EvalCase),
    answers: () => readLines(join(folder, runFiles.answers), AnswerRecord),
    outlines: () => readLines(join(folder, runFiles.answers), AnswerOutline),
    cells: () => readLines(join(folder, runFiles.cells), Cell),
    async *verdicts() {
      const file = join(folder, runFiles.verdicts);
      if (existsSync(file)) yield* readLines(file, VerdictRecord);
    },
  };
}

/**
 * A run that has ended, from its folder. Throws INVALID_REQUEST where the folder is none of a run, was written by a newer version, or the run
 * has not ended.
 */
export async function readRun(folder: string): Promise<Run> {
  const plan = await readPlan(folder);
  const file = join(folder, runFiles.summary);
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw invalid(folder, runFiles.summary, 'the summary that a run writes at its end', 'none: resume the run', cause);
  });
  for (const name of [runFiles.cases, runFiles.answers, runFiles.cells])
    await stat(join(folder, name)).catch((cause: unknown) => {
      throw invalid(folder, name, 'a file that the run has written', 'none', cause);
    });
  return { ...openRunFiles(folder), plan, summary: parse(file, runFiles.summary, text, RunSummary) };
}

export async function readPlan(folder: string): Promise<RunPlan> {
  const file = join(folder, runFiles.plan);
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw invalid(folder, runFiles.plan, 'the folder of a run', 'no such file in it', cause);
  });
  const { format } = (parseJson(text) ?? {}) as { format?: unknown };
  const known = RunPlan.shape.format.value;
  if (typeof format === 'number' && format > known)
    throw invalid(file, 'format', `at most ${known}`, `${format}: a newer Footnote wrote this run; read it with that`);
  return parse(file, runFiles.plan, text, RunPlan);
}

async function* readLines<S extends z.ZodType>(file: string, schema: S): AsyncGenerator<z.output<S>> {
  for await (const { value, line } of readTextLines(file))
    if (value !== '') yield parse(file, `line ${line}`, value, schema);
}

function parse<S extends z.ZodType>(file: string, place: string, text: string, schema: S): z.output<S> {
  const value = parseJson(text);
  if (value === undefined) throw invalid(file, place, 'JSON', 'a torn line, or other text');
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const path = issue?.path.join('.');
  throw invalid(file, path ? `${place}, ${path}` : place, issue?.message ?? 'another shape', text.slice(0, 80));
}

function invalid(file: string, field: string, expected: string, received: string, cause?: unknown): AppError {
  return new AppError('INVALID_REQUEST', `${file} cannot be read as a run.`, {
    errors: [{ field, expected, received }],
    cause,
  });
}
