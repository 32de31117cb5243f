import { createHash } from 'node:crypto';
import type { FetchedDocument } from './connector.ts';

const formats = {
  text: { mediaType: 'text/plain', fileName: 'document.txt' },
  markdown: { mediaType: 'text/markdown', fileName: 'document.md' },
  html: { mediaType: 'text/html', fileName: 'document.html' },
} as const;

export type TextFormat = keyof typeof formats;

interface GivenText {
  readonly externalId: string;
  readonly title: string | null;
  readonly uri: string | null;
  readonly format: TextFormat;
  readonly text: string;
}

/** A document made of text that stood inside something else; what is read of it is its fingerprint. */
export function textDocument({ externalId, title, uri, format, text }: GivenText): FetchedDocument {
  const fingerprint = createHash('sha256')
    .update(JSON.stringify([title, uri, format, text]))
    .digest('hex');
  const bytes = new TextEncoder().encode(text);
  return { externalId, fingerprint, title, uri, memo: null, bytes, ...formats[format] };
}
