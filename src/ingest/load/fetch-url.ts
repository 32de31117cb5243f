import type { FetchedPage } from '../submit-document.ts';
import { badStatus, createGuardedFetch, type GuardedFetchOptions, type GuardedResponse } from './guarded-fetch.ts';

/**
 * Fetches one address; links on the page are not followed.
 * Throws what the guarded fetch throws, and URL_UNREACHABLE for a status that is an error.
 */
export function createFetchUrl(
  options: GuardedFetchOptions,
): (url: string, signal: AbortSignal) => Promise<FetchedPage> {
  return async (url, signal) => {
    const guarded = createGuardedFetch(options);
    try {
      const response = await guarded.get(url, { signal });
      if (response.status >= 300) throw badStatus(response);
      return pageOf(response);
    } finally {
      await guarded.close();
    }
  };
}

/** A reply as a file. */
export function pageOf({ bytes, url, headers }: Pick<GuardedResponse, 'bytes' | 'url' | 'headers'>): FetchedPage {
  const mediaType = headers.get('content-type');
  return { bytes, url: url.href, mediaType, fileName: fileNameOf(url, headers.get('content-disposition')) };
}

/** The last part of the path, or what the server says; never a path. */
function fileNameOf(url: URL, disposition: string | null): string {
  const declared = /filename="?([^";]+)"?/i.exec(disposition ?? '')?.[1];
  const last = url.pathname.split('/').findLast((part) => part !== '') ?? '';
  const name = declared ?? decodeName(last);
  return name.split(/[/\\]/).at(-1)?.trim() || url.hostname;
}

function decodeName(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
