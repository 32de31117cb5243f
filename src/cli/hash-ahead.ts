import { sha256 } from '../domain/sha256.ts';
import type { FoundFile, WalkEntry } from '../ingest/load/walk-folder.ts';

/** `hash`: SHA-256 of the file's bytes; null where they were not read, or could not be. */
export interface HashedEntry {
  readonly entry: WalkEntry;
  readonly hash: string | null;
}

const readsAtOnce = 8;

/**
 * The entries in their order, none before `listing` has ended; files that are found meanwhile are hashed, so that the two do not wait
 * for each other. Their bytes are not kept. Throws what `listing` throws.
 */
export async function* hashWhile(
  listing: Promise<unknown>,
  entries: AsyncIterable<WalkEntry>,
  onRead: (file: FoundFile) => void,
): AsyncGenerator<HashedEntry> {
  let isListed = false;
  const end = () => {
    isListed = true;
  };
  const listed = listing.then(end, end);
  let ahead: Promise<HashedEntry>[] = [];
  const reading = new Set<Promise<HashedEntry>>();
  for await (const entry of entries) {
    if (!isListed) {
      const hashed = hashOf(entry, onRead).finally(() => reading.delete(hashed));
      reading.add(hashed);
      ahead.push(hashed);
      if (reading.size >= readsAtOnce) await Promise.race([...reading, listed]);
      continue;
    }
    await listing;
    for (const hashed of ahead) yield await hashed;
    ahead = [];
    yield { entry, hash: null };
  }
  await listing;
  for (const hashed of ahead) yield await hashed;
}

/** A file that cannot be read is read again by whoever wants it, and told then. */
async function hashOf(entry: WalkEntry, onRead: (file: FoundFile) => void): Promise<HashedEntry> {
  if (entry.kind !== 'file') return { entry, hash: null };
  const bytes = await entry.read().catch(() => null);
  onRead(entry);
  return { entry, hash: bytes && sha256(bytes) };
}
