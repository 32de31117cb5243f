import type { DocumentId, JobId } from './ids.ts';

/** `paused`: its documents keep their places, and none is read until it goes on. */
export const jobStates = ['running', 'paused', 'finished', 'failed', 'cancelled'] as const;
export type JobState = (typeof jobStates)[number];

/** `lexical`: documents are being read and made searchable by words; `dense`: their vectors follow; `done`: nothing waits. */
export const jobStages = ['lexical', 'dense', 'done'] as const;
export type JobStage = (typeof jobStages)[number];

/** One document that failed, with its reason. */
export interface JobFailure {
  readonly documentId: DocumentId;
  readonly externalId: string;
  readonly title: string;
  readonly code: string;
  readonly detail: string;
}

/** A request to ingest documents, as `GET /v1/jobs/{id}` reports it. Counts are documents unless said. */
export interface Job {
  readonly id: JobId;
  readonly state: JobState;
  readonly stage: JobStage;
  readonly done: number;
  readonly failed: number;
  readonly total: number;
  /** Passages of this job's documents, and how many of them have their vector. */
  readonly passages: number;
  readonly passagesEmbedded: number;
  /** Tokens embedded for this job so far, an estimate; null in lists. Texts that had their vector before cost nothing. */
  readonly tokensEmbedded: number | null;
  /** US dollars for these tokens; null in lists, and where the price is not known. */
  readonly embeddingCost: number | null;
  /** Documents of other jobs that are read before this one's next. */
  readonly queuePosition: number;
  /** Seconds until the current stage ends at the rate so far; null until a rate is known, and while the job waits for something. */
  readonly etaSeconds: number | null;
  /** Documents read and passages embedded a second of late, in this tenant; null until there are a few. */
  readonly documentsPerSecond: number | null;
  readonly passagesPerSecond: number | null;
  /** What stands in the way of all documents, such as an embedder that does not answer; it goes on by itself. */
  readonly waitingFor: { readonly code: string; readonly detail: string; readonly since: string } | null;
  /** The first 100 failures; `failed` counts all. */
  readonly failures: readonly JobFailure[];
  readonly createdAt: string;
  readonly updatedAt: string;
}
