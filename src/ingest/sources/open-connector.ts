import { AppError } from '../../domain/errors.ts';
import type { SettingsOf } from '../../domain/source-settings.ts';
import type { ObjectStore } from '../../store/objects.ts';
import type { SourceOpening } from '../../store/sources.ts';
import { isPublicAddress } from '../load/guarded-agent.ts';
import { createGuardedFetch, type GuardedFetchOptions } from '../load/guarded-fetch.ts';
import type { Connector } from './connector.ts';
import { readConfluenceExport } from './exports/confluence-export.ts';
import { createExportConnector } from './exports/export-connector.ts';
import type { ReadExport } from './exports/export-document.ts';
import { openExportAt, openUploadedExport } from './exports/find-export.ts';
import { readNotionExport } from './exports/notion-export.ts';
import type { ExportArchive } from './exports/open-export.ts';
import { readSlackExport } from './exports/slack-export.ts';
import { readZendeskExport } from './exports/zendesk-export.ts';
import { createFolderConnector } from './folder-connector.ts';
import { createGitConnector } from './git-connector.ts';
import { createS3Connector } from './s3/s3-connector.ts';
import { signRequest } from './s3/sign-request.ts';
import { allowedPath } from './source-folders.ts';
import { createFeedConnector } from './web/feed-connector.ts';
import { createJsonConnector } from './web/json-connector.ts';
import { type PacedFetch, pacedFetch, type SignRequest } from './web/paced-fetch.ts';
import { createWebConnector } from './web/web-connector.ts';

export interface ConnectorOptions {
  readonly fetch: GuardedFetchOptions;
  /** Folders of this machine that sources may read. */
  readonly sourceFolders: readonly string[];
  /** Where connectors keep what makes their next run faster; may be emptied at any time. */
  readonly cacheFolder: string;
  /** Where uploaded exports lie. */
  readonly objects: Pick<ObjectStore, 'get'>;
}

export type OpenedSource = SourceOpening;

/** Opens a source for one run. Throws INVALID_REQUEST for what the operator does not allow. */
export type OpenConnector = (source: OpenedSource, signal: AbortSignal) => Promise<Connector>;

/** The connectors of all kinds. */
export function createOpenConnector(options: ConnectorOptions): OpenConnector {
  const { maxFileBytes } = options.fetch;
  const paced = (settings: { readonly requestsPerSecond: number }, { credentials }: OpenedSource): PacedFetch =>
    pacedFetch(createGuardedFetch(options.fetch), { ...settings, credentials: credentials?.headers });
  const exported = async ({ settings, upload }: OpenedSource, read: ReadExport): Promise<Connector> => {
    const given = 'path' in settings ? settings.path : undefined;
    const path = given === undefined ? null : await allowedPath(given, options.sourceFolders);
    const open = async () => (path === null ? await uploaded(upload, options) : await openExportAt(path));
    return createExportConnector({ open: async () => ({ archive: await open(), maxFileBytes }), read });
  };
  return async (source, signal) => {
    const { settings } = source;
    switch (settings.kind) {
      case 'folder': {
        const path = await allowedPath(settings.path, options.sourceFolders);
        return createFolderConnector({ path, maxFileBytes });
      }
      case 'web':
        return createWebConnector(settings, paced(settings, source));
      case 'feed':
        return createFeedConnector(settings, paced(settings, source));
      case 'json':
        return createJsonConnector(settings, paced(settings, source));
      case 'notion':
        return await exported(source, readNotionExport);
      case 'confluence':
        return await exported(source, readConfluenceExport(settings));
      case 'zendesk':
        return await exported(source, readZendeskExport(settings));
      case 'slack':
        return await exported(source, readSlackExport(settings));
      case 's3': {
        const guarded = createGuardedFetch(options.fetch);
        const fetch = pacedFetch(guarded, { ...settings, credentials: signerOf(settings, source) });
        return createS3Connector({ settings, fetch, maxFileBytes });
      }
      case 'git': {
        const isAllowedAddress = options.fetch.isAllowedAddress ?? isPublicAddress;
        return await createGitConnector(
          { ...options, isAllowedAddress, maxFileBytes, settings, credentials: source.credentials },
          signal,
        );
      }
    }
  };
}

async function uploaded(upload: OpenedSource['upload'], { objects }: ConnectorOptions): Promise<ExportArchive> {
  if (!upload) throw new AppError('FILE_UNREADABLE', 'No export was uploaded yet, and the setting `path` names none.');
  return await openUploadedExport(upload.fileName, await objects.get(upload.hash));
}

/** Without an access key a bucket is asked as anybody may. */
function signerOf({ region }: SettingsOf<'s3'>, { credentials }: OpenedSource): SignRequest | undefined {
  const { username: accessKeyId, password: secretAccessKey } = credentials ?? {};
  if (accessKeyId === undefined || secretAccessKey === undefined) return undefined;
  return async (url) => await signRequest(url, { accessKeyId, secretAccessKey, region });
}
