import { AppError } from '../../../domain/errors.ts';
import type { SettingsOf } from '../../../domain/source-settings.ts';
import { badStatus, type GuardedResponse } from '../../load/guarded-fetch.ts';
import { hasReadableName } from '../../parse/detect-format.ts';
import type { Connector, FetchedDocument, ListedDocument, ListingEnd, UnlistedDocument } from '../connector.ts';
import { children, readXml, textOf, type XmlElement } from '../read-xml.ts';
import type { PacedFetch } from '../web/paced-fetch.ts';
import { decodeEntities } from '../web/read-page.ts';

interface S3Options {
  readonly settings: SettingsOf<'s3'>;
  /** Signs what it sends. */
  readonly fetch: PacedFetch;
  readonly maxFileBytes: number;
}

interface S3Object {
  /** Below the prefix. */
  readonly externalId: string;
  /** Its ETag. */
  readonly fingerprint: string;
  readonly size: number;
}

/** The readable objects below a prefix of a bucket, by their keys; the ETag tells of a change. */
export function createS3Connector({ settings, fetch, maxFileBytes }: S3Options): Connector {
  const { bucket, prefix } = placeOf(settings.url);
  const addressOf = (externalId: string) => `${bucket}/${encodePath(prefix + externalId)}`;

  /** ListObjectsV2, page by page. Throws when a page does not come, so that half a listing is none. */
  async function* objects(startingWith: string, signal: AbortSignal): AsyncGenerator<S3Object> {
    const asked = new Set<string>();
    for (let token: string | null = null; ; ) {
      const response = await fetch.get(pageAddress(bucket, startingWith, token), { accept: 'application/xml' }, signal);
      if (response.status !== 200) throw refusal(response);
      const page = readPage(response);
      for (const content of children(page, 'Contents')) yield* objectOf(content, prefix);
      if (textOf(page, 'IsTruncated') !== 'true') return;
      token = decodeEntities(textOf(page, 'NextContinuationToken') ?? '');
      if (token === '' || asked.has(token)) throw unexpected(response.url, 'no next page where there is more');
      asked.add(token);
    }
  }

  async function* list(
    _known: unknown,
    signal: AbortSignal,
  ): AsyncGenerator<ListedDocument | UnlistedDocument, ListingEnd> {
    for await (const { externalId, fingerprint, size } of objects(prefix, signal)) {
      if (!hasReadableName(externalId)) continue;
      if (size > maxFileBytes) yield { externalId, error: tooLarge(externalId, size, maxFileBytes) };
      else yield { externalId, fingerprint };
    }
    return { complete: true, reason: null, cursor: null };
  }

  /** A bucket that is gone answers as an object does that is gone: only a listing tells them apart. */
  async function isGone(externalId: string, signal: AbortSignal): Promise<boolean> {
    for await (const object of objects(prefix + externalId, signal)) if (object.externalId === externalId) return false;
    return true;
  }

  return {
    list,
    async fetch(externalId, signal) {
      if (!hasReadableName(externalId)) return null;
      const response = await fetch.get(addressOf(externalId), { accept: '*/*' }, signal);
      if (response.status === 404 && (await isGone(externalId, signal))) return null;
      if (response.status !== 200) throw refusal(response);
      return toDocument(externalId, response);
    },
    changesSince: async () => null,
    permissions: () => null,
    [Symbol.asyncDispose]: () => fetch[Symbol.asyncDispose](),
  };
}

/** In path style: the first part of the path is the bucket, the rest a folder in it. */
function placeOf(address: string): { bucket: string; prefix: string } {
  const url = new URL(address);
  const [name = '', ...parts] = url.pathname.split('/').filter((part) => part !== '');
  return { bucket: `${url.origin}/${name}`, prefix: parts.map((part) => `${decodeURIComponent(part)}/`).join('') };
}

function pageAddress(bucket: string, prefix: string, token: string | null): string {
  const url = new URL(bucket);
  // Keys may hold what XML cannot.
  url.search = new URLSearchParams({
    ...{ 'list-type': '2', 'encoding-type': 'url', prefix },
    ...(token !== null && { 'continuation-token': token }),
  }).toString();
  // Signatures know no other way to write a space.
  return url.href.replaceAll('+', '%20');
}

function readPage({ bytes, url }: GuardedResponse): XmlElement {
  const [page] = children(readXml(new TextDecoder().decode(bytes), url.origin + url.pathname), 'ListBucketResult');
  if (!page) throw unexpected(url, 'no list of objects');
  return page;
}

function objectOf(content: XmlElement, prefix: string): S3Object[] {
  const key = decodeKey(decodeEntities(textOf(content, 'Key') ?? ''));
  const etag = decodeEntities(textOf(content, 'ETag') ?? '');
  const size = Number(textOf(content, 'Size'));
  if (!key.startsWith(prefix) || key === prefix || etag === '') return [];
  return [{ externalId: key.slice(prefix.length), fingerprint: etag, size }];
}

function decodeKey(key: string): string {
  try {
    return decodeURIComponent(key.replaceAll('+', ' '));
  } catch {
    return key;
  }
}

function encodePath(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}

function toDocument(externalId: string, { bytes, url, headers }: GuardedResponse): FetchedDocument {
  const fingerprint = headers.get('etag') ?? '';
  // What the store says of the type is seldom more than that of any bytes.
  const fileName = externalId.split('/').at(-1) ?? externalId;
  return { externalId, fingerprint, uri: url.href, title: null, memo: null, bytes, fileName, mediaType: null };
}

/** Says by the store's own word why it refuses, such as `AccessDenied`, `NoSuchBucket` or `SignatureDoesNotMatch`. */
function refusal(response: GuardedResponse): AppError {
  const [, code = null] = /<Code>([A-Za-z.]{1,60})<\/Code>/.exec(new TextDecoder().decode(response.bytes)) ?? [];
  return badStatus(response, code);
}

function tooLarge(key: string, size: number, maximum: number): AppError {
  return new AppError('FILE_TOO_LARGE', `${key} has ${size} bytes; at most ${maximum} are read.`);
}

function unexpected({ origin, pathname }: URL, what: string): AppError {
  return new AppError('FILE_CORRUPT', `${origin}${pathname} answers with something unexpected: ${what}.`);
}
