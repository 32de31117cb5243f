import { randomBytes, randomUUID } from 'node:crypto';
import { link, mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { AppError } from '../domain/errors.ts';
import { type FolderLock, isLocked, lockFolder } from './folder-lock.ts';
import { secretKeyBytes } from './secrets.ts';

/** Who works in a data folder at this moment. */
export interface Holder {
  /** Null in the instant between taking the lock and writing the note about it. */
  readonly pid: number | null;
  /** Address of its server; null while it does not listen, or is a command. */
  readonly url: string | null;
}

/** A data folder that is this process's alone until it is released or the process ends, however it ends. */
export interface DataFolder {
  readonly path: string;
  /** Lets commands that find the folder taken talk to the server instead. */
  setUrl(url: string): Promise<void>;
  release(): Promise<void>;
}

const noteName = 'footnote.holder.json';
const keyName = 'local.key';
const secretsKeyName = 'secrets.key';
/** A command that only looks who holds the folder has the lock for an instant. */
const lockWaitMilliseconds = 250;

const Note = z.object({ pid: z.int(), url: z.string().nullable() });

/**
 * Creates the folder where it is missing (mode 0700) and takes its lock.
 * Throws DATA_DIR_IN_USE naming folder and process, or CONFIGURATION_INVALID when the folder cannot be used.
 */
export async function openDataFolder(path: string): Promise<DataFolder> {
  await mkdir(path, { recursive: true, mode: 0o700 }).catch((error) => {
    throw unusable(path, error);
  });
  const lock = takeLock(path);
  if (lock === null) throw inUse(path, await readNote(path));
  const writeNote = (url: string | null) =>
    writePrivately(path, noteName, JSON.stringify({ pid: process.pid, url } satisfies Holder));
  try {
    await writeNote(null);
  } catch (error) {
    lock.release();
    throw error;
  }
  return {
    path,
    setUrl: writeNote,
    async release() {
      if (!lock.isHeld) return;
      await rm(join(path, noteName), { force: true });
      lock.release();
    },
  };
}

/** The live process that holds the folder, or null: a note that a killed process left counts for nothing. */
export async function readHolder(path: string): Promise<Holder | null> {
  if (!(await isLocked(path))) return null;
  return (await readNote(path)) ?? { pid: null, url: null };
}

/**
 * The key of 32 bytes that seals secrets in the database, made here by whoever comes first, be it a server or a worker.
 * Throws CONFIGURATION_INVALID for a file that holds something else.
 */
export async function ensureSecretsKey(path: string): Promise<Uint8Array> {
  const name = join(path, secretsKeyName);
  await mkdir(path, { recursive: true, mode: 0o700 });
  const isThere = await stat(name).then(
    () => true,
    () => false,
  );
  if (!isThere) await writePrivately(path, secretsKeyName, `${randomBytes(secretKeyBytes).toString('base64')}\n`, link);
  const key = Buffer.from((await readFile(name, 'utf8')).trim(), 'base64');
  if (key.byteLength === secretKeyBytes) return key;
  throw new AppError('CONFIGURATION_INVALID', `${name} does not hold a key of ${secretKeyBytes} bytes as base64.`);
}

/** The key that lets commands of this user talk to the server that holds the folder; null when there is none. */
export async function readLocalKey(path: string): Promise<string | null> {
  try {
    return (await readFile(join(path, keyName), 'utf8')).trim();
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return null;
    throw error;
  }
}

/** Only this user can read the file (mode 0600). */
export async function writeLocalKey(path: string, key: string): Promise<void> {
  await writePrivately(path, keyName, `${key}\n`);
}

function takeLock(path: string): FolderLock | null {
  try {
    return lockFolder(path, lockWaitMilliseconds);
  } catch (error) {
    throw unusable(path, error);
  }
}

async function readNote(path: string): Promise<Holder | null> {
  try {
    return Note.parse(JSON.parse(await readFile(join(path, noteName), 'utf8')));
  } catch {
    return null;
  }
}

/** `place` gives the whole file its name: `rename` replaces what has it, `link` leaves that as it is. */
async function writePrivately(path: string, name: string, text: string, place = rename): Promise<void> {
  const unfinished = join(path, `${name}.${randomUUID()}.tmp`);
  try {
    const file = await open(unfinished, 'wx', 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await place(unfinished, join(path, name)).catch((error: unknown) => {
      if (!hasCode(error, 'EEXIST')) throw error;
    });
  } finally {
    await rm(unfinished, { force: true });
  }
}

function inUse(path: string, holder: Holder | null): AppError {
  const who = holder?.pid ? `process ${holder.pid}` : 'another process';
  const where = holder?.url ? `, which serves ${holder.url}` : '';
  return new AppError('DATA_DIR_IN_USE', `The data folder ${path} is in use by ${who}${where}.`);
}

function unusable(path: string, cause: unknown): AppError {
  const known = AppError.from(cause);
  if (known.code === 'STORAGE_FULL') return known;
  return new AppError(
    'CONFIGURATION_INVALID',
    `DATA_DIR: expected a folder that can be written, read ${JSON.stringify(path)}`,
    {
      cause,
      errors: [{ field: 'DATA_DIR', expected: 'a folder that can be written', received: JSON.stringify(path) }],
    },
  );
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
