import type { SettingsOf } from '../../domain/source-settings.ts';
import type { NewSource } from '../../store/sources.ts';
import { isPublicAddress } from '../load/guarded-agent.ts';
import { createGuardedFetch, type GuardedFetchOptions } from '../load/guarded-fetch.ts';
import type { Connector } from './connector.ts';
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
}

export type OpenedSource = Pick<NewSource, 'settings' | 'credentials'>;

/** Opens a source for one run. Throws INVALID_REQUEST for what the operator does not allow. */
export type OpenConnector = (source: OpenedSource, signal: AbortSignal) => Promise<Connector>;

/** The connectors of all kinds. */
export function createOpenConnector(options: ConnectorOptions): OpenConnector {
  const { maxFileBytes } = options.fetch;
  const paced = (settings: { readonly requestsPerSecond: number }, { credentials }: OpenedSource): PacedFetch =>
    pacedFetch(createGuardedFetch(options.fetch), { ...settings, credentials: credentials?.headers });
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

/** Without an access key a bucket is asked as anybody may. */
function signerOf({ region }: SettingsOf<'s3'>, { credentials }: OpenedSource): SignRequest | undefined {
  const { username: accessKeyId, password: secretAccessKey } = credentials ?? {};
  if (accessKeyId === undefined || secretAccessKey === undefined) return undefined;
  return async (url) => await signRequest(url, { accessKeyId, secretAccessKey, region });
}
