import type { JobId, RunId, SourceId } from './ids.ts';
import type { SourceSettings } from './source-settings.ts';

/** `needs-confirmation`: more documents are gone than may be removed without asking; everything else is in step. */
export const runStates = ['queued', 'running', 'finished', 'failed', 'needs-confirmation', 'stopped'] as const;
export type RunState = (typeof runStates)[number];

export const runTriggers = ['asked', 'schedule', 'change', 'confirmation'] as const;
export type RunTrigger = (typeof runTriggers)[number];

/** Of a run; `unchanged` and `failed` count anew when it is taken up again. */
export interface RunCounts {
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
  readonly unchanged: number;
  readonly failed: number;
}

export const noCounts: RunCounts = { added: 0, changed: 0, removed: 0, unchanged: 0, failed: 0 };

/** One document that could not be fetched; it stays as it was. */
export interface RunError {
  readonly externalId: string;
  readonly code: string;
  readonly detail: string;
}

/** External ids, the first 100 of each kind. */
export interface RunChanges {
  readonly added: readonly string[];
  readonly changed: readonly string[];
  readonly removed: readonly string[];
}

/** One look at a source. Times are ISO 8601, UTC. */
export interface SourceRun extends RunCounts {
  readonly id: RunId;
  readonly state: RunState;
  readonly trigger: RunTrigger;
  /** Nothing is written; the counts say what would be. */
  readonly dryRun: boolean;
  /** Of the documents that it brought; null while there are none. */
  readonly jobId: JobId | null;
  readonly changes: RunChanges;
  /** Documents that are gone at the source and stay until the run is confirmed. */
  readonly missing: number;
  /** The first 100; `failed` counts all. */
  readonly errors: readonly RunError[];
  /** Why it failed, waits or removed nothing; null when there is nothing to say. */
  readonly detail: string | null;
  readonly createdAt: string;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
}

/** A place outside from which documents come, and with which they stay in step. */
export interface Source {
  readonly id: SourceId;
  /** Unique in the tenant; its documents carry it as `source`. */
  readonly name: string;
  readonly settings: SourceSettings;
  readonly hasCredentials: boolean;
  /** The export that was uploaded last. */
  readonly upload: { readonly fileName: string; readonly size: number; readonly uploadedAt: string } | null;
  readonly acl: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
  /** Cron, in UTC; null: only when asked, or told of a change. */
  readonly schedule: string | null;
  /** Share of its documents that one run may remove without asking, in [0, 1]. */
  readonly removalLimit: number;
  readonly documents: number;
  readonly pausedAt: string | null;
  readonly nextRunAt: string | null;
  /** Seconds since the documents were last known to be as at the source; null: never. */
  readonly lagSeconds: number | null;
  readonly lastRun: SourceRun | null;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export const usualRemovalLimit = 0.2;
