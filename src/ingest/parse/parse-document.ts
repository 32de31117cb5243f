import { basename } from 'node:path/posix';
import type { ParsedDocument } from '../../domain/document.ts';
import { AppError } from '../../domain/errors.ts';
import { singleLine } from './clean-text.ts';
import {
  type BinaryFormat,
  type DetectedFile,
  detectFormat,
  extensionOf,
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
  mdx: async (text, { title }) => (await import('./parse-markdown.ts')).parseMdx(text, title),
  html: async (text, { title }) => (await import('./parse-html.ts')).parseHtml(text, title),
  text: async (text, { title }) =>
    (await import('./parse-plain-text.ts')).parsePlainText(text, { kind: 'paragraph', title }),
  rst: async (text, { title }) => (await import('./parse-rst.ts')).parseRst(text, title),
  delimited: async (text, file) => (await import('./parse-delimited.ts')).parseDelimited(text, file),
  json: async (text, { title }) => (await import('./parse-json.ts')).parseJson(text, { title, isLines: false }),
  'json-lines': async (text, { title }) => (await import('./parse-json.ts')).parseJson(text, { title, isLines: true }),
  code: async (text, { title }) => (await import('./parse-source-code.ts')).parseSourceCode(text, title),
} satisfies Record<TextFormat, (text: string, file: NamedFile) => Promise<ParsedDocument>>;

const binaryParsers = {
  pdf: async (bytes, file) => (await import('./parse-pdf.ts')).parsePdf(bytes, file),
  docx: async (bytes, file) => (await import('./parse-docx.ts')).parseDocx(bytes, file),
  pptx: async (bytes, file) => (await import('./parse-pptx.ts')).parsePptx(bytes, file),
  xlsx: async (bytes, file) => (await import('./parse-xlsx.ts')).parseXlsx(bytes, file),
  odt: async (bytes, file) => (await import('./parse-odt.ts')).parseOdt(bytes, file),
  epub: async (bytes, file) => (await import('./parse-epub.ts')).parseEpub(bytes, file),
  eml: async (bytes, file) => (await import('./parse-eml.ts')).parseEml(bytes, file),
  msg: async (bytes, file) => (await import('./parse-msg.ts')).parseMsg(bytes, file),
  rtf: async (bytes, file) => (await import('./parse-rtf.ts')).parseRtf(bytes, file),
  elements: async (bytes, file) => (await import('./parse-elements.ts')).parseElements(bytes, file),
} satisfies Record<BinaryFormat, (bytes: Uint8Array, file: NamedFile) => Promise<ParsedDocument>>;

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
      throw new AppError('FILE_TAKES_TOO_LONG', `${file.name} is built too deeply or too long to be read.`, {
        cause: error,
      });
    throw new AppError('FILE_CORRUPT', `${file.name} could not be read as ${detected.format}.`, { cause: error });
  }
}

/** `a/Refund policy.md` gives `Refund policy`. */
function titleFromName(fileName: string): string {
  const name = basename(fileName.replaceAll('\\', '/'));
  const extension = extensionOf(name);
  return singleLine(extension === '' ? name : name.slice(0, -extension.length - 1)) || fileName;
}
