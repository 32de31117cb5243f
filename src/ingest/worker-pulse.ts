import { AppError } from '../domain/errors.ts';
import { allWork, type WorkerFault, type WorkerStore, type WorkShare } from '../store/workers.ts';

const beatMilliseconds = 5_000;

/** Shows other processes and readers of jobs that this process works, and what stands in its way. */
export interface WorkerPulse {
  /** The first beat; later ones follow by themselves. */
  start(): void;
  /** The part of the texts that this process embeds, as of the last beat. */
  share(): WorkShare;
  /** Null when the queue moves again. */
  report(queue: 'reading' | 'embedding', fault: unknown): void;
  stop(): Promise<void>;
}

interface WorkerPulseDeps {
  readonly workers: Pick<WorkerStore, 'beat' | 'leave'>;
  readonly now: () => Date;
  readonly log: { warn(fields: object, message: string): void };
}

export function createWorkerPulse({ workers, now, log }: WorkerPulseDeps): WorkerPulse {
  const faults: { reading: WorkerFault | null; embedding: WorkerFault | null } = { reading: null, embedding: null };
  let share = allWork;
  let timer: NodeJS.Timeout | null = null;
  let beating: Promise<void> = Promise.resolve();
  let isStopped = false;

  /** One after the other: a slow database does not make them pile up. */
  function beat(): void {
    if (timer) clearTimeout(timer);
    beating = beating
      .then(async () => {
        share = await workers.beat(faults);
      })
      .catch((error: unknown) => log.warn({ err: error }, 'this process could not tell that it works'))
      .then(() => {
        if (!isStopped) timer = setTimeout(beat, beatMilliseconds).unref();
      });
  }

  return {
    start: beat,
    share: () => share,
    report(queue, fault) {
      const before = faults[queue];
      if (fault === null && before === null) return;
      const reason = fault === null ? null : AppError.from(fault);
      faults[queue] = reason && {
        code: reason.code,
        detail: reason.detail,
        since: before?.since ?? now().toISOString(),
      };
      if (before?.code !== faults[queue]?.code && !isStopped) beat();
    },
    async stop() {
      isStopped = true;
      if (timer) clearTimeout(timer);
      await beating;
      await workers.leave().catch(() => {});
    },
  };
}
