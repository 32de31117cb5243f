import type { RunResult } from '../../store/sources.ts';
import type { Sync } from './sync-source.ts';

const removedAtOnce = 500;

type Ending = Pick<RunResult, 'state' | 'missing' | 'detail' | 'cursor'>;

/**
 * Removes what is gone at the source. Never after a listing that was not whole; after one that was empty, or that lacks more than the
 * share that the source allows, only when somebody agreed to it.
 */
export async function removeGone(sync: Sync): Promise<Ending> {
  const { run, deps, record, listing } = sync;
  const gone = goneOf(sync);
  const { failed } = record.progress().counts;
  const ending: Ending = {
    ...{ state: 'finished', missing: 0, detail: listing?.complete === false ? listing.reason : null },
    // What failed is not forgotten: the next run asks from the same place again.
    cursor: failed === 0 && !run.dryRun ? sync.cursor : null,
  };
  const question = questionOf(sync, gone.length);
  if (question !== null && !run.dryRun) {
    record.missing(gone);
    return { state: 'needs-confirmation', missing: gone.length, detail: question, cursor: null };
  }
  for (let start = 0; start < gone.length; start += removedAtOnce) {
    const part = gone.slice(start, start + removedAtOnce);
    if (!run.dryRun) await deps.runs.removeItems(run, part);
    for (const externalId of part) record.count('removed', externalId);
  }
  return { ...ending, detail: ending.detail ?? question };
}

function goneOf({ known, seen, gone, listing }: Sync): string[] {
  const missing = listing?.complete ? [...known.keys()] : [...gone];
  return missing.filter((externalId) => !seen.has(externalId)).sort();
}

/** Why so many may not go without asking; null when they may. */
function questionOf({ run, known, seen, listing }: Sync, missing: number): string | null {
  const isEmpty = listing !== null && seen.size === 0;
  const isFew = missing <= run.removalLimit * known.size && !isEmpty;
  if (missing === 0 || isFew || missing <= run.allowedRemovals) return null;
  if (isEmpty) return `The source lists nothing; ${missing} documents would be removed.`;
  const share = Math.round((100 * missing) / known.size);
  return `${missing} of ${known.size} documents (${share} %) are gone at the source, more than are removed without asking.`;
}
