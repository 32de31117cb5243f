import { fileTypeFromBuffer } from 'file-type';
import { AppError } from '../../domain/errors.ts';
import { type PartitionedFormat, partitionedFormats } from '../../domain/parser-choice.ts';
import { decodeText, encodingInPage } from './decode-text.ts';

/** Formats that are read from decoded text. `code` keeps its lines together, such as source code, logs and settings. */
export type TextFormat = 'markdown' | 'mdx' | 'html' | 'text' | 'rst' | 'delimited' | 'json' | 'json-lines' | 'code';
/** Formats that are read from their bytes; `elements` is what a partitioner made of another file. */
export type BinaryFormat = 'pdf' | 'docx' | 'pptx' | 'xlsx' | 'odt' | 'epub' | 'eml' | 'msg' | 'rtf' | 'elements';
export type Format = TextFormat | BinaryFormat;

export interface SourceFile {
  readonly bytes: Uint8Array;
  readonly fileName: string;
  /** As declared by the sender, with parameters; an empty string when unknown. */
  readonly mediaType: string;
}

export type DetectedFile = { readonly format: BinaryFormat } | { readonly format: TextFormat; readonly text: string };

const formatsByExtension: Readonly<Record<string, Format>> = {
  md: 'markdown',
  markdown: 'markdown',
  mdx: 'mdx',
  html: 'html',
  htm: 'html',
  xhtml: 'html',
  txt: 'text',
  text: 'text',
  rst: 'rst',
  adoc: 'text',
  csv: 'delimited',
  tsv: 'delimited',
  json: 'json',
  jsonl: 'json-lines',
  ndjson: 'json-lines',
  yaml: 'code',
  yml: 'code',
  toml: 'code',
  log: 'code',
  pdf: 'pdf',
  docx: 'docx',
  pptx: 'pptx',
  xlsx: 'xlsx',
  odt: 'odt',
  epub: 'epub',
  eml: 'eml',
  msg: 'msg',
  rtf: 'rtf',
};

/** Languages whose files are read as code; any other text is too when it is named itself. */
const codeExtensions =
  'ts tsx js jsx mjs cjs py rb go rs java kt kts scala c h cc cpp hpp cs swift php pl lua r jl sh bash zsh ps1 psm1 bat sql graphql proto tf css scss vue svelte dart ex exs erl hs clj groovy gradle';
const codeNames = new Set(codeExtensions.split(' '));

/** Text to a decoder, but not to a reader. */
const unreadableText = new Set(['svg', 'mbox', 'ps', 'ics', 'map', 'pem']);

const formatsByMediaType: Readonly<Record<string, TextFormat>> = {
  'text/html': 'html',
  'application/xhtml+xml': 'html',
  'text/markdown': 'markdown',
  'text/x-markdown': 'markdown',
  'text/csv': 'delimited',
  'text/tab-separated-values': 'delimited',
  'text/x-rst': 'rst',
  'application/json': 'json',
  'application/x-ndjson': 'json-lines',
  'application/jsonl': 'json-lines',
};

const officeType = 'application/vnd.openxmlformats-officedocument';
/** Archives by what they hold; the macros of those that may have some are never run. */
const archivesByMediaType: Readonly<Record<string, BinaryFormat>> = {
  [`${officeType}.wordprocessingml.document`]: 'docx',
  [`${officeType}.wordprocessingml.template`]: 'docx',
  'application/vnd.ms-word.document.macroenabled.12': 'docx',
  [`${officeType}.presentationml.presentation`]: 'pptx',
  [`${officeType}.presentationml.slideshow`]: 'pptx',
  'application/vnd.ms-powerpoint.presentation.macroenabled.12': 'pptx',
  [`${officeType}.spreadsheetml.sheet`]: 'xlsx',
  'application/vnd.ms-excel.sheet.macroenabled.12': 'xlsx',
  'application/vnd.oasis.opendocument.text': 'odt',
  'application/epub+zip': 'epub',
};
const archivesByExtension: Readonly<Record<string, BinaryFormat>> = {
  docx: 'docx',
  docm: 'docx',
  pptx: 'pptx',
  pptm: 'pptx',
  xlsx: 'xlsx',
  xlsm: 'xlsx',
  odt: 'odt',
  epub: 'epub',
};

/** Declared for the elements that a partitioner found in a file. */
export const elementsType = 'application/json; unit=element';

const zipMagic = [0x50, 0x4b, 0x03, 0x04];
const emptyZipMagic = [0x50, 0x4b, 0x05, 0x06];
const oleMagic = [0xd0, 0xcf, 0x11, 0xe0];
/** Names of streams in a container of Microsoft: of a document with a password, and of an Outlook message. */
const encryptedStream = 'EncryptedPackage';
const messageStream = '__properties_version1.0';

/** The lower-case extension without its dot, or an empty string. */
export function extensionOf(fileName: string): string {
  const match = /[^/\\]\.([^./\\]{1,12})$/.exec(fileName);
  return match?.[1]?.toLowerCase() ?? '';
}

/** The format that the name claims; undefined where it claims none, or a language of programs. */
export function formatNamed(fileName: string): Format | undefined {
  return formatsByExtension[extensionOf(fileName)];
}

/** Whether a folder's file is worth ingesting, judged by its name alone: the formats that are read by name, no pictures. */
export function hasReadableName(fileName: string): boolean {
  const extension = extensionOf(fileName);
  return extension in formatsByExtension || extension in archivesByExtension || codeNames.has(extension);
}

/**
 * Decides how a file is read: by its bytes first, then by its extension, then by the declared type.
 * Throws FILE_EMPTY, FILE_ENCRYPTED (a password-protected Office file) or FILE_TYPE_UNSUPPORTED.
 */
export async function detectFormat(file: SourceFile): Promise<DetectedFile> {
  const { bytes, fileName } = file;
  if (bytes.byteLength === 0) throw new AppError('FILE_EMPTY', `${fileName} has no bytes.`);
  const binary = await detectBinary(file);
  if (binary) return { format: binary };

  const text = unreadableText.has(extensionOf(fileName)) ? null : decodeText(bytes, declaredEncoding(file));
  if (text === null) throw await refuseType(file);
  if (text.trim() === '') throw new AppError('FILE_EMPTY', `${fileName} holds only white space.`);
  return { format: textFormat(file, text), text };
}

/** The format of a file that a partitioner may read, without decoding it; null for all others and for what is encrypted. */
export async function nameFormat(file: SourceFile): Promise<PartitionedFormat | null> {
  const format = await detectBinary(file).catch(() => null);
  const named = format ?? formatNamed(file.fileName);
  const found = partitionedFormats.find((candidate) => candidate === named);
  if (found) return found;
  if (startsWith(file.bytes, oleMagic)) return /^(?:doc|xls|ppt)$/.test(extensionOf(file.fileName)) ? 'office' : null;
  const sniffed = await fileTypeFromBuffer(file.bytes).catch(() => undefined);
  return sniffed?.mime.startsWith('image/') ? 'image' : null;
}

/** The format of bytes that are not text to be decoded first; null for text and for what is not known. Throws FILE_ENCRYPTED or FILE_TYPE_UNSUPPORTED. */
export async function detectBinary(file: SourceFile): Promise<BinaryFormat | null> {
  const { bytes } = file;
  if (file.mediaType === elementsType) return 'elements';
  if (indexOfAscii(bytes.subarray(0, 1024), '%PDF-') >= 0) return 'pdf';
  if (indexOfAscii(bytes.subarray(0, 16), '{\\rtf') >= 0) return 'rtf';
  if (startsWith(bytes, oleMagic)) return detectOle(file);
  if (startsWith(bytes, zipMagic) || startsWith(bytes, emptyZipMagic)) return await detectArchive(file);
  return isEmail(file) ? 'eml' : null;
}

function textFormat(file: SourceFile, text: string): TextFormat {
  if (/^\s*(?:<!--[^>]*-->\s*)?(?:<!doctype html|<html[\s>])/i.test(text.slice(0, 1024))) return 'html';
  const named = formatNamed(file.fileName);
  if (named && isTextFormat(named)) return named;
  const declared = formatsByMediaType[file.mediaType.split(';')[0]?.trim().toLowerCase() ?? ''];
  // A text that claims to be a PDF or the like is running text.
  return declared ?? (named || extensionOf(file.fileName) === '' ? 'text' : 'code');
}

const binaryFormats: ReadonlySet<string> = new Set<BinaryFormat>([
  'pdf',
  'docx',
  'pptx',
  'xlsx',
  'odt',
  'epub',
  'eml',
  'msg',
  'rtf',
  'elements',
]);

export function isTextFormat(format: Format): format is TextFormat {
  return !binaryFormats.has(format);
}

async function detectArchive(file: SourceFile): Promise<BinaryFormat> {
  const found = await fileTypeFromBuffer(file.bytes).catch(() => undefined);
  const known = found && archivesByMediaType[found.mime.toLowerCase()];
  if (known) return known;
  const named = archivesByExtension[extensionOf(file.fileName)] ?? archivesByMediaType[file.mediaType];
  if (named) return named;
  throw await refuseType(file);
}

/** By its name or type, or by the lines that mail servers write at its top when it has no extension. */
function isEmail(file: SourceFile): boolean {
  const extension = extensionOf(file.fileName);
  if (extension === 'eml' || file.mediaType.startsWith('message/rfc822')) return true;
  if (extension !== '') return false;
  const head = new TextDecoder('latin1').decode(file.bytes.subarray(0, 1024));
  return /^(?:return-path|received|delivered-to|mime-version|message-id): .+\r?\n/i.test(head);
}

function detectOle(file: SourceFile): BinaryFormat {
  const holds = (stream: string) => indexOfAscii(file.bytes, [...stream].map((letter) => `${letter}\0`).join('')) >= 0;
  if (holds(encryptedStream)) throw new AppError('FILE_ENCRYPTED', `${file.fileName} is protected by a password.`);
  if (holds(messageStream)) return 'msg';
  throw new AppError(
    'FILE_TYPE_UNSUPPORTED',
    `${file.fileName} has an old Office format; save it as DOCX, XLSX or PPTX.`,
  );
}

async function refuseType(file: SourceFile): Promise<AppError> {
  const found = await fileTypeFromBuffer(file.bytes).catch(() => undefined);
  const isNamed = unreadableText.has(extensionOf(file.fileName));
  if (found?.mime.startsWith('image/'))
    return new AppError(
      'FILE_TYPE_UNSUPPORTED',
      `${file.fileName} is a picture (${found.mime}); pictures are read where UNSTRUCTURED_URL names a server for them.`,
    );
  const what = found?.mime ?? (isNamed ? `${extensionOf(file.fileName).toUpperCase()} data` : 'binary data');
  return new AppError('FILE_TYPE_UNSUPPORTED', `${file.fileName} holds ${what}, which is not read.`);
}

/** The encoding that the HTTP header or the page itself names. */
function declaredEncoding(file: SourceFile): string | null {
  const inHeader = /charset\s*=\s*["']?([\w.:-]+)/i.exec(file.mediaType)?.[1];
  return inHeader ?? encodingInPage(file.bytes);
}

function startsWith(bytes: Uint8Array, magic: readonly number[]): boolean {
  return magic.every((byte, index) => bytes[index] === byte);
}

function indexOfAscii(bytes: Uint8Array, text: string): number {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).indexOf(text, 0, 'latin1');
}
