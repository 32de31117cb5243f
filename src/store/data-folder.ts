import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { AppError } from '../domain/errors.ts';

const Holder = z.object({
  pid: z.int(),
  /** Start time of the process where the system tells it, so that a pid that was given out anew is not taken for the holder. */
  startedAt: z.string().nullable(),
  /** Where its server listens; null while it has none. */
  url: z.string().nullable(),
});
export type Holder = z.infer<typeof Holder>;

/** The folder of one installation, held by one process. */
export interface DataFolder {
  /** Tells other processes where the server of this one listens. */
  setUrl(url: string): Promise<void>;
  writeLocalKey(secret: string): Promise<void>;
  readLocalKey(): Promise<string | null>;
  /** Lets the folder go. */
  close(): Promise<void>;
}

/** Creates and locks the folder. A lock whose process is gone is taken over. Throws DATA_DIR_IN_USE, naming the process. */
export async function openDataFolder(dataDir: string): Promise<DataFolder> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 }).catch((error: unknown) => {
    throw new AppError('CONFIGURATION_INVALID', `DATA_DIR: ${dataDir} cannot be made or opened.`, { cause: error });
  });
  const self: Holder = { pid: process.pid, startedAt: startTimeOf(process.pid), url: null };
  await lock(dataDir, self);
  return {
    setUrl: (url) => replaceFile(lockPath(dataDir), JSON.stringify({ ...self, url })),
    writeLocalKey: (secret) => replaceFile(keyPath(dataDir), secret),
    readLocalKey: () => readLocalKey(dataDir),
    async close() {
      await rm(lockPath(dataDir), { force: true });
    },
  };
}

/** The live process that holds the folder, or null. */
export async function readHolder(dataDir: string): Promise<Holder | null> {
  const holder = await readLock(dataDir);
  return holder && isAlive(holder) ? holder : null;
}

/** The secret of the key that commands on this machine use, or null before the first start. */
export async function readLocalKey(dataDir: string): Promise<string | null> {
  const secret = await readFile(keyPath(dataDir), 'utf8').catch(() => null);
  return secret?.trim() || null;
}

const lockPath = (dataDir: string) => join(dataDir, 'footnote.lock');
const keyPath = (dataDir: string) => join(dataDir, 'local.key');
const attempts = 5;

/** `link` is atomic and fails when the name exists: of two processes that start at once, one gets the lock. */
async function lock(dataDir: string, self: Holder): Promise<void> {
  const own = `${lockPath(dataDir)}.${randomUUID()}`;
  await writeFile(own, JSON.stringify(self), { mode: 0o600, flush: true });
  try {
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      const isFree = await link(own, lockPath(dataDir)).then(
        () => true,
        () => false,
      );
      if (isFree) return;
      const holder = await readLock(dataDir);
      if (holder && isAlive(holder)) throw inUse(dataDir, holder);
      // Moved aside under a name of our own: only one process can move it, so a fresh lock is never thrown away.
      await rename(lockPath(dataDir), `${own}.stale`).catch(() => {});
      await rm(`${own}.stale`, { force: true });
    }
  } finally {
    await rm(own, { force: true });
  }
  throw new AppError('DATA_DIR_IN_USE', `${dataDir} is being opened by several processes at once.`);
}

async function readLock(dataDir: string): Promise<Holder | null> {
  const text = await readFile(lockPath(dataDir), 'utf8').catch(() => null);
  if (text === null) return null;
  try {
    return Holder.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

function isAlive({ pid, startedAt }: Holder): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return false;
  }
  const actual = startTimeOf(pid);
  return startedAt === null || actual === null || actual === startedAt;
}

/** Clock ticks from boot to the start of the process; null where there is no /proc. */
function startTimeOf(pid: number): string | null {
  try {
    const status = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return status.slice(status.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null;
  }
}

async function replaceFile(path: string, text: string): Promise<void> {
  const temporary = `${path}.${randomUUID()}`;
  await writeFile(temporary, text, { mode: 0o600, flush: true });
  await rename(temporary, path);
}

function inUse(dataDir: string, holder: Holder): AppError {
  const where = holder.url ? ` Its server is at ${holder.url}.` : '';
  return new AppError('DATA_DIR_IN_USE', `${dataDir} is held by process ${holder.pid}.${where}`);
}
