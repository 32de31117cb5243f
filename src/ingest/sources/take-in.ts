import type { Registration } from '../../store/documents.ts';
import type { SourceItem } from '../../store/sources.ts';
import type { FetchedDocument, ListedDocument } from './connector.ts';
import type { Sync } from './sync-source.ts';

export interface TakenIn {
  readonly item: SourceItem;
  readonly outcome: Registration['outcome'];
}

/** Fetches a document where listing has not, and submits it. Null: it is gone. */
export type TakeIn = (entry: ListedDocument) => Promise<TakenIn | null>;

export function createTakeIn({ run, deps, connector, record, signal }: Sync): TakeIn {
  let opening: Promise<unknown> = Promise.resolve();

  async function submit(document: FetchedDocument): Promise<Registration> {
    const acl = connector.permissions(document.externalId);
    const details = {
      ...{ source: run.name, externalId: document.externalId, uri: document.uri, title: document.title },
      ...{ acl: acl ?? run.acl, tags: run.tags, metadata: {}, language: null },
      inherits: { source: run.sourceId, acl: acl === null },
      jobId: record.jobId,
    };
    const registration = await deps.submit.submit(run, details, document);
    record.jobId ??= registration.jobId;
    return registration;
  }

  /** The first document opens the job; the others join it, so until there is one they come one after the other. */
  async function inTurn(document: FetchedDocument): Promise<Registration> {
    const before = opening;
    const mine = before.then(() => (record.jobId === null ? submit(document) : null));
    opening = mine.catch(() => {});
    return (await mine) ?? (await submit(document));
  }

  return async (entry) => {
    const document = entry.content ?? (await connector.fetch(entry.externalId, signal));
    if (document === null) return null;
    const { documentId, outcome } = await (record.jobId === null ? inTurn(document) : submit(document));
    const { externalId, fingerprint, memo } = document;
    return { item: { externalId, documentId, fingerprint, memo }, outcome };
  };
}
