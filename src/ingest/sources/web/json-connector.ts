import { AppError } from '../../../domain/errors.ts';
import { isAccessEntry } from '../../../domain/principal.ts';
import type { SettingsOf } from '../../../domain/source-settings.ts';
import { badStatus, checkUrl, type GuardedResponse } from '../../load/guarded-fetch.ts';
import type { Connector, FetchedDocument } from '../connector.ts';
import { createListedConnector } from '../listed-connector.ts';
import { textDocument } from '../text-document.ts';
import type { PacedFetch } from './paced-fetch.ts';

type Settings = SettingsOf<'json'>;

/** The items of an HTTP API that answers JSON, mapped by pointers; every page is read, or the listing fails. */
export function createJsonConnector(settings: Settings, fetch: PacedFetch): Connector {
  const lists = new Map<string, readonly string[]>();
  let isCut = false;

  async function* documents(signal: AbortSignal): AsyncGenerator<FetchedDocument> {
    let address: URL | null = firstPage(settings);
    isCut = false;
    for (let page = 0; address !== null; page += 1) {
      if (page === settings.maxPages) {
        isCut = true;
        return;
      }
      const response: GuardedResponse = await fetch.get(address.href, { accept: 'application/json' }, signal);
      if (response.status !== 200) throw badStatus(response);
      const body = parse(response);
      const items = pointTo(body, settings.items);
      if (!Array.isArray(items)) throw unexpected(address, `no list at ${JSON.stringify(settings.items)}`);
      for (const item of items) yield toDocument(item, address);
      const next: URL | null = items.length === 0 ? null : nextPage(settings, { address, body, response, page });
      // Pages lie on one host, or what opens it would have to go to another.
      if (next && next.origin !== new URL(settings.url).origin)
        throw unexpected(address, 'a next page on another host');
      address = next?.href === address.href ? null : next;
    }
  }

  function toDocument(item: unknown, address: URL): FetchedDocument {
    const externalId = scalar(pointTo(item, settings.id));
    if (externalId === null) throw unexpected(address, `an item without a value at ${settings.id}`);
    const uri = optional(item, settings.uri);
    const document = textDocument({
      ...{ externalId, title: optional(item, settings.title), format: settings.format },
      uri: uri !== null && URL.canParse(uri, address.href) ? new URL(uri, address).href : null,
      text: scalar(pointTo(item, settings.text)) ?? '',
    });
    const changed = optional(item, settings.changed);
    const fingerprint = changed === null ? document.fingerprint : `changed ${changed}`;
    if (settings.acl === undefined) return { ...document, fingerprint };
    const acl = accessOf(pointTo(item, settings.acl), address);
    lists.set(externalId, acl);
    // Who may read it can change while the text does not.
    return { ...document, fingerprint: `${fingerprint} ${JSON.stringify(acl)}` };
  }

  return createListedConnector({
    documents,
    end: () => ({
      complete: !isCut,
      reason: isCut ? `There are more than ${settings.maxPages} pages; nothing is removed.` : null,
    }),
    permissions: (externalId) => lists.get(externalId) ?? null,
    close: async () => await fetch[Symbol.asyncDispose](),
  });
}

function firstPage({ url, paging }: Settings): URL {
  const address = new URL(url);
  if (paging.kind === 'number') address.searchParams.set(paging.parameter, String(paging.first));
  return address;
}

interface Reply {
  readonly address: URL;
  readonly body: unknown;
  readonly response: GuardedResponse;
  readonly page: number;
}

function nextPage({ url, paging }: Settings, { address, body, response, page }: Reply): URL | null {
  switch (paging.kind) {
    case 'none':
      return null;
    case 'link-header': {
      const link = (response.headers.get('link') ?? '').split(/,\s*(?=<)/).find((one) => /;\s*rel="?next"?/i.test(one));
      const target = /^\s*<([^>]*)>/.exec(link ?? '')?.[1];
      return target === undefined ? null : checkUrl(target, address);
    }
    case 'next-url': {
      const target = scalar(pointTo(body, paging.pointer));
      return target === null || target === '' ? null : checkUrl(target, address);
    }
    case 'cursor': {
      const mark = scalar(pointTo(body, paging.pointer));
      return mark === null || mark === '' ? null : withParameter(url, paging.parameter, mark);
    }
    case 'number':
      return withParameter(url, paging.parameter, String(paging.first + page + 1));
  }
}

function withParameter(url: string, name: string, value: string): URL {
  const address = new URL(url);
  address.searchParams.set(name, value);
  return address;
}

function parse({ bytes, url }: GuardedResponse): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    throw new AppError('FILE_CORRUPT', `${url.href} does not answer with JSON.`, { cause: error });
  }
}

/** RFC 6901; undefined where nothing stands. */
export function pointTo(value: unknown, pointer: string): unknown {
  let current = value;
  for (const part of pointer.split('/').slice(1)) {
    const name = part.replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, name)) return undefined;
    current = (current as Record<string, unknown>)[name];
  }
  return current;
}

function scalar(value: unknown): string | null {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : null;
}

function optional(item: unknown, pointer: string | undefined): string | null {
  return pointer === undefined ? null : scalar(pointTo(item, pointer));
}

/** A list that cannot be read must not open the document to everyone. */
function accessOf(value: unknown, address: URL): readonly string[] {
  const entries = [value].flat();
  const isList = entries.every((entry): entry is string => typeof entry === 'string' && isAccessEntry(entry));
  if (!isList) throw unexpected(address, 'an access list with other entries than user:…, group:… and public');
  return entries;
}

function unexpected({ origin, pathname }: URL, what: string): AppError {
  return new AppError('FILE_CORRUPT', `${origin}${pathname} answers with something unexpected: ${what}.`);
}
