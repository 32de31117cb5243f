import { gunzipSync } from 'node:zlib';
import { AppError } from '../../../domain/errors.ts';
import { badStatus } from '../../load/guarded-fetch.ts';
import { children, readXml, textOf } from '../read-xml.ts';
import type { PacedFetch } from './paced-fetch.ts';
import { decodeEntities } from './read-page.ts';

const mostSitemaps = 1000;
const mostInflated = 64 * 1024 * 1024;

/**
 * The addresses that a sitemap names, and the sitemaps that it names in turn; only those on its own host are followed. Throws when any of
 * them cannot be read: half a list would look as if the other half were gone.
 */
export async function readSitemap(address: string, fetch: PacedFetch, signal: AbortSignal): Promise<URL[]> {
  const { host } = new URL(address);
  const found = new Map<string, URL>();
  const waiting = [address];
  const read = new Set<string>();
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    if (read.has(next)) continue;
    read.add(next);
    if (read.size > mostSitemaps)
      throw new AppError('FILE_TOO_LARGE', `${address} leads to more than ${mostSitemaps} sitemaps.`);
    const { pages, sitemaps } = parseSitemap(await fetchSitemap(next, fetch, signal), next);
    for (const url of pages) found.set(url.href, url);
    waiting.push(...sitemaps.filter((url) => url.host === host).map(({ href }) => href));
  }
  return [...found.values()];
}

async function fetchSitemap(address: string, fetch: PacedFetch, signal: AbortSignal): Promise<string> {
  const response = await fetch.get(address, { accept: 'application/xml,text/xml;q=0.9,*/*;q=0.5' }, signal);
  if (response.status !== 200) throw badStatus(response);
  const { bytes } = response;
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return new TextDecoder().decode(bytes);
  try {
    return gunzipSync(bytes, { maxOutputLength: mostInflated }).toString('utf8');
  } catch (error) {
    throw new AppError('FILE_SUSPICIOUS', `${address} is damaged or unpacks to more than ${mostInflated} bytes.`, {
      cause: error,
    });
  }
}

function parseSitemap(text: string, address: string): { pages: URL[]; sitemaps: URL[] } {
  const root = readXml(text, address);
  const [set] = children(root, 'urlset');
  const [index] = children(root, 'sitemapindex');
  if (!set && !index)
    throw new AppError('FILE_CORRUPT', `${address} is not a sitemap: it has no urlset and no sitemapindex.`);
  const locations = (parent: typeof set, name: string) =>
    children(parent, name).flatMap((entry) => {
      const location = decodeEntities(textOf(entry, 'loc') ?? '');
      if (!URL.canParse(location)) return [];
      const url = new URL(location);
      url.hash = '';
      return [url];
    });
  return { pages: locations(set, 'url'), sitemaps: locations(index, 'sitemap') };
}
