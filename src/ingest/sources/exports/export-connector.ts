import type { Connector, FetchedDocument, ListedDocument } from '../connector.ts';
import type { ExportDocument, ExportPlace, LazyDocument, ReadExport } from './export-document.ts';

interface ExportSource {
  /** Opened by the first who asks, so that a source can be made before its export is there. */
  readonly open: () => Promise<ExportPlace>;
  readonly read: ReadExport;
}

/** The documents of an export: what is not in a newer one is gone. */
export function createExportConnector({ open, read }: ExportSource): Connector {
  const lists = new Map<string, readonly string[]>();
  const lazy = new Map<string, LazyDocument>();
  let opened: Promise<ExportPlace> | null = null;

  async function* documents(signal: AbortSignal): AsyncGenerator<ExportDocument> {
    opened ??= open();
    const place = await opened;
    const seen = new Set<string>();
    for await (const document of read(place, signal)) {
      signal.throwIfAborted();
      if (seen.has(document.externalId)) continue;
      seen.add(document.externalId);
      yield restricted(document);
    }
  }

  /** Who may read it can change while the text does not. */
  function restricted(document: ExportDocument): ExportDocument {
    const { externalId, acl } = document;
    if (!acl) return document;
    lists.set(externalId, acl);
    return { ...document, fingerprint: `${document.fingerprint} ${JSON.stringify(acl)}` };
  }

  return {
    async *list(_known, signal) {
      for await (const document of documents(signal)) {
        if (isLazy(document)) lazy.set(document.externalId, document);
        yield listedOf(document);
      }
      return { complete: true, reason: null, cursor: null };
    },
    async fetch(externalId, signal) {
      const known = lazy.get(externalId);
      if (known) return await contentOf(known);
      for await (const document of documents(signal))
        if (document.externalId === externalId) return await contentOf(document);
      return null;
    },
    changesSince: async () => null,
    permissions: (externalId) => lists.get(externalId) ?? null,
    async [Symbol.asyncDispose]() {
      const place = await opened?.catch(() => null);
      await place?.archive[Symbol.asyncDispose]();
    },
  };
}

function isLazy(document: ExportDocument): document is LazyDocument {
  return 'open' in document;
}

function listedOf(document: ExportDocument): ListedDocument {
  const { externalId, fingerprint } = document;
  return isLazy(document)
    ? { externalId, fingerprint }
    : { externalId, fingerprint, content: { ...document, fingerprint } };
}

async function contentOf(document: ExportDocument): Promise<FetchedDocument> {
  return isLazy(document) ? { ...(await document.open()), fingerprint: document.fingerprint } : document;
}
