import { type FSWatcher, watch } from 'node:fs';
import { realpath } from 'node:fs/promises';

interface WatchedFolder {
  /** One name for one source. */
  readonly key: string;
  readonly path: string;
}

export interface FolderWatch<T extends WatchedFolder> {
  /** From now on exactly these are watched; those that cannot be opened are tried again next time. */
  watch(folders: readonly T[]): Promise<void>;
  close(): void;
}

/** An editor or a copy writes a file in several steps: they are one change. */
const quietMilliseconds = 1_000;

/** Calls back once after a burst of file events in a folder or below it. */
export function createFolderWatch<T extends WatchedFolder>(onChange: (folder: T) => void): FolderWatch<T> {
  const watchers = new Map<string, FSWatcher>();
  const timers = new Map<string, NodeJS.Timeout>();

  function stop(key: string): void {
    watchers.get(key)?.close();
    watchers.delete(key);
    clearTimeout(timers.get(key));
    timers.delete(key);
  }

  function changed(folder: T): void {
    clearTimeout(timers.get(folder.key));
    timers.set(folder.key, setTimeout(() => onChange(folder), quietMilliseconds).unref());
  }

  async function open(folder: T): Promise<void> {
    const path = await realpath(folder.path).catch(() => null);
    if (path === null || watchers.has(folder.key)) return;
    const watcher = watch(path, { recursive: true, persistent: false }, () => changed(folder));
    watcher.on('error', () => stop(folder.key));
    watchers.set(folder.key, watcher);
  }

  return {
    async watch(folders) {
      const wanted = new Set(folders.map(({ key }) => key));
      for (const key of watchers.keys()) if (!wanted.has(key)) stop(key);
      for (const folder of folders) if (!watchers.has(folder.key)) await open(folder);
    },
    close() {
      for (const key of [...watchers.keys()]) stop(key);
    },
  };
}
