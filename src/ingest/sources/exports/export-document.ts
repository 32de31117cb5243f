import { breadcrumbText } from '../../breadcrumb.ts';
import type { FetchedDocument } from '../connector.ts';
import { type TextFormat, textDocument } from '../text-document.ts';
import type { ExportArchive } from './open-export.ts';

/** A file of the export that is read when it is needed. */
export interface LazyDocument {
  readonly externalId: string;
  readonly fingerprint: string;
  open(): Promise<FetchedDocument>;
}

export type ExportDocument = (FetchedDocument | LazyDocument) & {
  /** Who may read it, where the export says that not everyone may. */
  readonly acl?: readonly string[];
};

export interface ExportPlace {
  readonly archive: ExportArchive;
  /** Of one document. */
  readonly maxFileBytes: number;
}

/** The documents of an export, each once, in any order. Throws FILE_CORRUPT when it is not of this kind, or when part of it cannot be read. */
export type ReadExport = (place: ExportPlace, signal: AbortSignal) => AsyncGenerator<ExportDocument>;

/** Data of an export, as opposed to files in it, is read whole; in bytes. */
export const largestData = 256 * 1024 ** 2;
/** A page that is taken apart before it is handed on; in bytes. */
export const largestPage = 5 * 1024 ** 2;

export interface ExportPage {
  readonly externalId: string;
  readonly title: string | null;
  readonly uri: string | null;
  /** What the page stands under, the outermost first. */
  readonly breadcrumb: readonly string[];
  /** By lower-case name; empty ones are left out. */
  readonly properties: Readonly<Record<string, string | null | undefined>>;
  readonly format: Extract<TextFormat, 'markdown' | 'html'>;
  readonly text: string;
}

/** A page as a document that carries what the export says about it, as front matter or as `meta` elements. */
export function pageDocument({ breadcrumb, properties, text, ...page }: ExportPage): FetchedDocument {
  const named = Object.entries({ ...properties, breadcrumb: breadcrumbText(breadcrumb) }).flatMap(
    ([name, value]): [string, string][] => {
      const line = (value ?? '').replace(/\s+/g, ' ').trim();
      return line === '' ? [] : [[name, line]];
    },
  );
  return textDocument({ ...page, text: page.format === 'markdown' ? frontMatter(named, text) : withMeta(named, text) });
}

type Named = readonly (readonly [string, string])[];

function frontMatter(named: Named, text: string): string {
  if (named.length === 0) return text;
  return `---\n${named.map(([name, value]) => `${name}: ${value}\n`).join('')}---\n\n${text}`;
}

/** Into the head of a page, or before a fragment. */
function withMeta(named: Named, html: string): string {
  const meta = named.map(([name, value]) => `<meta name="${name}" content="${escapeHtml(value)}">`).join('');
  const head = /<head\b[^>]*>/i.exec(html);
  if (!head) return `<html><head>${meta}</head><body><main>${html}</main></body></html>`;
  const place = head.index + head[0].length;
  return html.slice(0, place) + meta + html.slice(place);
}

export function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

/** ISO 8601 of a time as exports write it, UTC where nothing else is said; null for what is none. */
export function isoTime(text: string | null | undefined): string | null {
  const given = (text ?? '').trim();
  const hasZone = /(?:Z|UTC|GMT|[+-]\d\d:?\d\d)$/i.test(given);
  const time = Date.parse(hasZone || given === '' ? given : `${given}${/\d:\d/.test(given) ? '' : ' 00:00'} UTC`);
  return Number.isNaN(time) ? null : new Date(time).toISOString();
}
