import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../src/domain/errors.ts';
import { type FolderLock, lockFolder } from '../../src/store/folder-lock.ts';
import type { EvalCase } from '../case.ts';
import { openRunFiles, type RunFiles, readPlan } from '../reports/read-run.ts';
import { type RunPlan, runFiles } from '../summary.ts';
import { openAppendLog, writeWhole } from './append-log.ts';

const holderName = 'footnote.holder.json';

/** The folder of a run, this process's alone until it is released. */
export interface RunFolder extends AsyncDisposable {
  readonly path: string;
  readonly files: RunFiles;
  file(name: keyof typeof runFiles): string;
  /** What the folder is a run of; null before its plan is written. */
  readonly plan: RunPlan | null;
  /** Writes the cases as asked; resolves to their number. */
  writeCases(cases: AsyncIterable<EvalCase>): Promise<number>;
  write(name: 'plan' | 'summary', value: object): Promise<void>;
}

/**
 * Opens or makes the folder of a run. A lock that a killed process left counts for nothing. Throws RUN_FOLDER_IN_USE, STORAGE_FULL, and INVALID_REQUEST
 * for a run of a newer layout and a folder that cannot be written into.
 */
export async function openRunFolder(path: string): Promise<RunFolder> {
  const lock = await lockRunFolder(path);
  if (lock === null) throw await inUse(path);
  const file = (name: keyof typeof runFiles) => join(path, runFiles[name]);
  try {
    await writeFile(join(path, holderName), JSON.stringify({ pid: process.pid }));
    const plan = existsSync(file('plan')) ? await readPlan(path) : null;
    return {
      path,
      files: openRunFiles(path),
      file,
      plan,
      async writeCases(cases) {
        // What stands in a folder without a plan is of a run that never began.
        for (const name of ['answers', 'cells', 'verdicts', 'summary'] as const) await rm(file(name), { force: true });
        return await writeCases(file('cases'), cases);
      },
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

async function lockRunFolder(path: string): Promise<FolderLock | null> {
  try {
    await mkdir(path, { recursive: true });
    return lockFolder(path, 0);
  } catch (error) {
    if (AppError.from(error).code === 'STORAGE_FULL') throw AppError.from(error);
    throw new AppError('INVALID_REQUEST', `The run cannot be written into ${path}.`, {
      errors: [{ field: '--out', expected: 'a folder to write into', received: reasonOf(error) }],
      cause: error,
    });
  }
}

const reasonOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

async function inUse(path: string): Promise<AppError> {
  const holder = await readFile(join(path, holderName), 'utf8').catch(() => '');
  const pid = /"pid":(\d+)/.exec(holder)?.[1];
  return new AppError('RUN_FOLDER_IN_USE', `${pid ? `Process ${pid}` : 'Another process'} writes a run into ${path}.`);
}
