import type { ParsedDocument } from '../../domain/document.ts';
import { AppError } from '../../domain/errors.ts';
import { type NumberFormat, readAddress, readNumberFormats, showNumber } from './cell-values.ts';
import { singleLine } from './clean-text.ts';
import { readPart, readProperties, readRelationships } from './office-package.ts';
import { type Archive, openArchive } from './read-archive.ts';
import { addSheet, type SheetRow } from './sheet-blocks.ts';
import { createTextBuilder } from './text-builder.ts';
import {
  attributeOf,
  childAt,
  childElements,
  childrenNamed,
  eachXmlElement,
  textOf,
  type XmlNode,
} from './xml-node.ts';

const workbookPart = 'xl/workbook.xml';

/** Blocks of a workbook: a heading for each visible sheet, and its rows as tables with their addresses. Throws FILE_SUSPICIOUS, FILE_ENCRYPTED or FILE_CORRUPT. */
export async function parseXlsx(bytes: Uint8Array, file: { name: string; title: string }): Promise<ParsedDocument> {
  const archive = await openArchive(bytes, { name: file.name, requiredEntry: workbookPart });
  const workbook = await readPart(archive, workbookPart);
  if (!workbook) throw new AppError('FILE_CORRUPT', `${file.name} has an empty workbook.`);
  const book: Book = {
    strings: await readStrings(archive),
    formats: readNumberFormats(await readPart(archive, 'xl/styles.xml')),
    isFrom1904: /^(?:1|true)$/.test(attributeOf(childAt(workbook, 'workbookPr'), 'date1904')),
  };
  const builder = createTextBuilder();
  for (const { name, part } of await visibleSheets(archive, workbook))
    addSheet(readRows((await archive.text(part)) ?? '', book), { name, builder });
  const properties = readProperties(await readPart(archive, 'docProps/core.xml'));
  const lostTables = [...archive.names].filter((name) => /^xl\/charts\/chart\d*\.xml$/.test(name)).length;
  const { unreadBytes } = archive;
  return {
    title: properties.title || file.title,
    ...builder.build(),
    language: null,
    properties,
    lostTables,
    unreadBytes,
  };
}

interface Book {
  readonly strings: readonly string[];
  readonly formats: readonly NumberFormat[];
  readonly isFrom1904: boolean;
}

async function readStrings(archive: Archive): Promise<string[]> {
  const strings: string[] = [];
  const xml = await archive.text('xl/sharedStrings.xml');
  if (xml) eachXmlElement(xml, 'si', (item) => strings.push(richText(item)));
  return strings;
}

/** The text of all runs, without the reading aids of Japanese. */
function richText(item: XmlNode): string {
  return childElements(item)
    .map((part) => (part.name === 't' ? textOf(part) : part.name === 'r' ? textOf(childAt(part, 't')) : ''))
    .join('');
}

async function visibleSheets(archive: Archive, workbook: XmlNode): Promise<{ name: string; part: string }[]> {
  const related = await readRelationships(archive, workbookPart);
  return childrenNamed(childAt(workbook, 'sheets') ?? workbook, 'sheet').flatMap((sheet) => {
    const target = related.get(attributeOf(sheet, 'id'));
    const isHidden = /hidden/i.test(attributeOf(sheet, 'state'));
    // A sheet that is one chart has no cells.
    return !target || isHidden || target.kind !== 'worksheet'
      ? []
      : [{ name: attributeOf(sheet, 'name'), part: target.target }];
  });
}

function readRows(xml: string, book: Book): SheetRow[] {
  const rows: SheetRow[] = [];
  let row = 0;
  eachXmlElement(xml, 'row', (node) => {
    row = Number(attributeOf(node, 'r')) || row + 1;
    const cells = new Map<number, string>();
    let column = 0;
    for (const cell of childrenNamed(node, 'c')) {
      column = readAddress(attributeOf(cell, 'r'))?.column ?? column + 1;
      const text = singleLine(cellText(cell, book));
      if (text !== '') cells.set(column, text);
    }
    if (cells.size > 0) rows.push({ row, cells });
  });
  return rows;
}

function cellText(cell: XmlNode, { strings, formats, isFrom1904 }: Book): string {
  const type = attributeOf(cell, 't');
  if (type === 'inlineStr') return richText(childAt(cell, 'is') ?? cell);
  const value = textOf(childAt(cell, 'v'));
  if (type === 's') return strings[Number(value)] ?? '';
  if (type === 'b') return value === '1' ? 'TRUE' : 'FALSE';
  if (type === 'str' || type === 'e' || type === 'd') return value;
  return showNumber(value, formats[Number(attributeOf(cell, 's'))] ?? 'number', isFrom1904);
}
