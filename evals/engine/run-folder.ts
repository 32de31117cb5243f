import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../src/domain/errors.ts';
import { lockFolder } from '../../src/store/folder-lock.ts';
import { EvalCase } from '../case.ts';
import { RunPlan, runFiles } from '../summary.ts';
import { openAppendLog, readLines, writeWhole } from './append-log.ts';

const format = 1;
const holderName = 'footnote.holder.json';

/** The folder of a run, this process's alone until it is released. */
export interface RunFolder extends AsyncDisposable {
  readonly path: string;
  file(name: keyof typeof runFiles): string;
  /** What the folder is a run of; null before its plan is written. */
  readonly plan: RunPlan | null;
  /** Writes the cases as asked; resolves to their number. */
  writeCases(cases: AsyncIterable<EvalCase>): Promise<number>;
  cases(): AsyncGenerator<EvalCase>;
  writePlan(plan: RunPlan): Promise<void>;
  write(name: keyof typeof runFiles, value: object): Promise<void>;
}

/**
 * Opens or makes the folder of a run. A lock that a killed process left counts for nothing. Throws RUN_FOLDER_IN_USE, and INVALID_REQUEST for a
 * run of a newer layout.
 */
export async function openRunFolder(path: string): Promise<RunFolder> {
  await mkdir(path, { recursive: true });
  const lock = lockFolder(path, 0);
  if (lock === null) throw await inUse(path);
  const file = (name: keyof typeof runFiles) => join(path, runFiles[name]);
  try {
    await writeFile(join(path, holderName), JSON.stringify({ pid: process.pid }));
    const plan = await readPlan(path);
    return {
      path,
      file,
      plan,
      async writeCases(cases) {
        // What stands in a folder without a plan is of a run that never began.
        for (const name of ['answers', 'cells', 'summary'] as const) await rm(file(name), { force: true });
        return await writeCases(file('cases'), cases);
      },
      async *cases() {
        for await (const { text } of readLines(file('cases'))) yield EvalCase.parse(JSON.parse(text));
      },
      writePlan: (value) => writeWhole(file('plan'), `${JSON.stringify(value, null, 2)}\n`),
      write: (name, value) => writeWhole(file(name), `${JSON.stringify(value, null, 2)}\n`),
      async [Symbol.asyncDispose]() {
        await rm(join(path, holderName), { force: true });
        lock.release();
      },
    };
  } catch (error) {
    lock.release();
    throw AppError.from(error);
  }
}

/** Null where the folder holds no run. Throws INVALID_REQUEST for a newer layout, and for a plan that cannot be read. */
export async function readPlan(path: string): Promise<RunPlan | null> {
  const file = join(path, runFiles.plan);
  if (!existsSync(file)) return null;
  const text = await readFile(file, 'utf8');
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    content = null;
  }
  const given = typeof content === 'object' && content !== null && 'format' in content ? content.format : undefined;
  if (typeof given === 'number' && given > format)
    throw unreadable(file, 'format', `${format}, the layout that this version writes`, `${given}: a newer version wrote it`);
  const parsed = RunPlan.safeParse(content);
  const issue = parsed.error?.issues[0];
  if (!parsed.success) throw unreadable(file, issue?.path.join('.') || 'plan', issue?.message ?? 'a plan', 'something else');
  return parsed.data;
}

/** Lines that are written at once; they need no syncing one by one, since the plan follows them. */
const bufferedCharacters = 1_000_000;

async function writeCases(path: string, cases: AsyncIterable<EvalCase>): Promise<number> {
  const unfinished = `${path}.tmp`;
  const log = await openAppendLog(unfinished, 0);
  let count = 0;
  let buffered = '';
  try {
    for await (const one of cases) {
      count += 1;
      buffered += `${JSON.stringify(one)}\n`;
      if (buffered.length < bufferedCharacters) continue;
      await log.append(buffered);
      buffered = '';
    }
    if (buffered !== '') await log.append(buffered);
  } finally {
    await log.close();
  }
  await rename(unfinished, path);
  return count;
}

async function inUse(path: string): Promise<AppError> {
  const holder = await readFile(join(path, holderName), 'utf8').catch(() => '');
  const pid = /"pid":(\d+)/.exec(holder)?.[1];
  return new AppError('RUN_FOLDER_IN_USE', `${pid ? `Process ${pid}` : 'Another process'} writes a run into ${path}.`);
}

function unreadable(file: string, field: string, expected: string, received: string): AppError {
  return new AppError('INVALID_REQUEST', `${file} cannot be read.`, {
    errors: [{ field: `${file}, ${field}`, expected, received }],
  });
}
