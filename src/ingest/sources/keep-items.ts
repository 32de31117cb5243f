import type { DocumentId } from '../../domain/ids.ts';
import { RunLost } from './run-record.ts';
import type { Sync } from './sync-source.ts';
import type { TakenIn } from './take-in.ts';

/** So many items are kept by one transaction; after a crash as many are fetched again, and found unchanged. */
const keptAtOnce = 16;

export interface KeepItems {
  /** Throws RunLost. */
  add(taken: TakenIn): Promise<void>;
  flush(): Promise<void>;
  /** After RunLost: when the source is gone, what was added after it went goes too. */
  takeBack(): Promise<void>;
}

/** Keeps what a run took in, a few documents at a time, with the counts. */
export function createKeepItems({ run, deps, record }: Sync): KeepItems {
  const waiting: TakenIn[] = [];
  let saving: Promise<void> = Promise.resolve();

  async function save(): Promise<void> {
    const taken = [...waiting];
    const items = taken.map(({ item }) => item);
    if (!(await deps.runs.save(run, items, record.progress()))) throw new RunLost();
    waiting.splice(0, taken.length);
  }

  const flush = async () => {
    saving = saving.then(save);
    await saving;
  };

  return {
    flush,
    async add(taken) {
      waiting.push(taken);
      record.count(taken.outcome, taken.item.externalId);
      if (waiting.length >= keptAtOnce) await flush();
    },
    async takeBack() {
      if ((await deps.sources.opening(run.tenantId, run.sourceId)) !== null) return;
      const added = waiting.flatMap(({ item, outcome }): DocumentId[] =>
        outcome === 'added' ? [item.documentId] : [],
      );
      await deps.documents.remove(run.tenantId, added);
    },
  };
}
