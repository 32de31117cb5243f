import { AppError } from '../../../domain/errors.ts';
import type { SettingsOf } from '../../../domain/source-settings.ts';
import { badStatus, checkUrl } from '../../load/guarded-fetch.ts';
import type { Connector, FetchedDocument } from '../connector.ts';
import { createListedConnector } from '../listed-connector.ts';
import { children, readXml, textOf, type XmlElement } from '../read-xml.ts';
import { textDocument } from '../text-document.ts';
import type { PacedFetch } from './paced-fetch.ts';
import { decodeEntities } from './read-page.ts';
import { visitOf } from './web-page.ts';

/** The entries of an RSS 2.0, RSS 1.0 or Atom feed; what has left the feed stays unless the source says otherwise. */
export function createFeedConnector(settings: SettingsOf<'feed'>, fetch: PacedFetch): Connector {
  async function* documents(signal: AbortSignal): AsyncGenerator<FetchedDocument> {
    const response = await fetch.get(
      settings.url,
      { accept: 'application/atom+xml,application/rss+xml,*/*;q=0.5' },
      signal,
    );
    if (response.status !== 200) throw badStatus(response);
    for (const entry of parseFeed(new TextDecoder().decode(response.bytes), response.url))
      yield settings.fetchPages && entry.uri !== null ? await pageOfEntry(entry, signal) : textDocument(entry);
  }

  async function pageOfEntry(entry: FeedEntry, signal: AbortSignal): Promise<FetchedDocument> {
    const address = entry.uri ?? '';
    const page = visitOf(address, await fetch.get(address, {}, signal), undefined);
    if (page.kind !== 'page' || !page.document) return textDocument(entry);
    return { ...page.document, externalId: entry.externalId, title: entry.title };
  }

  const old = 'Entries that have left the feed stay.';
  return createListedConnector({
    documents,
    end: () => ({ complete: settings.removeOld, reason: settings.removeOld ? null : old }),
    close: async () => await fetch[Symbol.asyncDispose](),
  });
}

interface FeedEntry {
  readonly externalId: string;
  readonly title: string | null;
  readonly uri: string | null;
  readonly text: string;
  readonly format: 'html';
}

/** Throws FILE_CORRUPT when it is no feed. */
export function parseFeed(text: string, address: URL): FeedEntry[] {
  const root = readXml(text, address.href);
  const [atom] = children(root, 'feed');
  if (atom) return children(atom, 'entry').flatMap((entry) => entryOf(entry, atomParts(entry), address));
  const [rss] = [...children(root, 'rss'), ...children(root, 'RDF')];
  if (!rss) throw new AppError('FILE_CORRUPT', `${address.href} is neither an RSS nor an Atom feed.`);
  const items = [...children(children(rss, 'channel')[0], 'item'), ...children(rss, 'item')];
  return items.flatMap((item) => entryOf(item, rssParts(item), address));
}

interface Parts {
  readonly id: string | null;
  readonly link: string | null;
  readonly body: string | null;
}

function atomParts(entry: XmlElement): Parts {
  const links = children(entry, 'link');
  const link = links.find((one) => one['@rel'] === undefined || one['@rel'] === 'alternate')?.['@href'];
  const body = textOf(entry, 'content') ?? textOf(entry, 'summary');
  return { id: textOf(entry, 'id'), link: typeof link === 'string' ? link : null, body };
}

function rssParts(item: XmlElement): Parts {
  // content:encoded is the whole text; its prefix was taken off.
  return {
    id: textOf(item, 'guid'),
    link: textOf(item, 'link'),
    body: textOf(item, 'encoded') ?? textOf(item, 'description'),
  };
}

function entryOf(entry: XmlElement, { id, link, body }: Parts, base: URL): FeedEntry[] {
  const uri = link === null ? null : webAddress(decodeEntities(link), base);
  const externalId = id ?? uri;
  if (externalId === null) return [];
  const title = decodeEntities(decodeEntities(textOf(entry, 'title') ?? '')) || null;
  const heading = title === null ? '' : `<h1>${title.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</h1>`;
  return [{ externalId, title, uri, format: 'html', text: `${heading}${decodeEntities(body ?? '')}` }];
}

function webAddress(link: string, base: URL): string | null {
  try {
    return checkUrl(link, base).href;
  } catch {
    return null;
  }
}
