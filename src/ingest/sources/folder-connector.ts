import { stat } from 'node:fs/promises';
import { basename, resolve, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { AppError } from '../../domain/errors.ts';
import { type FoundFile, walkFolder } from '../load/walk-folder.ts';
import { hasReadableName } from '../parse/detect-format.ts';
import type { Connector, FetchedDocument, ListedDocument, ListingEnd, UnlistedDocument } from './connector.ts';

interface FolderOptions {
  /** A real path. */
  readonly path: string;
  readonly maxFileBytes: number;
}

/** The readable files of a folder, by path; time and size tell of a change. */
export function createFolderConnector({ path: root, maxFileBytes }: FolderOptions): Connector {
  async function* list(): AsyncGenerator<ListedDocument | UnlistedDocument, ListingEnd> {
    await requireFolder(root);
    let unread: string | null = null;
    for await (const entry of walkFolder(root, { maxFileBytes, accepts: hasReadableName })) {
      if (entry.kind === 'skipped') continue;
      if (entry.kind === 'file') {
        yield { externalId: entry.externalId, fingerprint: fingerprintOf(entry) };
        continue;
      }
      // A folder that does not open hides what is in it.
      if (!hasReadableName(entry.externalId)) unread = entry.error.detail;
      yield { externalId: entry.externalId || '.', error: entry.error };
    }
    return { complete: unread === null, reason: unread, cursor: null };
  }

  return {
    list,
    async fetch(externalId) {
      const path = resolve(root, externalId);
      const isHidden = externalId.split('/').some((part) => part.startsWith('.'));
      if (isHidden || !path.startsWith(root + sep) || !hasReadableName(path)) return null;
      await requireFolder(root);
      for await (const entry of walkFolder(path, { maxFileBytes, accepts: hasReadableName })) {
        // A link may lead out of the folder.
        if (!entry.path.startsWith(root + sep)) return null;
        if (entry.kind === 'file') return await toDocument({ ...entry, externalId });
        if (isAbsent(entry.error)) return null;
        throw entry.error;
      }
      return null;
    },
    changesSince: async () => null,
    permissions: () => null,
    [Symbol.asyncDispose]: async () => {},
  };
}

/** A disk that is not mounted is no empty folder. */
async function requireFolder(root: string): Promise<void> {
  const info = await stat(root).catch(() => null);
  if (!info?.isDirectory()) throw new AppError('FILE_UNREADABLE', `${root} is not a folder that can be opened.`);
}

function isAbsent(error: AppError): boolean {
  return error.cause instanceof Error && 'code' in error.cause && error.cause.code === 'ENOENT';
}

function fingerprintOf({ size, modifiedMilliseconds }: FoundFile): string {
  return `${modifiedMilliseconds}-${size}`;
}

async function toDocument(file: FoundFile): Promise<FetchedDocument> {
  return {
    ...{ externalId: file.externalId, fingerprint: fingerprintOf(file), uri: pathToFileURL(file.path).href },
    ...{ title: null, memo: null, bytes: await file.read(), fileName: basename(file.path), mediaType: null },
  };
}
