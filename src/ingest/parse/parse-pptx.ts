import type { ParsedDocument } from '../../domain/document.ts';
import { AppError } from '../../domain/errors.ts';
import { singleLine } from './clean-text.ts';
import { readPart, readProperties, readRelationships } from './office-package.ts';
import { type Archive, openArchive } from './read-archive.ts';
import { createTextBuilder, type TextBuilder } from './text-builder.ts';
import {
  attributeOf,
  childAt,
  childElements,
  childrenNamed,
  descendantsNamed,
  openXml,
  textOf,
  type XmlNode,
} from './xml-node.ts';

const presentationPart = 'ppt/presentation.xml';
const titleTypes = new Set(['title', 'ctrTitle']);
/** What a slide repeats from its design. */
const ignoredTypes = new Set(['dt', 'ftr', 'hdr', 'sldNum', 'sldImg']);

/** What programs write where nobody gave a title. */
const machineTitle = /^(?:powerpoint[ -]pr\S*|presentation\d*|slide \d+)$/i;

/** Blocks of a presentation: a heading for each slide, its number as page, tables, and the speaker's notes. Throws FILE_SUSPICIOUS, FILE_ENCRYPTED or FILE_CORRUPT. */
export async function parsePptx(bytes: Uint8Array, file: { name: string; title: string }): Promise<ParsedDocument> {
  const archive = await openArchive(bytes, { name: file.name, requiredEntry: presentationPart });
  const builder = createTextBuilder();
  const slides = await slideParts(archive);
  let lostTables = 0;
  for (const [index, part] of slides.entries()) {
    const page = index + 1;
    const slide = await readPart(archive, part);
    if (!slide) throw new AppError('FILE_CORRUPT', `${file.name} lacks its slide ${page}.`);
    lostTables += addSlide(slide, { builder, page });
    await addNotes(archive, part, { builder, page });
  }
  const properties = readProperties(await readPart(archive, 'docProps/core.xml'));
  const { text, blocks } = builder.build();
  const [first] = blocks;
  const heading = first?.kind === 'heading' ? text.slice(first.start, first.end) : '';
  const titles = [properties.title ?? '', heading].filter((title) => !machineTitle.test(title));
  return {
    title: titles[0] || titles[1] || file.title,
    text,
    blocks,
    language: null,
    properties,
    pages: slides.length,
    lostTables,
    unreadBytes: archive.unreadBytes,
  };
}

async function slideParts(archive: Archive): Promise<string[]> {
  const presentation = openXml((await archive.text(presentationPart)) ?? '');
  const related = await readRelationships(archive, presentationPart);
  const listed = childElements(childAt(presentation, 'sldIdLst') ?? presentation).filter(
    ({ name }) => name === 'sldId',
  );
  return listed.flatMap((slide) => {
    // The reference's id has a prefix; the plain `id` is a number of the slide's own.
    const reference = Object.entries(slide.attributes).find(([name]) => name.endsWith(':id'))?.[1] ?? '';
    return related.get(reference)?.target ?? [];
  });
}

interface SlidePlace {
  readonly builder: TextBuilder;
  readonly page: number;
}

/** Returns how many charts and drawings with data the slide holds that are not read. */
function addSlide(slide: XmlNode, { builder, page }: SlidePlace): number {
  const shapes = shapesOf(childAt(slide, 'cSld', 'spTree'));
  const title = shapes.find((shape) => titleTypes.has(placeholderType(shape) ?? ''));
  const titleText = title
    ? singleLine(
        paragraphsOf(title)
          .map(({ text }) => text)
          .join(' '),
      )
    : '';
  const hasMore = shapes.some((shape) => shape !== title && textOf(shape).trim() !== '');
  builder.add('heading', titleText || (hasMore ? `Slide ${page}` : ''), { level: 1, page });
  let lost = 0;
  for (const shape of shapes) {
    if (shape === title) continue;
    const tables = descendantsNamed(shape, 'tbl');
    for (const table of tables) builder.add('table', tableText(table), { page });
    if (shape.name === 'graphicFrame') {
      if (tables.length === 0) lost += 1;
    } else addParagraphs(shape, { builder, page });
  }
  return lost;
}

/** All shapes in the order of the file, which is the order in which they are read out; groups are opened. */
function shapesOf(tree: XmlNode | null): XmlNode[] {
  return (tree ? childElements(tree) : []).flatMap((node) => {
    if (node.name === 'sp' || node.name === 'graphicFrame')
      return ignoredTypes.has(placeholderType(node) ?? '') ? [] : [node];
    // What a newer program draws stands beside a substitute for older ones.
    if (node.name === 'AlternateContent') return shapesOf(childAt(node, 'Choice'));
    return node.name === 'grpSp' ? shapesOf(node) : [];
  });
}

/** Null when a shape is no placeholder; a body's type may be missing. */
function placeholderType(shape: XmlNode): string | null {
  const placeholder = childAt(shape, 'nvSpPr', 'nvPr', 'ph');
  return placeholder && attributeOf(placeholder, 'type');
}

/** A body's paragraphs are the points of a list when there are several. */
function addParagraphs(shape: XmlNode, { builder, page }: SlidePlace): void {
  const paragraphs = paragraphsOf(shape);
  const isBody = ['', 'body', 'obj'].includes(placeholderType(shape) ?? 'none');
  for (const { text, level, isBullet } of paragraphs) {
    const isItem = isBullet || (isBody && paragraphs.length > 1);
    if (isItem) builder.add('list', `- ${text}`, { page, depth: level });
    else builder.add('paragraph', text, { page });
  }
}

function paragraphsOf(shape: XmlNode): { text: string; level: number; isBullet: boolean }[] {
  const body = childAt(shape, 'txBody');
  return childrenNamed(body ?? { name: '', attributes: {}, children: [] }, 'p').flatMap((paragraph) => {
    const text = runsOf(paragraph).trim();
    const properties = childAt(paragraph, 'pPr');
    const isBullet = childElements(properties ?? paragraph).some(
      ({ name }) => name === 'buChar' || name === 'buAutoNum',
    );
    return text === '' ? [] : [{ text, level: Number(attributeOf(properties, 'lvl')) || 0, isBullet }];
  });
}

function runsOf(paragraph: XmlNode): string {
  return childElements(paragraph)
    .map((run) => (run.name === 'br' ? '\n' : run.name === 'r' || run.name === 'fld' ? textOf(childAt(run, 't')) : ''))
    .join('');
}

function tableText(table: XmlNode): string {
  const cellText = (cell: XmlNode) => singleLine(descendantsNamed(cell, 'p').map(runsOf).join(' '));
  const rows = childrenNamed(table, 'tr').map((row) => childrenNamed(row, 'tc').map(cellText));
  return rows
    .filter((cells) => cells.some((cell) => cell !== ''))
    .map((cells) => cells.join(' | '))
    .join('\n');
}

async function addNotes(archive: Archive, slide: string, { builder, page }: SlidePlace): Promise<void> {
  const related = await readRelationships(archive, slide);
  const part = [...related.values()].find(({ kind }) => kind === 'notesSlide');
  const notes = part ? await readPart(archive, part.target) : null;
  const paragraphs = shapesOf(notes && childAt(notes, 'cSld', 'spTree')).flatMap(paragraphsOf);
  if (paragraphs.length > 0) builder.add('quote', `Notes: ${paragraphs.map(({ text }) => text).join('\n')}`, { page });
}
