import { Readability } from '@mozilla/readability';
import type { ParsedDocument, Properties } from '../../domain/document.ts';
import { cleanText, singleLine } from './clean-text.ts';
import { addHtmlBlocks } from './html-blocks.ts';
import { childrenOf, type HtmlNode, openHtml } from './html-node.ts';
import { primaryLanguage } from './parse-markdown.ts';
import { createTextBuilder } from './text-builder.ts';

/** Larger pages are read whole: finding their main part would take longer than reading it. */
const largestReadable = 1_000_000;
/** Of the text outside links, what the main part must hold; a smaller one has lost content, not only menus. */
const smallestShare = 0.75;

/** The readable part of a page, as blocks. Throws FILE_TAKES_TOO_LONG when it is nested too deeply. */
export function parseHtml(html: string, fileTitle: string): ParsedDocument {
  const page = openHtml(html);
  const builder = createTextBuilder();
  const title = titleOf(page);
  const language = primaryLanguage(page.querySelector?.('html')?.getAttribute?.('lang') ?? null);
  addHtmlBlocks(mainPart(page, html), builder);
  const { text, blocks } = builder.build();
  return { title: title || fileTitle, text, blocks, language, properties: propertiesOf(page) };
}

/** Reads HTML that is a document as a whole, such as the one made from a DOCX file. */
export function parseHtmlFragment(html: string, fileTitle: string): ParsedDocument {
  const page = openHtml(html);
  const builder = createTextBuilder();
  addHtmlBlocks(page, builder);
  return { title: headingOf(page) || fileTitle, ...builder.build(), language: null };
}

const metaNames: Readonly<Record<string, string>> = {
  author: 'author',
  description: 'description',
  keywords: 'keywords',
  date: 'date',
  'article:published_time': 'date',
  'article:modified_time': 'modified',
  breadcrumb: 'breadcrumb',
  created: 'created',
  modified: 'modified',
  editor: 'editor',
};

function propertiesOf(page: HtmlNode): Properties {
  const found: Record<string, string> = {};
  for (const meta of page.querySelectorAll?.('meta[content]') ?? []) {
    const name = metaNames[(meta.getAttribute?.('name') ?? meta.getAttribute?.('property') ?? '').toLowerCase()];
    const value = singleLine(cleanText(meta.getAttribute?.('content') ?? '')).slice(0, 2000);
    if (name && value !== '') found[name] ??= value;
  }
  return found;
}

function mainPart(page: HtmlNode, html: string): HtmlNode {
  const whole = ownTextLength(page);
  const isLargeEnough = (part: HtmlNode) => ownTextLength(part) >= whole * smallestShare;
  const marked = page.querySelector?.('main, [role=main], article');
  if (marked && isLargeEnough(marked)) return marked;
  if (html.length > largestReadable) return page;
  const article = readableArticle(html);
  return article && isLargeEnough(article) ? article : page;
}

/** What Readability takes for the article, from its own copy of the page, because it changes the page. */
function readableArticle(html: string): HtmlNode | null {
  try {
    // The library's types name the browser's DOM, which is not among this project's types.
    const page: ConstructorParameters<typeof Readability>[0] = openHtml(html);
    return new Readability<HtmlNode>(page, { serializer: (node) => node }).parse()?.content ?? null;
  } catch {
    return null;
  }
}

/** Characters that are read outside links: menus and lists of other pages are made of links. */
function ownTextLength(part: HtmlNode): number {
  const builder = createTextBuilder();
  addHtmlBlocks(part, builder, { hasTargets: false });
  let linked = 0;
  for (const link of part.querySelectorAll?.('a') ?? []) linked += singleLine(link.textContent ?? '').length;
  return Math.max(0, builder.build().text.length - linked);
}

function headingOf(page: HtmlNode): string {
  return singleLine(cleanText(page.querySelector?.('h1')?.textContent ?? ''));
}

/** The page's title; the site's name goes when the main heading shows which part is the page's own. */
function titleOf(page: HtmlNode): string {
  const heading = headingOf(page);
  const title = singleLine(cleanText(titleElement(page)?.textContent ?? ''));
  const parts = title.split(/\s+[|–—·»:-]\s+/);
  const [first = ''] = parts;
  const isHeading = parts.includes(heading) || (heading.startsWith(first) && first.length > heading.length / 2);
  return heading !== '' && (title === '' || isHeading) ? heading : title;
}

/** The `title` of the page, not the one of a drawing in it. */
function titleElement(page: HtmlNode): HtmlNode | null {
  const inHead = page.querySelector?.('head > title');
  return inHead ?? childrenOf(page.querySelector?.('body') ?? page).find((node) => node.localName === 'title') ?? null;
}
