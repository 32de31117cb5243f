import type { TenantId } from '../domain/ids.ts';
import type { DocumentStore } from '../store/documents.ts';
import type { ObjectStore } from '../store/objects.ts';
import type { PurgeStore } from '../store/purges.ts';
import type { RetentionStore } from '../store/retention.ts';

interface PurgeDeps {
  readonly documents: Pick<DocumentStore, 'sweep'>;
  readonly purges: PurgeStore;
  readonly retention: RetentionStore;
  readonly objects: Pick<ObjectStore, 'remove'>;
  /** Takes what is gone out of the index. */
  readonly refreshIndex: (tenant: TenantId) => Promise<void>;
  /** Drops what this process keeps of a tenant's answers; resolves to how many. */
  readonly forget: (tenant: TenantId) => number;
  readonly log: { warn(fields: object, message: string): void };
}

const roundMilliseconds = 5_000;
/** What is kept for days may stay for some minutes longer. */
const retentionMilliseconds = 600_000;
const atOnce = 50;

export interface Purger {
  start(): void;
  /** One round, at once. Throws what stands in its way. */
  purge(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Removes what was kept for long enough, and follows removals to their end, beside everything else: rows, raw files, index, kept answers,
 * then the receipt. Each step may run twice
 * and in several processes.
 */
export function createPurger(deps: PurgeDeps): Purger {
  const stopping = new AbortController();
  let timer: NodeJS.Timeout | null = null;
  let round: Promise<void> = Promise.resolve();
  let nextRetention = 0;

  async function purge(): Promise<void> {
    if (performance.now() >= nextRetention) {
      while (!stopping.signal.aborted && (await deps.retention.removeExpired(atOnce)) > 0);
      nextRetention = performance.now() + retentionMilliseconds;
    }
    while (!stopping.signal.aborted && (await deps.documents.sweep(atOnce)) > 0);
    await removeObjects();
    for (const document of await deps.purges.finished(atOnce)) {
      if (stopping.signal.aborted) return;
      await deps.refreshIndex(document.tenantId);
      await deps.purges.writeReceipt(document, { caches: deps.forget(document.tenantId) });
    }
  }

  async function removeObjects(): Promise<void> {
    for (;;) {
      const hashes = await deps.purges.claimObjects(atOnce);
      if (hashes.length === 0) return;
      for (const hash of hashes) {
        await deps.objects.remove(hash);
        await deps.purges.objectRemoved(hash);
      }
    }
  }

  function run(): void {
    round = purge()
      .catch((error: unknown) => {
        if (!stopping.signal.aborted) deps.log.warn({ err: error }, 'purging waits and tries again');
      })
      .finally(() => {
        if (!stopping.signal.aborted) timer = setTimeout(run, roundMilliseconds).unref();
      });
  }

  return {
    start: run,
    purge,
    async stop() {
      stopping.abort();
      if (timer) clearTimeout(timer);
      await round;
    },
  };
}
