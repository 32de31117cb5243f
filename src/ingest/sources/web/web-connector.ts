import { AppError } from '../../../domain/errors.ts';
import type { SettingsOf } from '../../../domain/source-settings.ts';
import type { Connector, KnownDocument, ListedDocument, ListingEnd, UnlistedDocument } from '../connector.ts';
import { mergeEach } from '../merge-each.ts';
import type { PacedFetch } from './paced-fetch.ts';
import { fetchRobots, type IsAllowedByRobots } from './robots.ts';
import { readSitemap } from './sitemap.ts';
import { conditionsOf, memoOf, type Visit, visitOf } from './web-page.ts';

const visitedAtOnce = 8;
const longestAddress = 2000;
/** What no link of these is a page to read. */
const otherFiles = /\.(png|jpe?g|gif|webp|svg|ico|css|m?js|woff2?|ttf|mp[34]|webm|zip|gz|tgz|exe|dmg|iso)$/i;

/** Pages of one host: one, those that a sitemap names, or those that links reach, as far as robots.txt allows. */
export function createWebConnector(settings: SettingsOf<'web'>, fetch: PacedFetch): Connector {
  const robots = createRobots(fetch);
  let entrance: Promise<string> | null = null;

  async function visit(address: string, { known, signal, hosts }: VisitOptions): Promise<Visit> {
    const mayLeadTo = hosts && ((url: URL) => hosts.has(url.host));
    return visitOf(address, await fetch.get(address, conditionsOf(known), signal, mayLeadTo), known);
  }

  /** The host of the settings, or the one that its address leads to. */
  async function isOwnHost({ host }: URL, signal: AbortSignal): Promise<boolean> {
    if (host === new URL(settings.url).host) return true;
    entrance ??= fetch.get(settings.url, {}, signal).then(({ url }) => url.host);
    return (await entrance) === host;
  }

  return {
    list: (known, signal) => crawl({ settings, fetch, robots, visit, known, signal }),

    async fetch(externalId, signal) {
      const url = URL.canParse(externalId) ? new URL(externalId) : null;
      if (!url || !(await isOwnHost(url, signal)) || !(await robots(url, signal))) return null;
      const found = await visit(externalId, { signal, hosts: new Set([url.host]) });
      if (found.kind === 'elsewhere') throw ledAway(externalId, found.url);
      if (found.kind !== 'page') return null;
      return found.document && { ...found.document, externalId };
    },
    changesSince: async () => null,
    permissions: () => null,
    [Symbol.asyncDispose]: () => fetch[Symbol.asyncDispose](),
  };
}

interface VisitOptions {
  readonly known?: KnownDocument | undefined;
  readonly signal: AbortSignal;
  /** Redirects to others are not followed; left out: all are. */
  readonly hosts?: ReadonlySet<string>;
}

function ledAway(address: string, to: URL): AppError {
  return new AppError('URL_UNREACHABLE', `${address} redirects to ${to.host}, which is not of the source.`);
}

type Robots = (url: URL, signal: AbortSignal) => Promise<boolean>;

/** The rules of each host, fetched once a run. */
function createRobots(fetch: PacedFetch): Robots {
  const rules = new Map<string, Promise<IsAllowedByRobots>>();
  return async (url, signal) => {
    const known = rules.get(url.origin) ?? fetchRobots(url.origin, fetch, signal);
    rules.set(url.origin, known);
    return (await known)(url);
  };
}

interface Crawl {
  readonly settings: SettingsOf<'web'>;
  readonly fetch: PacedFetch;
  readonly robots: Robots;
  readonly visit: (address: string, options: VisitOptions) => Promise<Visit>;
  readonly known: ReadonlyMap<string, KnownDocument>;
  readonly signal: AbortSignal;
}

type Entry = ListedDocument | UnlistedDocument;

/** Level by level, so that the depth of a page does not depend on which answers first. */
async function* crawl(crawling: Crawl): AsyncGenerator<Entry, ListingEnd> {
  const { settings, signal } = crawling;
  const walk = createWalk(crawling);
  const isSitemap = settings.mode === 'sitemap';
  const first = isSitemap
    ? (await readSitemap(settings.url, crawling.fetch, signal)).filter((url) => url.host === new URL(settings.url).host)
    : [new URL(settings.url)];
  const depth = settings.mode === 'crawl' ? settings.maxDepth : 0;
  if (!isSitemap) yield* walk.begin(first[0] ?? new URL(settings.url));
  else walk.offer(first);
  for (let level = isSitemap ? 0 : 1; level <= depth; level += 1) {
    const addresses = walk.nextLevel();
    if (addresses.length === 0) break;
    yield* mergeEach(each(addresses), walk.visitOne, visitedAtOnce);
  }
  return walk.end();
}

async function* each<T>(values: readonly T[]): AsyncGenerator<T> {
  yield* values;
}

function createWalk({ settings, robots, visit, known, signal }: Crawl) {
  const byAddress = new Map([...known.values()].map((one) => [memoOf(one)?.url ?? one.externalId, one]));
  const offered = new Set<string>();
  const listed = new Set<string>();
  const hosts = new Set([new URL(settings.url).host]);
  let waiting: string[] = [];
  let left: string | null = null;

  function offer(urls: Iterable<URL>): void {
    for (const url of urls) {
      if (!hosts.has(url.host) || !url.pathname.startsWith(settings.pathPrefix)) continue;
      if (offered.has(url.href) || url.href.length > longestAddress || otherFiles.test(url.pathname)) continue;
      if (offered.size >= settings.maxPages) {
        left = `The source has more than ${settings.maxPages} pages; nothing is removed until maxPages is raised.`;
        return;
      }
      offered.add(url.href);
      waiting.push(url.href);
    }
  }

  const offerLinks = (links: readonly string[]) => offer(links.map((link) => new URL(link)));

  function* entriesOf(found: Visit): Generator<Entry> {
    if (found.kind === 'gone' || found.kind === 'other' || found.kind === 'elsewhere') return;
    offerLinks(found.links);
    if (found.kind === 'page') {
      // A redirect may lead to a page that another link names too.
      offered.add(found.url.href);
    }
    const entry: ListedDocument | null =
      found.kind === 'same' ? found.known : found.document && { ...found.document, content: found.document };
    if (!entry || listed.has(entry.externalId)) return;
    listed.add(entry.externalId);
    yield entry;
  }

  /** The page stays as it was; what it linked to last time is still looked at. */
  function* failedAt(address: string, error: AppError): Generator<Entry> {
    const before = byAddress.get(address);
    const links = memoOf(before)?.links ?? null;
    if (links) offerLinks(links);
    else if (settings.mode === 'crawl') left ??= `${address} could not be read, nor what it links to.`;
    yield { externalId: before?.externalId ?? address, error };
  }

  return {
    offer,
    /** The first page must be there: without it nothing is known of the others. Throws what went wrong. */
    async *begin(url: URL): AsyncGenerator<Entry> {
      const { href } = url;
      offered.add(href);
      if (!(await robots(url, signal)))
        throw new AppError('URL_NOT_ALLOWED', `${href}: robots.txt of the host does not allow it.`);
      const found = await visit(href, { known: byAddress.get(href), signal });
      if (found.kind === 'page') hosts.add(found.url.host);
      if (found.kind === 'gone' || found.kind === 'other')
        throw new AppError('URL_UNREACHABLE', `${href} is ${found.kind === 'gone' ? 'not there' : 'not a page'}.`);
      yield* entriesOf(found);
    },
    async *visitOne(address: string): AsyncGenerator<Entry> {
      try {
        if (!(await robots(new URL(address), signal))) return;
        const before = byAddress.get(address);
        const found = await visit(address, { known: before, signal, hosts });
        // What was a page here is not gone because it leads to a sign-in page elsewhere.
        if (found.kind === 'elsewhere' && before) throw ledAway(address, found.url);
        yield* entriesOf(found);
      } catch (error) {
        signal.throwIfAborted();
        yield* failedAt(address, AppError.from(error));
      }
    },
    nextLevel(): string[] {
      const level = waiting;
      waiting = [];
      return level;
    },
    end: (): ListingEnd => ({ complete: left === null, reason: left, cursor: null }),
  };
}
