import { basename } from 'node:path/posix';
import type { ParsedDocument } from '../../domain/document.ts';
import { AppError } from '../../domain/errors.ts';
import { singleLine } from './clean-text.ts';
import {
  type DetectedFile,
  detectFormat,
  extensionOf,
  type Format,
  type SourceFile,
  type TextFormat,
} from './detect-format.ts';

interface NamedFile {
  readonly name: string;
  readonly title: string;
}

/** Heavy libraries are loaded by the first file that needs them. */
const textParsers = {
  markdown: async (text, { title }) => (await import('./parse-markdown.ts')).parseMarkdown(text, title),
  html: async (text, { title }) => (await import('./parse-html.ts')).parseHtml(text, title),
  text: async (text, { title }) =>
    (await import('./parse-plain-text.ts')).parsePlainText(text, { kind: 'paragraph', title }),
  table: async (text, { title }) =>
    (await import('./parse-plain-text.ts')).parsePlainText(text, { kind: 'table', title }),
  code: async (text, { title }) =>
    (await import('./parse-plain-text.ts')).parsePlainText(text, { kind: 'code', title }),
} satisfies Record<TextFormat, (text: string, file: NamedFile) => Promise<ParsedDocument>>;

const binaryParsers = {
  pdf: async (bytes, file) => (await import('./parse-pdf.ts')).parsePdf(bytes, file),
  docx: async (bytes, file) => (await import('./parse-docx.ts')).parseDocx(bytes, file),
} satisfies Record<Exclude<Format, TextFormat>, (bytes: Uint8Array, file: NamedFile) => Promise<ParsedDocument>>;

/**
 * Reads a file into clean text and its blocks. Throws FILE_EMPTY, FILE_TYPE_UNSUPPORTED, FILE_ENCRYPTED, FILE_CORRUPT, FILE_SUSPICIOUS
 * or FILE_TAKES_TOO_LONG; a failure of a parser is FILE_CORRUPT with the parser's error as cause.
 */
export async function parseDocument(source: SourceFile): Promise<ParsedDocument> {
  const detected = await detectFormat(source);
  const file = { name: source.fileName, title: titleFromName(source.fileName) };
  const parsed = await parse(detected, { source, file });
  if (parsed.blocks.length === 0) throw new AppError('FILE_EMPTY', `${source.fileName} holds no text to read.`);
  return parsed;
}

async function parse(detected: DetectedFile, input: { source: SourceFile; file: NamedFile }): Promise<ParsedDocument> {
  const { source, file } = input;
  try {
    return await ('text' in detected
      ? textParsers[detected.format](detected.text, file)
      : binaryParsers[detected.format](source.bytes, file));
  } catch (error) {
    if (error instanceof AppError) throw error;
    if (error instanceof RangeError)
      throw new AppError('FILE_TAKES_TOO_LONG', `${file.name} is built too deeply to be read.`, { cause: error });
    throw new AppError('FILE_CORRUPT', `${file.name} could not be read as ${detected.format}.`, { cause: error });
  }
}

/** `a/Refund policy.md` gives `Refund policy`. */
function titleFromName(fileName: string): string {
  const name = basename(fileName.replaceAll('\\', '/'));
  const extension = extensionOf(name);
  return singleLine(extension === '' ? name : name.slice(0, -extension.length - 1)) || fileName;
}
