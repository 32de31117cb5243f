import { fileTypeFromBuffer } from 'file-type';
import { AppError } from '../../domain/errors.ts';
import { decodeText } from './decode-text.ts';

/** `table`: one row a line; `code`: lines that belong together, such as JSON, logs or source code. */
export type TextFormat = 'markdown' | 'html' | 'text' | 'table' | 'code';
export type Format = TextFormat | 'pdf' | 'docx';

export interface SourceFile {
  readonly bytes: Uint8Array;
  readonly fileName: string;
  /** As declared by the sender, with parameters; an empty string when unknown. */
  readonly mediaType: string;
}

export type DetectedFile = { readonly format: 'pdf' | 'docx' } | { readonly format: TextFormat; readonly text: string };

const formatsByExtension: Readonly<Record<string, Format>> = {
  md: 'markdown',
  markdown: 'markdown',
  mdx: 'markdown',
  html: 'html',
  htm: 'html',
  xhtml: 'html',
  txt: 'text',
  text: 'text',
  rst: 'text',
  adoc: 'text',
  csv: 'table',
  tsv: 'table',
  json: 'code',
  jsonl: 'code',
  yaml: 'code',
  yml: 'code',
  log: 'code',
  pdf: 'pdf',
  docx: 'docx',
};

/** Text to a decoder, but not to a reader. */
const unreadableText = new Set(['rtf', 'svg', 'eml', 'mbox', 'ps', 'ics', 'map', 'pem']);

const formatsByMediaType: Readonly<Record<string, TextFormat>> = {
  'text/html': 'html',
  'application/xhtml+xml': 'html',
  'text/markdown': 'markdown',
  'text/x-markdown': 'markdown',
  'text/csv': 'table',
  'application/json': 'code',
};

const zipMagic = [0x50, 0x4b, 0x03, 0x04];
const emptyZipMagic = [0x50, 0x4b, 0x05, 0x06];
const oleMagic = [0xd0, 0xcf, 0x11, 0xe0];
const docxType = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document';

/** The lower-case extension without its dot, or an empty string. */
export function extensionOf(fileName: string): string {
  const match = /[^/\\]\.([^./\\]{1,12})$/.exec(fileName);
  return match?.[1]?.toLowerCase() ?? '';
}

/** Whether a folder's file is worth ingesting, judged by its name alone: the formats that are read by name, no source code or pictures. */
export function hasReadableName(fileName: string): boolean {
  return extensionOf(fileName) in formatsByExtension;
}

/**
 * Decides how a file is read: by its bytes first, then by its extension, then by the declared type.
 * Throws FILE_EMPTY, FILE_ENCRYPTED (a password-protected Office file) or FILE_TYPE_UNSUPPORTED.
 */
export async function detectFormat(file: SourceFile): Promise<DetectedFile> {
  const { bytes, fileName } = file;
  if (bytes.byteLength === 0) throw new AppError('FILE_EMPTY', `${fileName} has no bytes.`);
  if (indexOfAscii(bytes.subarray(0, 1024), '%PDF-') >= 0) return { format: 'pdf' };
  if (startsWith(bytes, oleMagic)) throw refuseOle(file);
  if (startsWith(bytes, zipMagic) || startsWith(bytes, emptyZipMagic)) return await detectArchive(file);

  const extension = extensionOf(fileName);
  const text = unreadableText.has(extension) ? null : decodeText(bytes, declaredEncoding(file));
  if (text === null || text.startsWith('{\\rtf')) throw await refuseType(file);
  if (text.trim() === '') throw new AppError('FILE_EMPTY', `${fileName} holds only white space.`);
  return { format: textFormat(file, text), text };
}

function textFormat(file: SourceFile, text: string): TextFormat {
  if (/^\s*(?:<!--[^>]*-->\s*)?(?:<!doctype html|<html[\s>])/i.test(text.slice(0, 1024))) return 'html';
  const named = formatsByExtension[extensionOf(file.fileName)];
  if (named && named !== 'pdf' && named !== 'docx') return named;
  const declared = formatsByMediaType[file.mediaType.split(';')[0]?.trim().toLowerCase() ?? ''];
  return declared ?? (extensionOf(file.fileName) === '' ? 'text' : 'code');
}

async function detectArchive(file: SourceFile): Promise<DetectedFile> {
  const found = await fileTypeFromBuffer(file.bytes).catch(() => undefined);
  if (found?.mime === docxType) return { format: 'docx' };
  if (extensionOf(file.fileName) === 'docx' || file.mediaType.startsWith(docxType)) return { format: 'docx' };
  throw await refuseType(file);
}

/** Office keeps password-protected documents in an OLE container with a stream of this name, in UTF-16. */
function refuseOle(file: SourceFile): AppError {
  const marker = [...'EncryptedPackage'].map((letter) => `${letter}\0`).join('');
  const isProtected = indexOfAscii(file.bytes.subarray(0, 1_048_576), marker) >= 0;
  return isProtected
    ? new AppError('FILE_ENCRYPTED', `${file.fileName} is protected by a password.`)
    : new AppError('FILE_TYPE_UNSUPPORTED', `${file.fileName} has an old Office format; save it as DOCX.`);
}

async function refuseType(file: SourceFile): Promise<AppError> {
  const found = await fileTypeFromBuffer(file.bytes).catch(() => undefined);
  const isNamed = unreadableText.has(extensionOf(file.fileName));
  const what = found?.mime ?? (isNamed ? `${extensionOf(file.fileName).toUpperCase()} data` : 'binary data');
  return new AppError('FILE_TYPE_UNSUPPORTED', `${file.fileName} holds ${what}, which is not read.`);
}

/** The encoding that the HTTP header or the page itself names. */
function declaredEncoding(file: SourceFile): string | null {
  const head = new TextDecoder('latin1').decode(file.bytes.subarray(0, 2048));
  const inHeader = /charset\s*=\s*["']?([\w.:-]+)/i.exec(file.mediaType)?.[1];
  const inPage = /<meta\b[^>]{0,200}\bcharset\s*=\s*["']?\s*([\w.:-]+)/i.exec(head)?.[1];
  return inHeader ?? inPage ?? null;
}

function startsWith(bytes: Uint8Array, magic: readonly number[]): boolean {
  return magic.every((byte, index) => bytes[index] === byte);
}

function indexOfAscii(bytes: Uint8Array, text: string): number {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).indexOf(text, 0, 'latin1');
}
