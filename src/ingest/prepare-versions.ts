import type { Properties } from '../domain/document.ts';
import { AppError } from '../domain/errors.ts';
import { passageId } from '../domain/ids.ts';
import type { ParseQuality } from '../domain/parse-quality.ts';
import { isPassing } from '../domain/passing-faults.ts';
import {
  type DocumentStore,
  type PreparedPassage,
  type PreparedVersion,
  type QueuedVersion,
  suspectAttempts,
  type VersionName,
} from '../store/documents.ts';
import type { ObjectStore } from '../store/objects.ts';
import { type HeldClaims, holdClaims } from './hold-claims.ts';

/** What reading a file gives, before its passages have ids. */
export interface ReadDocument {
  readonly title: string;
  readonly language: string | null;
  readonly content: string;
  readonly quality: ParseQuality;
  readonly properties: Properties;
  readonly passages: readonly Omit<PreparedPassage, 'id'>[];
}

/** `title` and `language` are the sender's and go before those of the file. */
interface FileToRead {
  readonly bytes: Uint8Array;
  readonly fileName: string;
  readonly mediaType: string;
  readonly title: string | null;
  readonly language: string | null;
  /** It may end the process that reads it. */
  readonly isSuspect?: boolean;
}

export interface DocumentReader {
  read(file: FileToRead, signal: AbortSignal): Promise<ReadDocument>;
}

interface PrepareDeps {
  readonly documents: Pick<DocumentStore, 'renew' | 'fail' | 'markReading'>;
  readonly objects: Pick<ObjectStore, 'get'>;
  readonly reader: DocumentReader;
  readonly beforePublish: (version: PreparedVersion, signal: AbortSignal) => Promise<void>;
  readonly log: { warn(fields: object, message: string): void };
  readonly leaseSeconds: number;
  readonly stopping: AbortSignal;
}

/**
 * A suspect is read in a process of its own. If this one ends all the same while it is, so often that no chance explains it, the file is not tried
 * again: where many are killed every few seconds, one and the same was met four times.
 */
const attemptsMax = 20;

/** The stages of claimed versions before they are published: load, parse, chunk, and embed where publishing waits for it. */
export function createPrepareVersions({
  documents,
  objects,
  reader,
  beforePublish,
  log,
  leaseSeconds,
  stopping,
}: PrepareDeps) {
  /** `onEnded` is told after each version how many are left. */
  async function prepareVersions(
    claimed: readonly QueuedVersion[],
    onEnded: (left: number) => void,
  ): Promise<PreparedVersion[]> {
    let left = claimed.length;
    const claims = holdClaims(claimed, { documents, leaseSeconds, stopping });
    try {
      const prepared = await Promise.all(
        claimed.map((version) => prepare(version, claims).finally(() => onEnded(--left))),
      );
      return prepared.filter((version) => version !== null);
    } finally {
      claims.end();
    }
  }

  /** Null when the document cannot be read: it is marked as failed and harms no other. Null too when nobody wants it any more. */
  async function prepare(queued: QueuedVersion, claims: HeldClaims): Promise<PreparedVersion | null> {
    const signal = claims.signalOf(queued);
    try {
      if (queued.attempts >= attemptsMax) throw endedTheProcess();
      const { contentHash, ...details } = queued.document;
      const file = { ...details, bytes: await objects.get(contentHash) };
      const isSuspect = queued.attempts >= suspectAttempts;
      const read = await (isSuspect ? readSuspect(queued, file, signal) : reader.read(file, signal));
      const version = toPrepared(queued, read);
      await beforePublish(version, signal);
      return version;
    } catch (error) {
      if (signal.aborted && !stopping.aborted) return null;
      await failVersion(queued, error);
      return null;
    }
  }

  /** It is noted while it lasts: a process that is killed at another moment speaks against no file. */
  async function readSuspect(queued: QueuedVersion, file: FileToRead, signal: AbortSignal): Promise<ReadDocument> {
    await documents.markReading(queued, true);
    try {
      return await reader.read({ ...file, isSuspect: true }, signal);
    } finally {
      await documents.markReading(queued, false);
    }
  }

  async function failVersion(version: VersionName, error: unknown): Promise<void> {
    const reason = AppError.from(error);
    if (stopping.aborted || isPassing(reason)) throw reason;
    if (reason.code === 'INTERNAL') log.warn({ err: error, documentId: version.documentId }, 'a document failed');
    await documents.fail(version, { code: reason.code, detail: reason.detail });
  }

  return { prepareVersions, failVersion };
}

function endedTheProcess(): AppError {
  return new AppError(
    'FILE_SUSPICIOUS',
    `The server ended each of the ${attemptsMax - suspectAttempts} times that it was reading this file.`,
  );
}

function toPrepared(queued: QueuedVersion, read: ReadDocument): PreparedVersion {
  const { tenantId, jobId, documentId, version } = queued;
  return {
    ...{ tenantId, jobId, documentId, version },
    title: read.title,
    language: read.language,
    content: read.content,
    quality: read.quality,
    properties: read.properties,
    passages: read.passages.map((passage) => ({
      ...passage,
      id: passageId(tenantId, documentId, version, passage.ordinal),
    })),
  };
}
