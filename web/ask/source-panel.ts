import type { Quote } from '../../src/domain/answer.ts';
import { getJson, RequestFailed } from './api.ts';
import { announce, byId, element } from './elements.ts';

interface SourceToShow {
  readonly documentId: string;
  readonly title: string;
  readonly uri: string | null;
  /** Null shows the document from its beginning. */
  readonly quote: Quote | null;
}

export interface SourcePanel {
  /** Opens beside what is being read; closing it brings the focus back to what opened it. */
  show(source: SourceToShow, opener: HTMLElement): Promise<void>;
  close(): void;
}

export function createSourcePanel(): SourcePanel {
  const panel = byId('source', HTMLElement);
  const title = byId('source-title', HTMLHeadingElement);
  const place = byId('source-place', HTMLParagraphElement);
  const text = byId('source-text', HTMLDivElement);
  const main = byId('main', HTMLElement);
  /** Where the panel covers the page, what is under it must not take the focus. */
  const covers = matchMedia('(max-width: 64rem)');
  // Long sources scroll; the keyboard needs a way in where browsers do not give one by themselves.
  text.tabIndex = 0;
  let opener: HTMLElement | null = null;
  let shown = 0;

  function close(): void {
    if (panel.hidden) return;
    panel.hidden = true;
    document.body.classList.remove('with-source');
    main.inert = false;
    for (const chip of document.querySelectorAll('[aria-expanded="true"]')) chip.setAttribute('aria-expanded', 'false');
    if (opener?.isConnected) opener.focus({ preventScroll: true });
    opener = null;
  }

  byId('source-close', HTMLButtonElement).addEventListener('click', close);
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') close();
  });
  covers.addEventListener('change', () => {
    main.inert = !panel.hidden && covers.matches;
  });

  return {
    close,
    async show(source, from) {
      const turn = ++shown;
      close();
      opener = from;
      from.setAttribute('aria-expanded', 'true');
      title.textContent = source.title;
      place.replaceChildren(...describePlace(source));
      text.replaceChildren(element('p', { class: 'hint' }, 'Opening the source…'));
      panel.hidden = false;
      document.body.classList.add('with-source');
      main.inert = covers.matches;
      title.focus({ preventScroll: true });
      const content = await loadContent(source);
      if (turn !== shown) return;
      text.replaceChildren(...content);
      const mark = text.querySelector('mark');
      if (mark) {
        mark.scrollIntoView({ block: 'center', behavior: 'auto' });
        announce(`Quote: ${mark.textContent}`);
      } else text.scrollTop = 0;
    },
  };
}

async function loadContent({ documentId, quote }: SourceToShow): Promise<readonly Node[]> {
  const version = quote ? `?version=${quote.version}` : '';
  try {
    const content = await getJson<{ text: string }>(`v1/documents/${encodeURIComponent(documentId)}/content${version}`);
    return quote ? markQuote(content.text, quote) : [document.createTextNode(content.text)];
  } catch (error) {
    if (!(error instanceof RequestFailed)) throw error;
    const isGone = error.problem.code === 'NOT_FOUND';
    const reason = isGone
      ? 'This version of the document is no longer kept, or it was removed.'
      : `${error.problem.title}. ${error.problem.detail}`;
    return [element('p', { class: 'problem' }, reason)];
  }
}

function markQuote(text: string, { start, end }: Quote): readonly Node[] {
  return [
    document.createTextNode(text.slice(0, start)),
    element('mark', {}, text.slice(start, end)),
    document.createTextNode(text.slice(end)),
  ];
}

function describePlace({ quote, uri }: SourceToShow): (Node | string)[] {
  const path = quote ? headingsBelowTitle(quote).join(' › ') : '';
  const page = quote?.page ? `page ${quote.page}` : '';
  const parts: (Node | string)[] = [path, page].filter((part) => part !== '');
  // Only web addresses become links: a source may claim any other scheme as its address.
  if (uri && /^https?:\/\//i.test(uri))
    parts.push(element('a', { href: uri, rel: 'noopener noreferrer', target: '_blank' }, 'Open the original'));
  else if (uri) parts.push(uri);
  return parts.flatMap((part, index) => (index === 0 ? [part] : [' · ', part]));
}

/** The path of headings, without the title that often stands first in it. */
export function headingsBelowTitle({ title, headingPath }: Pick<Quote, 'title' | 'headingPath'>): readonly string[] {
  return headingPath.filter((heading) => heading !== title);
}
