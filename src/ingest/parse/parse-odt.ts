import type { ParsedDocument } from '../../domain/document.ts';
import { AppError } from '../../domain/errors.ts';
import { singleLine } from './clean-text.ts';
import { readPart, readProperties } from './office-package.ts';
import { openArchive } from './read-archive.ts';
import { createTextBuilder, type TextBuilder } from './text-builder.ts';
import { attributeOf, childAt, childElements, childrenNamed, descendantsNamed, type XmlNode } from './xml-node.ts';

/** Blocks of an OpenDocument text: headings, lists, tables, links with their targets, footnotes. Throws FILE_SUSPICIOUS, FILE_ENCRYPTED or FILE_CORRUPT. */
export async function parseOdt(bytes: Uint8Array, file: { name: string; title: string }): Promise<ParsedDocument> {
  const archive = await openArchive(bytes, { name: file.name, requiredEntry: 'content.xml' });
  if ((await archive.text('META-INF/manifest.xml'))?.includes('encryption-data'))
    throw new AppError('FILE_ENCRYPTED', `${file.name} is protected by a password.`);
  const body = childAt((await readPart(archive, 'content.xml')) ?? emptyNode, 'body', 'text');
  if (!body) throw new AppError('FILE_CORRUPT', `${file.name} holds no text document.`);
  const builder = createTextBuilder();
  const reader: OdtReader = { builder, notes: [] };
  addChildren(body, reader);
  for (const [index, note] of reader.notes.entries()) builder.add('paragraph', `[${index + 1}] ${note}`);
  const properties = readProperties(childAt((await readPart(archive, 'meta.xml')) ?? emptyNode, 'meta'));
  const { text, blocks } = builder.build();
  const heading = blocks.find(({ kind, level }) => kind === 'heading' && level === 1);
  const headed = heading ? text.slice(heading.start, heading.end) : '';
  const { unreadBytes } = archive;
  return { title: properties.title || headed || file.title, text, blocks, language: null, properties, unreadBytes };
}

const emptyNode: XmlNode = { name: '', attributes: {}, children: [] };

interface OdtReader {
  readonly builder: TextBuilder;
  readonly notes: string[];
}

/** Holders of blocks; what is not named, such as tracked deletions, forms and drawings, is passed over. */
const containers = new Set(['section', 'index-body', 'text-box', 'numbered-paragraph', 'frame']);

function addChildren(node: XmlNode, reader: OdtReader): void {
  for (const child of childElements(node)) {
    if (child.name === 'h') {
      const level = Math.min(6, Math.max(1, Number(attributeOf(child, 'outline-level')) || 1));
      reader.builder.add('heading', singleLine(inlineText(child, reader)), { level });
    } else if (child.name === 'p') addParagraph(child, reader);
    else if (child.name === 'list') addList(child, reader, 0);
    else if (child.name === 'table') addTable(child, reader);
    else if (containers.has(child.name)) addChildren(child, reader);
    else if (child.name.endsWith('-index') || child.name === 'table-of-content') continue;
  }
}

function addParagraph(paragraph: XmlNode, reader: OdtReader): void {
  const style = attributeOf(paragraph, 'style-name');
  const kind = /preformatted|source/i.test(style) ? 'code' : /quotation/i.test(style) ? 'quote' : 'paragraph';
  if (style === 'Title') reader.builder.add('heading', singleLine(inlineText(paragraph, reader)), { level: 1 });
  else reader.builder.add(kind, inlineText(paragraph, reader));
  for (const box of descendantsNamed(paragraph, 'text-box')) addChildren(box, reader);
}

function addList(list: XmlNode, reader: OdtReader, depth: number): void {
  for (const item of childElements(list).filter(({ name }) => name === 'list-item' || name === 'list-header')) {
    let isFirst = item.name === 'list-item';
    for (const part of childElements(item)) {
      if (part.name === 'list') addList(part, reader, depth + 1);
      else if (part.name === 'p' || part.name === 'h') {
        const text = inlineText(part, reader).trim();
        if (text !== '') reader.builder.add('list', isFirst ? `- ${text}` : text, { depth });
        isFirst = false;
      }
    }
  }
}

function addTable(table: XmlNode, reader: OdtReader): void {
  const rows = rowsOf(table).map((row) =>
    childElements(row)
      .filter(({ name }) => name === 'table-cell' || name === 'covered-table-cell')
      .map((cell) =>
        singleLine(
          childElements(cell)
            .map((part) => cellText(part, reader))
            .join(' '),
        ),
      ),
  );
  const filled = rows.filter((cells) => cells.some((cell) => cell !== ''));
  reader.builder.add('table', filled.map((cells) => cells.join(' | ')).join('\n'));
}

function rowsOf(table: XmlNode): XmlNode[] {
  return childElements(table).flatMap((part) => {
    if (part.name === 'table-row') return [part];
    return /^table-(?:header-rows|rows|row-group)$/.test(part.name) ? rowsOf(part) : [];
  });
}

/** A cell may hold lists and tables of its own; they are read as running text. */
function cellText(node: XmlNode, reader: OdtReader): string {
  if (node.name === 'p' || node.name === 'h') return inlineText(node, reader);
  return childElements(node)
    .map((part) => cellText(part, reader))
    .join(' ');
}

const silentElements = new Set([
  'annotation',
  'annotation-end',
  'tracked-changes',
  'frame',
  'note-citation',
  'bookmark',
  'soft-page-break',
]);

function inlineText(node: XmlNode, reader: OdtReader): string {
  return node.children
    .map((child) => {
      if (typeof child === 'string') return child.replace(/\s+/g, ' ');
      if (silentElements.has(child.name)) return '';
      if (child.name === 's') return ' '.repeat(Math.min(100, Number(attributeOf(child, 'c')) || 1));
      if (child.name === 'tab') return ' ';
      if (child.name === 'line-break') return '\n';
      if (child.name === 'note') return addNote(child, reader);
      return child.name === 'a' ? linkText(child, reader) : inlineText(child, reader);
    })
    .join('');
}

function addNote(note: XmlNode, reader: OdtReader): string {
  const body = childAt(note, 'note-body');
  const text = singleLine(
    childrenNamed(body ?? emptyNode, 'p')
      .map((part) => inlineText(part, reader))
      .join(' '),
  );
  reader.notes.push(text);
  return `[${reader.notes.length}]`;
}

function linkText(link: XmlNode, reader: OdtReader): string {
  const shown = inlineText(link, reader);
  const target = attributeOf(link, 'href');
  const isWorthwhile = /^(?:https?|mailto):/.test(target) && shown.trim() !== '' && shown.trim() !== target;
  return isWorthwhile ? `[${shown.trim()}](${target})` : shown;
}
