import mammoth from 'mammoth';
import type { ParsedDocument } from '../../domain/document.ts';
import { AppError } from '../../domain/errors.ts';
import { cleanText } from './clean-text.ts';
import { readPart, readProperties } from './office-package.ts';
import { parseHtmlFragment } from './parse-html.ts';
import { openArchive } from './read-archive.ts';

/** Blocks of a Word document. Throws FILE_SUSPICIOUS, FILE_ENCRYPTED or FILE_CORRUPT. */
export async function parseDocx(bytes: Uint8Array, file: { name: string; title: string }): Promise<ParsedDocument> {
  const archive = await openArchive(bytes, { name: file.name, requiredEntry: 'word/document.xml' });
  const properties = readProperties(await readPart(archive, 'docProps/core.xml'));
  const lostTables = [...archive.names].filter((name) => /^word\/charts\/chart\d*\.xml$/.test(name)).length;
  const parsed = parseHtmlFragment(cleanText(await toHtml(bytes, file.name)), properties.title || file.title);
  return { ...parsed, properties, lostTables, unreadBytes: archive.unreadBytes };
}

async function toHtml(bytes: Uint8Array, fileName: string): Promise<string> {
  try {
    const result = await mammoth.convertToHtml(
      { buffer: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength) },
      // Pictures are neither read nor followed: they may lie outside the file.
      { convertImage: mammoth.images.imgElement(async () => ({ src: '' })), externalFileAccess: false },
    );
    return result.value;
  } catch (error) {
    throw new AppError('FILE_CORRUPT', `${fileName} is not a complete Word document.`, { cause: error });
  }
}
