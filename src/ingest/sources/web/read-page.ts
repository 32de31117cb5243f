import { decodeText } from '../../parse/decode-text.ts';

/** What a page says about itself and where it leads; addresses are absolute, without their fragment. */
export interface PageFacts {
  readonly canonical: URL | null;
  readonly links: readonly URL[];
  /** It asks not to be indexed. */
  readonly noIndex: boolean;
}

const mostLinks = 1000;
const tag = /<(a|area|base|link|meta)\b((?:"[^"]{0,5000}"|'[^']{0,5000}'|[^'"<>])*)>/gi;
const attribute = /([a-z-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'=<>`]+))/gi;

/**
 * Reads tags without building a tree: a page of any size and nesting takes time in proportion to its length.
 * Links with rel="nofollow", and all of a page that asks for it, are left out.
 */
export function readPage(bytes: Uint8Array, mediaType: string | null, address: URL): PageFacts {
  const encoding = /charset="?([\w-]+)/i.exec(mediaType ?? '')?.[1] ?? null;
  const html = withoutScripts(decodeText(bytes, encoding) ?? '');
  let base = address;
  let canonical: URL | null = null;
  let noIndex = false;
  let noFollow = false;
  const links = new Map<string, URL>();
  for (const [, name = '', rest = ''] of html.matchAll(tag)) {
    const given = attributesOf(rest);
    const kind = name.toLowerCase();
    if (kind === 'base') base = resolve(given.get('href'), address) ?? base;
    else if (kind === 'link') {
      if (given.get('rel')?.toLowerCase() === 'canonical') canonical ??= resolve(given.get('href'), base);
    } else if (kind === 'meta') {
      if (!/^(robots|footnote)$/i.test(given.get('name') ?? '')) continue;
      noIndex ||= /\b(noindex|none)\b/i.test(given.get('content') ?? '');
      noFollow ||= /\b(nofollow|none)\b/i.test(given.get('content') ?? '');
    } else if (links.size < mostLinks && !/\bnofollow\b/i.test(given.get('rel') ?? '')) {
      const link = resolve(given.get('href'), base);
      if (link) links.set(link.href, link);
    }
  }
  return { canonical, links: noFollow ? [] : [...links.values()], noIndex };
}

/** Comments and scripts hold text that only looks like tags. One pass, by search, not by pattern. */
function withoutScripts(html: string): string {
  // Only these letters: others may change their length.
  const lower = html.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
  const ends: Readonly<Record<string, string>> = { '<!--': '-->', '<script': '</script', '<style': '</style' };
  const parts: string[] = [];
  let at = 0;
  for (const { index, 0: opening } of lower.matchAll(/<!--|<script|<style/g)) {
    if (index < at) continue;
    parts.push(html.slice(at, index));
    const end = lower.indexOf(ends[opening] ?? '', index);
    if (end < 0) return parts.join('');
    at = end;
  }
  parts.push(html.slice(at));
  return parts.join('');
}

function attributesOf(text: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const [, name = '', double, single, bare] of text.matchAll(attribute))
    if (!found.has(name.toLowerCase())) found.set(name.toLowerCase(), decodeEntities(double ?? single ?? bare ?? ''));
  return found;
}

const named: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** The entities that addresses and titles of feeds and sitemaps hold. */
export function decodeEntities(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(amp|lt|gt|quot|apos));/gi, (whole, decimal, hex, name) => {
    if (name) return named[String(name).toLowerCase()] ?? whole;
    const code = decimal ? Number(decimal) : Number.parseInt(hex, 16);
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}

function resolve(href: string | undefined, base: URL): URL | null {
  if (href === undefined || href.length > 4000 || !URL.canParse(href.trim(), base.href)) return null;
  const url = new URL(href.trim(), base);
  if (!/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') return null;
  url.hash = '';
  return url;
}
