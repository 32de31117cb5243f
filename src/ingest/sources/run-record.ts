import { AppError } from '../../domain/errors.ts';
import type { JobId } from '../../domain/ids.ts';
import type { RunChanges, RunCounts, RunError } from '../../domain/source.ts';
import type { ClaimedRun, RunProgress } from '../../store/sources.ts';

const listed = 100;

/** What is known of a run so far. Taken up again, it counts on; what is only looked at is counted anew. */
export interface RunRecord {
  jobId: JobId | null;
  count(outcome: keyof RunCounts, externalId: string): void;
  /** Of a document that stays as it was. */
  failed(externalId: string, error: AppError): void;
  /** Documents that would be removed, once somebody agrees. */
  missing(externalIds: Iterable<string>): void;
  progress(): RunProgress;
}

export function createRunRecord(run: ClaimedRun): RunRecord {
  const counts: { -readonly [K in keyof RunCounts]: number } = { ...run.counts, unchanged: 0, failed: 0 };
  if (run.dryRun) counts.added = counts.changed = counts.removed = 0;
  const names = (of: keyof RunChanges) => (run.dryRun ? [] : [...run.changes[of]]);
  const changes = { added: names('added'), changed: names('changed'), removed: names('removed') };
  const errors: RunError[] = [];
  return {
    jobId: run.jobId,
    count(outcome, externalId) {
      counts[outcome] += 1;
      if (outcome === 'unchanged' || outcome === 'failed' || changes[outcome].length >= listed) return;
      changes[outcome].push(externalId);
    },
    failed(externalId, { code, detail }) {
      counts.failed += 1;
      if (errors.length < listed) errors.push({ externalId, code, detail });
    },
    missing(externalIds) {
      changes.removed = [...externalIds].slice(0, listed);
    },
    progress() {
      return { counts: { ...counts }, changes: structuredClone(changes), jobId: this.jobId, errors: [...errors] };
    },
  };
}

/** The run belongs to another process, or its source is gone: nothing more of it may be written. */
export class RunLost extends AppError {
  constructor() {
    super('CONFLICT', 'The run is not wanted any more.');
  }
}
