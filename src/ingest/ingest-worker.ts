import { setTimeout as pause } from 'node:timers/promises';
import { AppError } from '../domain/errors.ts';
import { isPassing } from '../domain/passing-faults.ts';
import type { DocumentStore, PreparedVersion, QueuedVersion } from '../store/documents.ts';
import type { ObjectStore } from '../store/objects.ts';
import { questionsAtOnce } from '../store/questions.ts';
import { createClaims } from './claim-batches.ts';
import { createPrepareVersions, type DocumentReader } from './prepare-versions.ts';
import { createBackoff } from './retry-backoff.ts';
import { createWakeUp } from './wake-up.ts';

interface IngestLog {
  warn(fields: object, message: string): void;
}

interface IngestWorkerDeps {
  readonly documents: Pick<
    DocumentStore,
    'claim' | 'renew' | 'markReading' | 'returnClaims' | 'releaseClaims' | 'publish' | 'fail'
  >;
  readonly objects: Pick<ObjectStore, 'get'>;
  readonly reader: DocumentReader;
  /** Runs before a version is published; with PUBLISH_WAITS_FOR=dense it embeds the passages. */
  readonly beforePublish: (version: PreparedVersion, signal: AbortSignal) => Promise<void>;
  readonly onPublished: (versions: readonly PreparedVersion[]) => void;
  /** Called when nothing has been queued for a while. */
  readonly onIdle: () => void;
  /** Told what stands in the way of the whole queue, and null when it moves again. */
  readonly onFault: (fault: unknown) => void;
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

/** What was claimed together, and its publishing. */
interface PublishedBatch {
  readonly claimed: readonly QueuedVersion[];
  readonly published: Promise<void>;
}

/** Documents that are claimed and read together. */
const batchSize = 16;
/** So many batches are published, or wait for it, while the next one is read: some take long to read, others to write. */
const batchesPublishing = 2;
/** Published by one transaction, unless one document has more: with one connection, questions wait meanwhile. */
const passagesTogether = 150;
/** And so many while this process is asked, which it is until nobody has asked for so long; */
const passagesWhileAsked = 50;
const askedMilliseconds = 10_000;
/** but more questions at once wait for each other anyway, and larger groups leave them more of the database. */
const fewQuestions = 2;
/** When so many of a batch are still to be read, the next one is claimed: the reader is not to wait for it. */
const fewLeft = 6;
/** Renewed every two seconds while a batch is read. */
const leaseSeconds = 300;
/** Documents of a folder arrive one by one; only after this pause is their reading over. */
const lullMilliseconds = 500;
const gatherMilliseconds = 100;
/** Another process may queue work on a shared database. */
const pollMilliseconds = 5_000;

/** Takes queued versions through read and publish, until it is stopped. Every stage may run twice without harm. */
export function createIngestWorker(deps: IngestWorkerDeps): IngestWorker {
  const stopping = new AbortController();
  const wakeUp = createWakeUp(stopping.signal);
  const { prepareVersions, failVersion } = createPrepareVersions({ ...deps, leaseSeconds, stopping: stopping.signal });
  const claims = createClaims({ ...deps, batchSize, leaseSeconds });
  let working = false;
  let loop: Promise<void> = Promise.resolve();

  async function run(): Promise<void> {
    /** In order; a later batch is published only if those before it were. */
    let batches: readonly PublishedBatch[] = [];
    let claimed: readonly QueuedVersion[] = [];
    const backoff = createBackoff();
    while (!stopping.signal.aborted) {
      try {
        claimed = [];
        claimed = await claims.next();
        if (claimed.length === 0) {
          await batches.at(-1)?.published;
          await rest();
          continue;
        }
        working = true;
        const isFull = claimed.length === batchSize;
        const prepared = await prepareVersions(claimed, (left) => {
          if (isFull && left === fewLeft && !stopping.signal.aborted) claims.begin();
        });
        if (batches.length === batchesPublishing) await batches[0]?.published;
        const published = (batches.at(-1)?.published ?? Promise.resolve()).then(() => publish(prepared));
        published.catch(() => {});
        batches = [...batches, { claimed, published }].slice(-batchesPublishing);
        deps.onFault(null);
        backoff.reset();
        // Documents that arrive one by one are gathered, so that one transaction publishes several.
        if (!isFull) await pause(gatherMilliseconds);
      } catch (error) {
        if (stopping.signal.aborted) break;
        deps.log.warn({ err: error }, 'ingest waits and tries again');
        deps.onFault(error);
        await batches.at(-1)?.published.catch(() => {});
        await claims.giveBack([...batches.flatMap((batch) => batch.claimed), ...claimed]);
        // What went wrong was told; the next batch must not meet it again.
        batches = [];
        await wakeUp.wait(backoff.after(error));
      }
    }
    working = false;
    await batches.at(-1)?.published.catch((error) => deps.log.warn({ err: error }, 'the last documents stay queued'));
    await claims.giveBack([...batches.flatMap((batch) => batch.claimed), ...claimed]);
  }

  /** Nothing is queued: after a lull others may work. */
  async function rest(): Promise<void> {
    if (await wakeUp.wait(lullMilliseconds)) return;
    if (working) deps.onIdle();
    working = false;
    await wakeUp.wait(pollMilliseconds);
  }

  async function publish(versions: readonly PreparedVersion[]): Promise<void> {
    for (const group of toTransactions(versions)) {
      try {
        await deps.documents.publish(group);
      } catch (error) {
        if (isPassing(AppError.from(error))) throw error;
        for (const version of group)
          await deps.documents.publish([version]).catch((reason) => failVersion(version, reason));
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

/** Versions of one tenant each, in order, with a bounded number of passages. */
function* toTransactions(versions: readonly PreparedVersion[]): Generator<PreparedVersion[]> {
  for (const group of Map.groupBy(versions, (version) => version.tenantId).values()) {
    let together: PreparedVersion[] = [];
    let passages = 0;
    for (const version of group) {
      passages += version.passages.length;
      if (together.length > 0 && passages > mostTogether()) {
        yield together;
        together = [];
        passages = version.passages.length;
      }
      together.push(version);
    }
    yield together;
  }
}

function mostTogether(): number {
  const questions = questionsAtOnce(askedMilliseconds);
  return questions > 0 && questions <= fewQuestions ? passagesWhileAsked : passagesTogether;
}
