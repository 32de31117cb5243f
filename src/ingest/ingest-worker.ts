import { setTimeout as pause } from 'node:timers/promises';
import type { Properties } from '../domain/document.ts';
import { AppError } from '../domain/errors.ts';
import { passageId } from '../domain/ids.ts';
import type { ParseQuality } from '../domain/parse-quality.ts';
import type { DocumentStore, PreparedPassage, PreparedVersion, QueuedVersion } from '../store/documents.ts';
import type { ObjectStore } from '../store/objects.ts';
import { createWakeUp } from './wake-up.ts';

/** What reading a file gives, before its passages have ids. */
export interface ReadDocument {
  readonly title: string;
  readonly language: string | null;
  readonly content: string;
  readonly quality: ParseQuality;
  readonly properties: Properties;
  readonly passages: readonly Omit<PreparedPassage, 'id'>[];
}

export interface DocumentReader {
  /** `title` and `language` are the sender's and go before those of the file. */
  read(
    file: { bytes: Uint8Array; fileName: string; mediaType: string; title: string | null; language: string | null },
    signal: AbortSignal,
  ): Promise<ReadDocument>;
}

type VersionName = Pick<QueuedVersion, 'tenantId' | 'jobId' | 'documentId' | 'version'>;

interface IngestLog {
  warn(fields: object, message: string): void;
}

interface IngestWorkerDeps {
  readonly documents: Pick<DocumentStore, 'claim' | 'releaseClaims' | 'publish' | 'fail' | 'sweep'>;
  readonly objects: Pick<ObjectStore, 'get'>;
  readonly reader: DocumentReader;
  /** Runs before a version is published; with PUBLISH_WAITS_FOR=dense it embeds the passages. */
  readonly beforePublish: (version: PreparedVersion, signal: AbortSignal) => Promise<void>;
  readonly onPublished: (versions: readonly PreparedVersion[]) => void;
  /** Called when nothing has been queued for a while. */
  readonly onIdle: () => void;
  readonly log: IngestLog;
}

export interface IngestWorker {
  start(): void;
  /** Tells that something was queued. */
  wake(): void;
  /** True while queued documents are being read. */
  busy(): boolean;
  stop(): Promise<void>;
}

/** Documents that are claimed, read and published together; one transaction publishes them. */
const batchSize = 16;
/** Longer than any document may take; a crashed process's claims are free again after it. */
const leaseSeconds = 300;
const retryMilliseconds = 2_000;
/** Documents of a folder arrive one by one; only after this pause is their reading over. */
const lullMilliseconds = 500;
const gatherMilliseconds = 100;
/** Another process may queue work on a shared database. */
const pollMilliseconds = 5_000;
const sweepSize = 50;

/** Takes queued versions through read and publish, until it is stopped. Every stage may run twice without harm. */
export function createIngestWorker(deps: IngestWorkerDeps): IngestWorker {
  const stopping = new AbortController();
  const wakeUp = createWakeUp(stopping.signal);
  let working = false;
  let loop: Promise<void> = Promise.resolve();

  async function run(): Promise<void> {
    let publishing: Promise<void> = Promise.resolve();
    while (!stopping.signal.aborted) {
      try {
        const claimed = await deps.documents.claim(batchSize, leaseSeconds);
        if (claimed.length === 0) {
          await publishing;
          await rest();
          continue;
        }
        working = true;
        const prepared = await Promise.all(claimed.map((version) => prepare(version)));
        await publishing;
        publishing = publish(prepared.filter((version) => version !== null));
        publishing.catch(() => {});
        // Documents that arrive one by one are gathered, so that one transaction publishes several.
        if (claimed.length < batchSize) await pause(gatherMilliseconds);
      } catch (error) {
        if (stopping.signal.aborted) break;
        deps.log.warn({ err: error }, 'ingest waits and tries again');
        await deps.documents.releaseClaims().catch(() => {});
        await wakeUp.wait(retryMilliseconds);
      }
    }
    working = false;
    await publishing.catch((error) => deps.log.warn({ err: error }, 'the last documents stay queued'));
  }

  /** Nothing is queued: after a lull others may work, and what no version needs is swept. */
  async function rest(): Promise<void> {
    if (await wakeUp.wait(lullMilliseconds)) return;
    if (working) deps.onIdle();
    working = false;
    if ((await deps.documents.sweep(sweepSize)) === 0) await wakeUp.wait(pollMilliseconds);
  }

  /** Null when the document cannot be read: it is marked as failed and harms no other. */
  async function prepare(queued: QueuedVersion): Promise<PreparedVersion | null> {
    try {
      const { contentHash, ...file } = queued.document;
      const bytes = await deps.objects.get(contentHash);
      const read = await deps.reader.read({ ...file, bytes }, stopping.signal);
      const version = toPrepared(queued, read);
      await deps.beforePublish(version, stopping.signal);
      return version;
    } catch (error) {
      await failUnlessPassing(queued, error);
      return null;
    }
  }

  async function failUnlessPassing(version: VersionName, error: unknown): Promise<void> {
    const reason = AppError.from(error);
    if (stopping.signal.aborted || isPassing(reason)) throw reason;
    if (reason.code === 'INTERNAL') deps.log.warn({ err: error, documentId: version.documentId }, 'a document failed');
    await deps.documents.fail(version, { code: reason.code, detail: reason.detail });
  }

  async function publish(versions: readonly PreparedVersion[]): Promise<void> {
    for (const group of Map.groupBy(versions, (version) => version.tenantId).values()) {
      try {
        await deps.documents.publish(group);
      } catch (error) {
        if (isPassing(AppError.from(error))) throw error;
        for (const version of group)
          await deps.documents.publish([version]).catch((reason) => failUnlessPassing(version, reason));
      }
      deps.onPublished(group);
    }
  }

  return {
    start() {
      loop = deps.documents
        .releaseClaims()
        .catch((error) => deps.log.warn({ err: error }, 'claims of an earlier run could not be released'))
        .then(run);
    },
    wake() {
      working = true;
      wakeUp.wake();
    },
    busy: () => working,
    async stop() {
      stopping.abort(new AppError('SERVER_STOPPING', 'The server is stopping.'));
      await loop;
    },
  };
}

/** Faults of the surroundings, not of the document: it waits and is tried again. */
function isPassing(reason: AppError): boolean {
  return [
    'DATABASE_UNAVAILABLE',
    'STORAGE_FULL',
    'MODEL_UNAVAILABLE',
    'MODEL_RATE_LIMITED',
    'DEADLINE_EXCEEDED',
  ].includes(reason.code);
}

function toPrepared(queued: QueuedVersion, read: ReadDocument): PreparedVersion {
  const { tenantId, jobId, documentId, version } = queued;
  return {
    tenantId,
    jobId,
    documentId,
    version,
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
