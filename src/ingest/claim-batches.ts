import { type DocumentStore, type QueuedVersion, suspectAttempts } from '../store/documents.ts';

/** Batches of queued versions for one worker. */
export interface Claims {
  /** A batch, or a suspect alone, so that others do not end with it. Empty when nothing is queued. */
  next(): Promise<readonly QueuedVersion[]>;
  /** Begins to claim what `next` will give, so that the worker does not wait for it. */
  begin(): void;
  /** Gives these back, and all that this process claimed. Never throws: what cannot be given back now is before the next batch is claimed. */
  giveBack(versions: readonly QueuedVersion[]): Promise<void>;
}

interface ClaimOptions {
  readonly documents: Pick<DocumentStore, 'claim' | 'returnClaims' | 'releaseClaims'>;
  readonly batchSize: number;
  readonly leaseSeconds: number;
}

export function createClaims({ documents, batchSize, leaseSeconds }: ClaimOptions): Claims {
  let ahead: Promise<readonly QueuedVersion[]> | null = null;
  /** What a database that was away did not take back. */
  let owed: readonly QueuedVersion[] | null = null;

  async function settle(): Promise<void> {
    if (owed === null) return;
    await documents.returnClaims(owed);
    // A claim whose answer was lost is known to the database alone.
    await documents.releaseClaims();
    owed = null;
  }

  async function claim(): Promise<readonly QueuedVersion[]> {
    await settle();
    const claimed = await documents.claim(batchSize, leaseSeconds);
    const suspect = claimed.find(({ attempts }) => attempts >= suspectAttempts);
    if (!suspect) return claimed;
    await documents.returnClaims(claimed.filter((version) => version !== suspect));
    return [suspect];
  }

  function takeAhead(): Promise<readonly QueuedVersion[]> | null {
    const taken = ahead;
    ahead = null;
    return taken;
  }

  return {
    next: async () => await (takeAhead() ?? claim()),
    begin() {
      ahead ??= claim();
      // Its failure is met by whoever takes it.
      ahead.catch(() => {});
    },
    async giveBack(versions) {
      const more = (await takeAhead()?.catch(() => [])) ?? [];
      owed = [...(owed ?? []), ...versions, ...more];
      await settle().catch(() => {});
    },
  };
}
