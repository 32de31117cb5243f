import { deflateRawSync } from 'node:zlib';
import { html, type Markup, trusted } from './markup.ts';

/** A value deflated into the page, its numbers rounded to four places. Base64 holds no character that means something in HTML. */
export function packed(id: string, value: unknown): Markup {
  const rounded = JSON.stringify(value, (_key, entry) =>
    typeof entry === 'number' ? Number(entry.toFixed(4)) : entry,
  );
  const bytes = deflateRawSync(rounded, { level: 9 }).toString('base64');
  return html`<script type="text/plain" id="${id}">${trusted(bytes)}</script>`;
}
