import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { AppError } from '../../src/domain/errors.ts';

/** Replies of judges that were found valid, by the hash of what they were asked. */
export interface VerdictCache {
  /** No model may be asked for what is not kept, or kept wrongly. */
  readonly recordingsOnly: boolean;
  /** Null when there is none. Throws INVALID_REQUEST instead where only recordings may be used. */
  get(key: string): Promise<string | null>;
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
 * One file a verdict, in folders by the first two digits of the key; written whole or not at all, so that several runs may share the folder.
 * A file that cannot be read counts as missing. With `recordingsOnly` nothing is written, and a miss is an error: a run from committed
 * recordings never calls a model.
 */
export function createVerdictCache(folder: string, { recordingsOnly = false } = {}): VerdictCache {
  const pathOf = (key: string) => join(folder, key.slice(0, 2), `${key}.json`);
  return {
    recordingsOnly,
    async get(key) {
      const reply = await readReply(pathOf(key));
      if (reply === null && recordingsOnly) throw missing(folder, key);
      return reply;
    },
    async set(key, reply, asked) {
      if (!recordingsOnly) await writeWhole(pathOf(key), `${JSON.stringify({ ...asked, reply }, null, 2)}\n`);
    },
  };
}

async function readReply(path: string): Promise<string | null> {
  try {
    const kept = Kept.safeParse(JSON.parse(await readFile(path, 'utf8')));
    return kept.success ? kept.data.reply : null;
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

function missing(folder: string, key: string): AppError {
  return new AppError('INVALID_REQUEST', 'A verdict is not among the recordings.', {
    errors: [
      {
        field: folder,
        expected: 'a recorded verdict for each answer; record them by a run with a judge, and commit them',
        received: `none under ${key}`,
      },
    ],
  });
}
