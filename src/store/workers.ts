/** Why a queue of a process stands still; it goes on by itself. */
export interface WorkerFault {
  /** An error code. */
  readonly code: string;
  readonly detail: string;
  /** ISO 8601, UTC. */
  readonly since: string;
}

export interface WorkerFaults {
  readonly reading: WorkerFault | null;
  readonly embedding: WorkerFault | null;
}

/** The part of the texts that a process embeds: of `of` parts the one with the number `place`, counted from 0. */
export interface WorkShare {
  readonly place: number;
  readonly of: number;
}

export const allWork: WorkShare = { place: 0, of: 1 };

/** A process that reads and embeds. Times are ISO 8601, UTC. */
export interface Worker extends WorkerFaults {
  readonly name: string;
  readonly startedAt: string;
  readonly seenAt: string;
}

/** The processes that work on one database. */
export interface WorkerStore {
  /** Tells that this process lives and how its queues are; frees what processes that fell silent had claimed. Resolves to its share. */
  beat(faults: WorkerFaults): Promise<WorkShare>;
  /** This process ends: its share goes to the others at once. */
  leave(): Promise<void>;
  /** Those that live, by name. */
  list(): Promise<Worker[]>;
  /** Documents of all tenants that wait to be read or are being read, and for how long the first of them has; 0 when none does. */
  backlog(): Promise<{ readonly documents: number; readonly oldestSeconds: number }>;
}
