import { posix } from 'node:path';
import type { ParsedDocument } from '../../domain/document.ts';
import { AppError } from '../../domain/errors.ts';
import { addHtmlBlocks } from './html-blocks.ts';
import { openHtml } from './html-node.ts';
import { readPart, readProperties } from './office-package.ts';
import { primaryLanguage } from './parse-markdown.ts';
import { type Archive, openArchive } from './read-archive.ts';
import { createTextBuilder } from './text-builder.ts';
import { attributeOf, childAt, childrenNamed, descendantsNamed, type XmlNode } from './xml-node.ts';

const containerPart = 'META-INF/container.xml';

/** Blocks of a book, chapter by chapter in its reading order. Throws FILE_SUSPICIOUS, FILE_ENCRYPTED or FILE_CORRUPT. */
export async function parseEpub(bytes: Uint8Array, file: { name: string; title: string }): Promise<ParsedDocument> {
  const archive = await openArchive(bytes, { name: file.name, requiredEntry: containerPart });
  const container = await readPart(archive, containerPart);
  const packagePart = container ? attributeOf(descendantsNamed(container, 'rootfile')[0] ?? null, 'full-path') : '';
  const book = await readPart(archive, packagePart);
  if (!book) throw new AppError('FILE_CORRUPT', `${file.name} lacks the list of its chapters.`);
  const chapters = chaptersOf(book, posix.dirname(packagePart));
  if (await hasLockedChapters(archive, chapters))
    throw new AppError('FILE_ENCRYPTED', `${file.name} is protected against copying.`);
  const builder = createTextBuilder();
  for (const chapter of chapters) {
    const html = await archive.text(chapter);
    if (html) addHtmlBlocks(openHtml(html), builder);
  }
  const properties = readProperties(childAt(book, 'metadata'));
  return {
    title: properties.title || file.title,
    ...builder.build(),
    language: primaryLanguage(properties.language ?? null),
    properties,
    unreadBytes: archive.unreadBytes,
  };
}

/** Parts of the archive in the order of reading; the table of contents is left out. */
function chaptersOf(book: XmlNode, folder: string): string[] {
  const items = new Map(descendantsNamed(book, 'item').map((item) => [attributeOf(item, 'id'), item]));
  const spine = childAt(book, 'spine');
  const referenced = childrenNamed(spine ?? book, 'itemref').map((reference) =>
    items.get(attributeOf(reference, 'idref')),
  );
  return referenced.flatMap((item) => {
    if (!item || !/html/.test(attributeOf(item, 'media-type'))) return [];
    if (attributeOf(item, 'properties').split(' ').includes('nav')) return [];
    return posix.join(folder, decodePath(attributeOf(item, 'href')));
  });
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** Fonts may be scrambled in a book that anyone may read; chapters are not. */
async function hasLockedChapters(archive: Archive, chapters: readonly string[]): Promise<boolean> {
  const encryption = (await readPart(archive, 'META-INF/encryption.xml').catch(() => null)) ?? null;
  const locked = encryption
    ? descendantsNamed(encryption, 'CipherReference').map((node) => attributeOf(node, 'URI'))
    : [];
  return locked.some((uri) => chapters.includes(decodePath(uri)));
}
