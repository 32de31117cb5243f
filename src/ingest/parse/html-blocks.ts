import type { BlockKind } from '../../domain/document.ts';
import { singleLine } from './clean-text.ts';
import { childrenOf, elementNode, type HtmlNode, textNode } from './html-node.ts';
import type { TextBuilder } from './text-builder.ts';

const ignoredElements = wordSet(
  'head script style noscript template nav footer aside svg iframe object embed video audio canvas map button select input textarea datalist dialog link meta title',
);
const ignoredRoles = wordSet('navigation banner contentinfo complementary search menu menubar toolbar dialog');
const blockElements = wordSet(
  'html body main article section div p header hgroup address figure figcaption details summary dl dt dd form fieldset legend center caption table thead tbody tfoot tr td th ul ol li blockquote pre h1 h2 h3 h4 h5 h6 hr',
);

const blockSelector = [...blockElements].join(', ');

/** What the running text is part of: its kind, and the marker that its first line gets. */
interface Context {
  readonly kind: BlockKind;
  marker: string;
  /** Of nested lists, from 0. */
  readonly depth: number;
}

/**
 * Adds the blocks of a tree, without navigation, scripts and what is hidden. The tree must not be nested deeply.
 * Links keep their targets in Markdown's notation unless `hasTargets` is false.
 */
export function addHtmlBlocks(root: HtmlNode, builder: TextBuilder, { hasTargets = true } = {}): void {
  let inline = '';

  function flush(context: Context): void {
    const text = inline
      .replace(/[^\S\n]+/g, ' ')
      .replace(/ ?\n ?/g, '\n')
      .trim();
    inline = '';
    if (text === '') return;
    builder.add(context.kind, context.marker + text, { depth: context.depth });
    context.marker = '';
  }

  function visit(node: HtmlNode, context: Context): void {
    if (node.nodeType === textNode) inline += (node.nodeValue ?? '').replace(/\s+/g, ' ');
    if (node.nodeType !== elementNode) {
      if (node.nodeType !== textNode) visitChildren(node, context);
      return;
    }
    if (isIgnored(node)) return;
    const name = node.localName ?? '';
    if (name === 'br') inline += '\n';
    else if (name === 'a' && hasTargets) visitLink(node, context);
    else if (!blockElements.has(name)) visitChildren(node, context);
    else {
      flush(context);
      visitBlock(node, context);
      flush(context);
    }
  }

  /** The target goes where blocks stand inside the link, and where it says nothing more than the link's text. */
  function visitLink(node: HtmlNode, context: Context): void {
    const target = linkTarget(node);
    if (target === null || node.querySelector?.(blockSelector)) {
      visitChildren(node, context);
      return;
    }
    const before = inline;
    inline = '';
    visitChildren(node, context);
    const shown = inline.trim();
    const isWorthwhile = shown !== '' && !shown.includes('\n') && shown !== target && !target.endsWith(`:${shown}`);
    inline = before + (isWorthwhile ? inline.replace(shown, () => `[${shown}](${target})`) : inline);
  }

  function visitBlock(node: HtmlNode, context: Context): void {
    const name = node.localName ?? '';
    const level = /^h([1-6])$/.exec(name)?.[1];
    if (level) builder.add('heading', innerText(node), { level: Number(level) });
    else if (name === 'pre') builder.add('code', preformattedText(node));
    else if (name === 'table' && isDataTable(node)) builder.add('table', tableText(node));
    else if (name === 'tr' && isDataRow(node)) builder.add('table', rowText(node));
    else if (name === 'ul' || name === 'ol') visitList(node, context.kind === 'list' ? context.depth + 1 : 0);
    else if (name === 'blockquote') visitInside(node, { kind: 'quote', marker: '', depth: 0 });
    else visitChildren(node, context);
  }

  function visitList(list: HtmlNode, depth: number): void {
    let number = Number(list.getAttribute?.('start') ?? 1) || 1;
    for (const item of childrenOf(list)) {
      const marker = list.localName === 'ol' ? `${number}. ` : '- ';
      if (item.localName === 'li') number += 1;
      visitInside(item, { kind: 'list', marker: item.localName === 'li' ? marker : '', depth });
    }
  }

  /** Visits a node whose running text is of another kind than what stands before and after it. */
  function visitInside(node: HtmlNode, context: Context): void {
    if (node.localName === 'li' || node.localName === 'blockquote') visitChildren(node, context);
    else visit(node, context);
    flush(context);
  }

  function visitChildren(node: HtmlNode, context: Context): void {
    for (const child of childrenOf(node)) visit(child, context);
  }

  const context: Context = { kind: 'paragraph', marker: '', depth: 0 };
  visit(root, context);
  flush(context);
}

/** Where a link leads, when that is outside the page; null else. */
function linkTarget(link: HtmlNode): string | null {
  const target = link.getAttribute?.('href')?.trim() ?? '';
  return /^(?:https?:\/\/|mailto:)[^\s()<>]{1,1000}$/i.test(target) ? target : null;
}

function isIgnored(node: HtmlNode): boolean {
  if (ignoredElements.has(node.localName ?? '')) return true;
  const attribute = (name: string) => node.getAttribute?.(name) ?? null;
  if (attribute('hidden') !== null || attribute('aria-hidden') === 'true') return true;
  if (ignoredRoles.has(attribute('role') ?? '')) return true;
  if (/display\s*:\s*none|visibility\s*:\s*hidden/i.test(attribute('style') ?? '')) return true;
  return node.localName === 'header' && isSiteHeader(node);
}

/** A header with links to elsewhere and no heading of the page itself. */
function isSiteHeader(node: HtmlNode): boolean {
  return Boolean(node.querySelector?.('nav')) && !node.querySelector?.('h1');
}

/** Layout tables have one column or hold other tables; their cells are read as running text. */
function isDataTable(table: HtmlNode): boolean {
  if (/^(?:presentation|none)$/.test(table.getAttribute?.('role') ?? '')) return false;
  if (table.querySelector?.('table')) return false;
  return rowsOf(table).some((row) => cellsOf(row).length > 1);
}

/** A row of figures inside a layout table. */
function isDataRow(row: HtmlNode): boolean {
  return cellsOf(row).length > 1 && !row.querySelector?.('table, p, ul, ol, pre');
}

/** The rows of the first table of a tree; an empty string when there is none. */
export function htmlTableText(root: HtmlNode): string {
  const table = root.querySelector?.('table');
  return table ? tableText(table) : '';
}

/** One line a row, cells parted by ` | `; the header row is the first one. */
function tableText(table: HtmlNode): string {
  const caption = table.querySelector?.('caption');
  const lines = [caption ? innerText(caption) : '', ...rowsOf(table).map(rowText)];
  return lines.filter((line) => line !== '').join('\n');
}

/** Empty when all cells are. */
function rowText(row: HtmlNode): string {
  const cells = cellsOf(row).map(innerText);
  return cells.some((cell) => cell !== '') ? cells.join(' | ') : '';
}

function rowsOf(table: HtmlNode): HtmlNode[] {
  return [...(table.querySelectorAll?.('tr') ?? [])];
}

function cellsOf(row: HtmlNode): HtmlNode[] {
  return childrenOf(row).filter((cell) => cell.localName === 'td' || cell.localName === 'th');
}

/** The visible text of a node on one line, with a space where blocks meet. */
function innerText(node: HtmlNode): string {
  const parts: string[] = [];
  const collect = (part: HtmlNode) => {
    if (part.nodeType === textNode) parts.push(part.nodeValue ?? '');
    if (part.nodeType !== elementNode || isIgnored(part)) return;
    const isApart = blockElements.has(part.localName ?? '') || part.localName === 'br';
    if (isApart) parts.push(' ');
    for (const child of childrenOf(part)) collect(child);
    if (isApart) parts.push(' ');
  };
  for (const child of childrenOf(node)) collect(child);
  return singleLine(parts.join(''));
}

function preformattedText(node: HtmlNode): string {
  return childrenOf(node)
    .map((child) => {
      if (child.nodeType === textNode) return child.nodeValue ?? '';
      return child.localName === 'br' ? '\n' : preformattedText(child);
    })
    .join('');
}

function wordSet(words: string): ReadonlySet<string> {
  return new Set(words.split(' '));
}
