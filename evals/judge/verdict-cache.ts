import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { AppError } from '../../src/domain/errors.ts';
import { parseJson, readTextLines } from '../readers/json-lines.ts';
import { type JudgeReply, VerdictRecord } from './verdict-record.ts';

/** What judges said, by the hash of what they were asked. */
export interface VerdictCache {
  /** No model may be asked for what is not kept: what was said is given again, whatever it was. */
  readonly isRecording: boolean;
  /** Null when there is none. Throws RECORDING_MISSING instead where only recordings may be used. */
  get(key: string): Promise<JudgeReply | null>;
  set(key: string, reply: string, asked: AskedJudge): Promise<void>;
}

/** Kept beside a reply, so that a person who opens the file knows whose it is. */
export interface AskedJudge {
  readonly provider: string;
  readonly model: string;
  /** Name, version and hash of the prompt. */
  readonly prompt: string;
}

const Kept = z.object({ reply: z.string() });

/**
 * Valid replies, one file each, in folders by the first two digits of the key; written whole or not at all, so that several runs may share the folder.
 * A file that cannot be read counts as missing. `isReadOnly` leaves the folder as it is.
 */
export function createVerdictCache(folder: string, { isReadOnly = false } = {}): VerdictCache {
  const pathOf = (key: string) => join(folder, key.slice(0, 2), `${key}.json`);
  return {
    isRecording: false,
    get: async (key) => await readReply(pathOf(key)),
    async set(key, reply, asked) {
      if (!isReadOnly) await writeWhole(pathOf(key), `${JSON.stringify({ ...asked, reply }, null, 2)}\n`);
    },
  };
}

/** What the judges of an earlier run said, from its `verdicts.jsonl`; of several lines with one key the last counts. */
export async function openRecordedVerdicts(file: string): Promise<VerdictCache> {
  const said = new Map<string, JudgeReply>();
  for await (const { value, line } of readTextLines(file)) {
    const record = VerdictRecord.safeParse(parseJson(value));
    if (!record.success) throw noRecord(file, line);
    said.set(record.data.key, record.data.outcome);
  }
  return {
    isRecording: true,
    async get(key) {
      const outcome = said.get(key);
      if (outcome) return outcome;
      throw missing(file, key);
    },
    set: async () => {},
  };
}

async function readReply(path: string): Promise<JudgeReply | null> {
  try {
    const kept = Kept.safeParse(JSON.parse(await readFile(path, 'utf8')));
    return kept.data ?? null;
  } catch {
    return null;
  }
}

async function writeWhole(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.${randomUUID()}`;
  try {
    await writeFile(temporary, text);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

function missing(file: string, key: string): AppError {
  return new AppError('RECORDING_MISSING', 'The recordings hold no verdict on an answer as it is judged now.', {
    errors: [{ field: file, expected: 'a recorded verdict of each judge', received: `none under ${key}` }],
  });
}

function noRecord(file: string, line: number): AppError {
  return new AppError('INVALID_REQUEST', `${file} cannot be read.`, {
    errors: [{ field: `${file}:${line}`, expected: 'a verdict of an earlier run', received: 'something else' }],
  });
}
