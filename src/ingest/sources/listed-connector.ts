import type { Connector, FetchedDocument, ListingEnd } from './connector.ts';

interface Listing {
  /** Every document with its content. */
  readonly documents: (signal: AbortSignal) => AsyncGenerator<FetchedDocument>;
  /** Whether what is not listed is gone; asked after the last document. */
  readonly end?: () => Pick<ListingEnd, 'complete' | 'reason'>;
  readonly permissions?: Connector['permissions'];
  readonly close?: () => Promise<void>;
}

/** A source whose listing holds the documents themselves, such as a feed or an export: one document is looked for in it. */
export function createListedConnector({ documents, end, permissions, close }: Listing): Connector {
  return {
    async *list(_known, signal) {
      for await (const content of documents(signal)) {
        const { externalId, fingerprint } = content;
        yield { externalId, fingerprint, content };
      }
      return { ...(end?.() ?? { complete: true, reason: null }), cursor: null };
    },
    async fetch(externalId, signal) {
      for await (const document of documents(signal)) if (document.externalId === externalId) return document;
      return null;
    },
    changesSince: async () => null,
    permissions: permissions ?? (() => null),
    async [Symbol.asyncDispose]() {
      await close?.();
    },
  };
}
