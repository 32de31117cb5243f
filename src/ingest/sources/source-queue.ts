import { setTimeout as sleep } from 'node:timers/promises';
import { Cron } from 'croner';
import { AppError } from '../../domain/errors.ts';
import type { SourceId, TenantId } from '../../domain/ids.ts';
import type { ClaimedRun, SourceRunStore, SourceStore } from '../../store/sources.ts';
import { createBackoff } from '../retry-backoff.ts';
import { createWakeUp } from '../wake-up.ts';
import { mergeEach } from './merge-each.ts';
import { RunLost } from './run-record.ts';
import { allowedPath } from './source-folders.ts';
import { type SyncDeps, syncSource } from './sync-source.ts';
import { createFolderWatch } from './watch-folders.ts';

interface SourceQueueDeps extends Omit<SyncDeps, 'runs' | 'sources'> {
  readonly runs: SourceRunStore;
  readonly sources: Pick<SourceStore, 'opening' | 'queueRun'>;
  /** Only folders below these are watched. */
  readonly sourceFolders: readonly string[];
  readonly log: { warn(fields: object, message: string): void };
}

export interface SourceQueue {
  start(): void;
  /** Tells that a run was queued. */
  wake(): void;
  stop(): Promise<void>;
}

/** Sources that one process looks at, side by side. */
const runsAtOnce = 4;
const leaseSeconds = 30;
const renewMilliseconds = 10_000;
const pollMilliseconds = 5_000;

/** Queues what is due and does what is queued, until it is stopped. Several processes may do so on one database. */
export function createSourceQueue(deps: SourceQueueDeps): SourceQueue {
  const { runs, log } = deps;
  const stopping = new AbortController();
  const wakeUp = createWakeUp(stopping.signal);
  const held = new Map<ClaimedRun, AbortController>();
  const backoff = createBackoff();
  let loop: Promise<void> = Promise.resolve();

  const folders = createFolderWatch<{ key: string; path: string; tenantId: TenantId; sourceId: SourceId }>((folder) => {
    const asked = { trigger: 'change', dryRun: false, targets: null } as const;
    const queued = deps.sources.queueRun(folder.tenantId, folder.sourceId, asked);
    // A source that is gone or paused by now has nothing to look at.
    queued.then(wakeUp.wake).catch(() => {});
  });

  async function watchFolders(): Promise<void> {
    const watched = await runs.watched();
    const allowed = await Promise.all(
      watched.map(
        async (one) =>
          await allowedPath(one.path, deps.sourceFolders).then(
            () => one,
            () => null,
          ),
      ),
    );
    await folders.watch(allowed.flatMap((one) => (one ? [{ ...one, key: `${one.tenantId}/${one.sourceId}` }] : [])));
  }

  /** Runs as they come up. One is asked for at a time, where there is room for it. */
  async function* due(): AsyncGenerator<ClaimedRun> {
    while (!stopping.signal.aborted) {
      try {
        await runs.queueDue(nextTime);
        await watchFolders();
        const claimed = await runs.claim(1, leaseSeconds);
        yield* claimed;
        if (claimed.length === 0) await wakeUp.wait(pollMilliseconds);
      } catch (error) {
        if (stopping.signal.aborted) return;
        log.warn({ err: error }, 'sources wait and are tried again');
        await wakeUp.wait(backoff.after(error));
      }
    }
  }

  /** A run that does not end by itself goes back, and is taken up again by whoever comes first. */
  async function* hold(run: ClaimedRun): AsyncGenerator<void> {
    const unwanted = new AbortController();
    held.set(run, unwanted);
    try {
      for await (const _ of syncSource(run, deps, AbortSignal.any([unwanted.signal, stopping.signal]))) yield;
      backoff.reset();
    } catch (error) {
      const reason = AppError.from(error);
      if (reason.code === 'INTERNAL') log.warn({ err: error, run: run.id }, 'a source could not be looked at');
      const isFault = !stopping.signal.aborted && !(reason instanceof RunLost) && !unwanted.signal.aborted;
      if (isFault) await sleep(backoff.after(error), undefined, { signal: stopping.signal }).catch(() => {});
      await runs.giveBack([run], isFault ? `${reason.code}: ${reason.detail}` : null).catch(() => {});
    } finally {
      held.delete(run);
    }
  }

  async function renew(): Promise<void> {
    const wanted = new Set(await runs.renew([...held.keys()], leaseSeconds));
    for (const [run, unwanted] of held) if (!wanted.has(run.id)) unwanted.abort(new RunLost());
  }

  async function work(): Promise<void> {
    await runs.release().catch((error) => log.warn({ err: error }, 'runs of an earlier start could not be released'));
    // A database that is away is met again when the run is saved.
    const timer = setInterval(() => void renew().catch(() => {}), renewMilliseconds).unref();
    try {
      for await (const _ of mergeEach(due(), hold, runsAtOnce));
    } finally {
      clearInterval(timer);
      folders.close();
    }
  }

  return {
    start() {
      loop = work();
    },
    wake: wakeUp.wake,
    async stop() {
      stopping.abort(new AppError('SERVER_STOPPING', 'The server is stopping.'));
      await loop;
    },
  };
}

/** The next time of a schedule, in UTC. Null: it never comes again. */
export function nextTime(schedule: string): Date | null {
  return new Cron(schedule, { timezone: 'UTC' }).nextRun();
}

/** Whether it can be read as a schedule: five fields, as cron has them. */
export function isSchedule(schedule: string): boolean {
  try {
    return new Cron(schedule, { timezone: 'UTC', mode: '5-part' }).nextRun() !== null;
  } catch {
    return false;
  }
}
