import type { DocumentId, JobId, RunId, SourceId, TenantId } from '../domain/ids.ts';
import type { RunChanges, RunCounts, RunError, RunState, RunTrigger, Source, SourceRun } from '../domain/source.ts';
import type { SourceCredentials, SourceSettings } from '../domain/source-settings.ts';
import type { Page } from './documents.ts';

export interface NewSource {
  readonly name: string;
  readonly settings: SourceSettings;
  readonly credentials: SourceCredentials | null;
  readonly acl: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
  readonly schedule: string | null;
  readonly removalLimit: number;
}

/** What it takes to open a source. */
export interface SourceOpening extends Pick<NewSource, 'settings' | 'credentials'> {
  /** Its last upload, by its name in the object store. */
  readonly upload: { readonly hash: string; readonly fileName: string } | null;
}

/** What is left out stays as it is. */
export type SourceChange = Partial<Omit<NewSource, 'name'>>;

/** The sources of tenants, as those who set them up see them. */
export interface SourceStore {
  /** Throws CONFLICT for a name that is taken. */
  create(tenant: TenantId, source: NewSource): Promise<Source>;
  /** By name; `name` asks for that one alone. */
  list(tenant: TenantId, options: { limit: number; cursor: string | null; name?: string }): Promise<Page<Source>>;
  get(tenant: TenantId, id: SourceId): Promise<Source | null>;
  /** A new access list or new tags count for all documents of the source at once. Null when there is none. Throws CONFLICT for another kind. */
  change(tenant: TenantId, id: SourceId, change: SourceChange): Promise<Source | null>;
  /** A paused source is not looked at, and a run that is under way stops until it goes on. False when there is none. */
  setPaused(tenant: TenantId, id: SourceId, isPaused: boolean): Promise<boolean>;
  /** Takes the source away, with its documents or without. Null when there is none; else how many documents were removed. */
  remove(tenant: TenantId, id: SourceId, withDocuments: boolean): Promise<number | null>;
  /** What opens it, for the program alone; null when there is no such source. Throws CONFIGURATION_INVALID when no key opens its credentials. */
  opening(tenant: TenantId, id: SourceId): Promise<SourceOpening | null>;
  /** The export that counts from now on, in place of an earlier upload. Null when there is no such source. Throws CONFLICT while the same file is being removed. */
  setUpload(
    tenant: TenantId,
    id: SourceId,
    upload: { hash: string; fileName: string; size: number },
  ): Promise<Source | null>;
  /** Seals the credentials of all tenants that lie readable or under an earlier key; `unopened` are those that no key opens. */
  sealCredentials(): Promise<{ sealed: number; unopened: number }>;

  runs(tenant: TenantId, id: SourceId, options: { limit: number; cursor: string | null }): Promise<Page<SourceRun>>;
  /** Queues a run, or joins the one that waits already. Throws CONFLICT when the source is paused. Null when there is none. */
  queueRun(tenant: TenantId, id: SourceId, asked: AskedRun): Promise<SourceRun | null>;
  /** Queues a run that may remove as many documents as the last one missed. Throws CONFLICT when that asks for nothing. Null when there is none. */
  confirm(tenant: TenantId, id: SourceId): Promise<SourceRun | null>;
}

export interface AskedRun {
  readonly trigger: RunTrigger;
  readonly dryRun: boolean;
  /** External ids to look at; null: all. */
  readonly targets: readonly string[] | null;
}

/** A run that this process is to do, with what it needs beside what opens the source. */
export interface ClaimedRun {
  readonly tenantId: TenantId;
  readonly sourceId: SourceId;
  readonly id: RunId;
  readonly name: string;
  readonly acl: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
  readonly removalLimit: number;
  readonly cursor: string | null;
  readonly dryRun: boolean;
  readonly targets: readonly string[] | null;
  /** Documents that somebody agreed to lose. */
  readonly allowedRemovals: number;
  readonly jobId: JobId | null;
  readonly changes: RunChanges;
  readonly counts: RunCounts;
}

/** A document of the source that exists here. */
export interface SourceItem {
  readonly externalId: string;
  readonly documentId: DocumentId;
  readonly fingerprint: string;
  readonly memo: Readonly<Record<string, unknown>> | null;
}

export interface RunProgress {
  readonly counts: RunCounts;
  readonly changes: RunChanges;
  readonly jobId: JobId | null;
  readonly errors: readonly RunError[];
}

export interface RunResult extends RunProgress {
  readonly state: Exclude<RunState, 'queued' | 'running'>;
  readonly missing: number;
  readonly detail: string | null;
  /** Null: it stays. */
  readonly cursor: string | null;
}

/** The queue of runs: one process at a time does a run, and a source has one at a time. */
export interface SourceRunStore {
  /** Queues a run for each source whose time has come. `next` gives the time after now, or null for a schedule that never comes again. */
  queueDue(next: (schedule: string) => Date | null): Promise<number>;
  /** Takes up to `limit` runs for `leaseSeconds`; those of tenants that have fewest under way go first. */
  claim(limit: number, leaseSeconds: number): Promise<ClaimedRun[]>;
  /** Holds the runs longer; resolves to those that are still wanted. */
  renew(runs: readonly ClaimedRun[], leaseSeconds: number): Promise<RunId[]>;
  /** Gives runs back, with the reason for which they wait. */
  giveBack(runs: readonly ClaimedRun[], reason: string | null): Promise<void>;
  /** Gives back what this process held before it ended. */
  release(): Promise<void>;
  items(run: ClaimedRun): Promise<SourceItem[]>;
  /** Keeps what was done of a run. False when the run is not this process's any more: nothing was kept. */
  save(run: ClaimedRun, items: readonly SourceItem[], progress: RunProgress): Promise<boolean>;
  /** Removes documents of the source that are gone, at most those of the run's own source. Returns how many there were. */
  removeItems(run: ClaimedRun, externalIds: readonly string[]): Promise<number>;
  finish(run: ClaimedRun, result: RunResult): Promise<void>;
  /** Folders to watch, of all tenants. */
  watched(): Promise<{ tenantId: TenantId; sourceId: SourceId; path: string }[]>;
}
