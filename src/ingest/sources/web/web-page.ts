import { AppError } from '../../../domain/errors.ts';
import { sha256 } from '../../../domain/sha256.ts';
import { pageOf } from '../../load/fetch-url.ts';
import { badStatus, type GuardedResponse } from '../../load/guarded-fetch.ts';
import { hasReadableName } from '../../parse/detect-format.ts';
import type { FetchedDocument, KnownDocument } from '../connector.ts';
import { readPage } from './read-page.ts';

/** What is kept of a page, so that it need not be sent again to be followed. */
export interface PageMemo extends Record<string, unknown> {
  /** The address that it was asked by. */
  readonly url: string;
  readonly etag: string | null;
  readonly lastModified: string | null;
  readonly links: readonly string[];
}

/** `gone`: the server says that there is nothing; `elsewhere`: a redirect that was not followed; `other`: it is no page to read. */
export type Visit =
  | { readonly kind: 'same'; readonly known: KnownDocument; readonly links: readonly string[] }
  | {
      readonly kind: 'page';
      readonly url: URL;
      readonly document: FetchedDocument | null;
      readonly links: readonly string[];
    }
  | { readonly kind: 'gone'; readonly url: URL }
  | { readonly kind: 'elsewhere'; readonly url: URL }
  | { readonly kind: 'other'; readonly url: URL };

const linksKept = 500;
const readableTypes =
  /^(text\/|application\/(xhtml\+xml|pdf|json|vnd\.openxmlformats-officedocument\.wordprocessingml))/i;

/** Asks for the page only if it has changed. */
export function conditionsOf(known: KnownDocument | undefined): Record<string, string> {
  const memo = memoOf(known);
  return {
    ...(memo?.etag ? { 'if-none-match': memo.etag } : {}),
    ...(memo?.lastModified ? { 'if-modified-since': memo.lastModified } : {}),
  };
}

export function memoOf(known: KnownDocument | undefined): PageMemo | null {
  const memo = known?.memo;
  if (!memo || typeof memo.url !== 'string' || !Array.isArray(memo.links)) return null;
  const text = (value: unknown) => (typeof value === 'string' ? value : null);
  const links = memo.links.filter((link) => typeof link === 'string');
  return { url: memo.url, etag: text(memo.etag), lastModified: text(memo.lastModified), links };
}

/** What a reply means. Throws URL_UNREACHABLE for a status that says neither that the page is there nor that it is gone. */
export function visitOf(asked: string, response: GuardedResponse, known: KnownDocument | undefined): Visit {
  const { url, status, headers, bytes } = response;
  const memo = memoOf(known);
  if (status === 304 && known && memo) return { kind: 'same', known, links: memo.links };
  if (status === 404 || status === 410) return { kind: 'gone', url };
  if (status >= 300 && status < 400 && url.href !== asked) return { kind: 'elsewhere', url };
  if (status !== 200) throw badStatus(response);
  const { mediaType, fileName } = pageOf(response);
  const isHtml = /html/i.test(mediaType ?? '') || mediaType === null;
  if (!isHtml && !readableTypes.test(mediaType) && !hasReadableName(fileName)) return { kind: 'other', url };
  if (bytes.byteLength === 0) throw new AppError('FILE_EMPTY', `${url.href} sends nothing.`);
  const facts = isHtml ? readPage(bytes, mediaType, url) : { canonical: null, links: [], noIndex: false };
  const links = facts.links.slice(0, linksKept).map(({ href }) => href);
  if (facts.noIndex || /\b(noindex|none)\b/i.test(headers.get('x-robots-tag') ?? ''))
    return { kind: 'page', url, document: null, links };
  const isOwn = facts.canonical?.host === url.host;
  const address = isOwn && facts.canonical ? facts.canonical : url;
  const [etag, lastModified] = [headers.get('etag'), headers.get('last-modified')];
  const document = {
    ...{ externalId: address.href, uri: address.href, title: null, bytes, mediaType, fileName },
    fingerprint: sha256(bytes),
    memo: { url: asked, etag, lastModified, links } satisfies PageMemo,
  };
  return { kind: 'page', url, document, links };
}
