import { AppError } from '../../domain/errors.ts';
import { isPassing } from '../../domain/passing-faults.ts';
import type { RunCounts } from '../../domain/source.ts';
import type { DocumentStore } from '../../store/documents.ts';
import type { ClaimedRun, RunResult, SourceItem, SourceRunStore, SourceStore } from '../../store/sources.ts';
import type { SubmitDocuments } from '../submit-document.ts';
import {
  type Connector,
  isUnlisted,
  type ListedDocument,
  type ListingEnd,
  type UnlistedDocument,
} from './connector.ts';
import { createKeepItems, type KeepItems } from './keep-items.ts';
import type { OpenConnector } from './open-connector.ts';
import { removeGone } from './remove-gone.ts';
import { createRunRecord, RunLost, type RunRecord } from './run-record.ts';
import { createTakeIn, type TakeIn } from './take-in.ts';

export interface SyncDeps {
  readonly runs: Pick<SourceRunStore, 'items' | 'save' | 'removeItems' | 'finish'>;
  readonly sources: Pick<SourceStore, 'opening'>;
  readonly documents: Pick<DocumentStore, 'remove'>;
  readonly submit: Pick<SubmitDocuments, 'submit'>;
  readonly openConnector: OpenConnector;
}

/** One run under way. */
export interface Sync {
  readonly run: ClaimedRun;
  readonly deps: SyncDeps;
  readonly connector: Connector;
  readonly record: RunRecord;
  readonly signal: AbortSignal;
  /** The documents that exist here, by external id. */
  readonly known: ReadonlyMap<string, SourceItem>;
  /** What the source has, or may have. */
  readonly seen: Set<string>;
  /** What the source says is gone. */
  readonly gone: Set<string>;
  /** Null: single documents were asked for, not a listing. */
  listing: ListingEnd | null;
  /** Where the source goes on from, when nothing failed. */
  cursor: string | null;
}

const lookedAtAtOnce = 4;

/**
 * Brings the documents of a source in step with it, and yields the counts as they grow. Everything may be done again: what was kept is
 * unchanged then. Ends the run itself, except when the surroundings fail (database, disk, store of raw files), the signal is aborted or
 * the run is lost, which it throws.
 */
export async function* syncSource(run: ClaimedRun, deps: SyncDeps, signal: AbortSignal): AsyncGenerator<RunCounts> {
  const record = createRunRecord(run);
  try {
    const opening = await deps.sources.opening(run.tenantId, run.sourceId);
    if (opening === null) throw new RunLost();
    await using connector = await deps.openConnector(opening, signal);
    const known = new Map((await deps.runs.items(run)).map((item) => [item.externalId, item]));
    const found = { seen: new Set<string>(), gone: new Set<string>(), listing: null, cursor: null };
    const sync: Sync = { run, deps, connector, record, signal, known, ...found };
    yield* lookAtAll(sync);
    const ending = await removeGone(sync);
    await deps.runs.finish(run, { ...record.progress(), ...ending });
  } catch (error) {
    signal.throwIfAborted();
    const reason = AppError.from(error);
    if (reason instanceof RunLost || isPassing(reason)) throw reason;
    await deps.runs.finish(run, { ...record.progress(), ...failureOf(reason) });
    if (reason.code === 'INTERNAL') throw reason;
  }
  yield record.progress().counts;
}

function failureOf({ code, detail }: AppError): Pick<RunResult, 'state' | 'missing' | 'detail' | 'cursor'> {
  return { state: 'failed', missing: 0, detail: `${code}: ${detail}`, cursor: null };
}

/** Looks at several documents at once. */
async function* lookAtAll(sync: Sync): AsyncGenerator<RunCounts> {
  const takeIn = createTakeIn(sync);
  const keep = createKeepItems(sync);
  const looking = new Set<Promise<void>>();
  try {
    for await (const entry of entriesOf(sync)) {
      if (sync.seen.has(entry.externalId)) continue;
      const look = lookAt(sync, entry, { takeIn, keep }).finally(() => looking.delete(look));
      look.catch(() => {});
      looking.add(look);
      if (looking.size >= lookedAtAtOnce) await Promise.race(looking);
      yield sync.record.progress().counts;
    }
    await Promise.all(looking);
    await keep.flush();
  } catch (error) {
    await Promise.allSettled(looking);
    if (error instanceof RunLost) await keep.takeBack();
    throw error;
  }
}

/** What there is to look at: what was named, what changed, or everything. */
async function* entriesOf(sync: Sync): AsyncGenerator<ListedDocument | UnlistedDocument> {
  const { run, connector, signal, known, gone } = sync;
  if (run.targets) return yield* named(sync, run.targets);
  const changes = run.cursor === null ? null : await connector.changesSince(run.cursor, signal);
  if (changes) {
    yield* changes.changed;
    for (const id of changes.removed) if (known.has(id)) gone.add(id);
    sync.cursor = changes.cursor;
  } else {
    sync.listing = yield* connector.list(known, signal);
    sync.cursor = sync.listing.cursor;
  }
}

async function* named(sync: Sync, targets: readonly string[]): AsyncGenerator<ListedDocument | UnlistedDocument> {
  for (const externalId of targets) {
    const found = await attempt(async () => await sync.connector.fetch(externalId, sync.signal));
    if (found instanceof AppError) yield { externalId, error: found };
    else if (found) yield { externalId: found.externalId, fingerprint: found.fingerprint, content: found };
    else if (sync.known.has(externalId)) sync.gone.add(externalId);
  }
}

async function lookAt(
  { run, record, signal, known, seen }: Sync,
  entry: ListedDocument | UnlistedDocument,
  { takeIn, keep }: { readonly takeIn: TakeIn; readonly keep: KeepItems },
): Promise<void> {
  const { externalId } = entry;
  seen.add(externalId);
  signal.throwIfAborted();
  if (isUnlisted(entry)) return record.failed(externalId, entry.error);
  const before = known.get(externalId);
  if (before?.fingerprint === entry.fingerprint) return record.count('unchanged', externalId);
  if (run.dryRun) return record.count(before ? 'changed' : 'added', externalId);
  const taken = await attempt(async () => await takeIn(entry));
  if (taken instanceof AppError) return record.failed(externalId, taken);
  // It went away between the listing and now.
  if (taken === null) seen.delete(externalId);
  else await keep.add(taken);
}

/** What the work gives, or why this document could not be had; what concerns the whole run is thrown. */
async function attempt<T>(work: () => Promise<T>): Promise<T | AppError> {
  try {
    return await work();
  } catch (error) {
    const reason = AppError.from(error);
    const isOfDocument = !isPassing(reason) && reason.code !== 'INTERNAL' && reason.code !== 'CONFLICT';
    if (isOfDocument) return reason;
    throw error;
  }
}
