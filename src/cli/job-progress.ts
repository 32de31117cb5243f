import type { Job } from '../domain/job.ts';
import { hindranceOf } from './jobs.ts';
import { createEta, type Progress } from './progress.ts';

interface JobProgressOptions {
  /** Left out: documents are counted from now on. */
  readonly readingEta?: ReturnType<typeof createEta>;
  /** What to say while vectors are made. */
  readonly noteOnVectors?: string;
}

/** Shows where a job stands: documents until they are searchable, then passages until they have their vectors. */
export function createJobProgress(
  progress: Progress,
  { readingEta = createEta(), noteOnVectors = '' }: JobProgressOptions = {},
): (job: Job) => void {
  const vectorEta = createEta();
  return (job) => {
    const [label, done, total, eta, otherwise] =
      job.stage === 'lexical'
        ? (['searchable', job.done + job.failed, job.total, readingEta, ''] as const)
        : (['vectors', job.passagesEmbedded, job.passages, vectorEta, noteOnVectors] as const);
    const secondsLeft = eta(done, total);
    // What waits would take as long as it waits, which nobody knows.
    const etaSeconds = job.waitingFor || job.state === 'paused' ? null : secondsLeft;
    progress.show({ label, done, total, etaSeconds, note: hindranceOf(job) ?? otherwise });
  };
}
