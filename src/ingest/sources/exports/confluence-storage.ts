import { Parser } from 'htmlparser2';
import { escapeHtml } from './export-document.ts';

/** What an element of the storage format becomes; `''`: only what is in it stays, `null`: nothing. */
const elements: Readonly<Record<string, string | null>> = {
  'ac:task-list': 'ul',
  'ac:task': 'li',
  'ac:task-id': null,
  'ac:task-uuid': null,
  'ac:task-status': null,
  'ac:parameter': null,
  'ac:placeholder': null,
  'ac:emoticon': null,
  'ac:image': null,
  'ac:plain-text-body': 'pre',
};
const kept = new Set(['href', 'colspan', 'rowspan', 'start']);

/**
 * Confluence's storage format as HTML: macros become what they hold, links to pages by title lead where `addressOf` says, or nowhere.
 * Text that is markup inside of CDATA, such as code, is shown as it stands.
 */
export function storageToHtml(body: string, addressOf: (title: string) => string | null): string {
  const out: string[] = [];
  /** Elements that are open, as they were opened; null for what is left out. */
  const open: (string | null)[] = [];
  let hidden = 0;
  let isVerbatim = false;
  /** A link whose target comes before its text. */
  let link: { title: string; hasText: boolean; element: string } | null = null;

  function openTag(name: string, attributes: Readonly<Record<string, string>>): void {
    if (name === 'ac:link') link = { title: '', hasText: false, element: 'span' };
    if (name === 'ri:page' && link) link.title = attributes['ri:content-title'] ?? '';
    const isLinkText = name === 'ac:plain-text-link-body' || name === 'ac:link-body';
    if (isLinkText && link && hidden === 0) openLink(link);
    const shown = name in elements ? (elements[name] ?? null) : name.includes(':') ? '' : name;
    open.push(shown);
    if (shown === null) hidden += 1;
    if (!shown || hidden > 0) return;
    const given = Object.entries(attributes).filter(([attribute]) => kept.has(attribute));
    out.push(`<${shown}${given.map(([attribute, value]) => ` ${attribute}="${value}"`).join('')}>`);
    if (name === 'time') out.push(attributes.datetime ?? '');
  }

  function openLink(opened: NonNullable<typeof link>): void {
    const address = addressOf(unescapeXml(opened.title));
    opened.hasText = true;
    opened.element = address === null ? 'span' : 'a';
    out.push(address === null ? '<span>' : `<a href="${escapeHtml(address)}">`);
  }

  function closeTag(name: string): void {
    const shown = open.pop() ?? null;
    const isLinkText = name === 'ac:plain-text-link-body' || name === 'ac:link-body';
    if (isLinkText && link && hidden === 0) out.push(`</${link.element}>`);
    if (name === 'ac:link' && link) {
      if (!link.hasText && link.title !== '' && hidden === 0) {
        openLink(link);
        out.push(`${link.title}</${link.element}>`);
      }
      link = null;
    }
    if (shown === null) hidden -= 1;
    else if (shown !== '' && hidden === 0) out.push(`</${shown}>`);
  }

  const parser = new Parser(
    {
      ...{ onopentag: openTag, onclosetag: closeTag },
      oncdatastart: () => {
        isVerbatim = true;
      },
      oncdataend: () => {
        isVerbatim = false;
      },
      ontext: (text) => {
        if (hidden === 0) out.push(isVerbatim ? escapeHtml(text) : text);
      },
    },
    // Entities stay as they are written: HTML knows them all, XML does not.
    { xmlMode: true, decodeEntities: false },
  );
  parser.end(body);
  return out.join('');
}

function unescapeXml(text: string): string {
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');
}
