import type { DocumentId, JobId, TenantId } from '../domain/ids.ts';
import type { Job, JobState } from '../domain/job.ts';
import type { Page } from './documents.ts';

export interface JobStore {
  get(tenant: TenantId, id: JobId): Promise<Job | null>;
  list(tenant: TenantId, options: { limit: number; cursor: string | null; state?: JobState }): Promise<Page<Job>>;
  /** Queued documents of the job are dropped; what is published stays. False when the job is over. */
  cancel(tenant: TenantId, id: JobId): Promise<boolean>;
  /** Queues the failed documents again, or the one named; returns how many. */
  retry(tenant: TenantId, id: JobId, document: DocumentId | null): Promise<number>;
  /** Documents of the job that still wait are not read until it goes on. False when none waits. */
  pause(tenant: TenantId, id: JobId): Promise<boolean>;
  /** False when the job is not paused. */
  resume(tenant: TenantId, id: JobId): Promise<boolean>;
}
