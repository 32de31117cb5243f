import {
  type BinaryFormat,
  detectBinary,
  elementsType,
  formatNamed,
  isTextFormat,
  type SourceFile,
  type TextFormat,
} from './detect-format.ts';

const officeType = 'application/vnd.openxmlformats-officedocument';
const binaryTypes: Readonly<Record<BinaryFormat, string>> = {
  pdf: 'application/pdf',
  docx: `${officeType}.wordprocessingml.document`,
  pptx: `${officeType}.presentationml.presentation`,
  xlsx: `${officeType}.spreadsheetml.sheet`,
  odt: 'application/vnd.oasis.opendocument.text',
  epub: 'application/epub+zip',
  eml: 'message/rfc822',
  msg: 'application/vnd.ms-outlook',
  rtf: 'application/rtf',
  elements: elementsType,
};
const textTypes: Readonly<Record<TextFormat, string>> = {
  markdown: 'text/markdown',
  mdx: 'text/mdx',
  html: 'text/html',
  text: 'text/plain',
  rst: 'text/x-rst',
  delimited: 'text/csv',
  json: 'application/json',
  'json-lines': 'application/x-ndjson',
  code: 'text/plain',
};
const namesBinary: ReadonlySet<string> = new Set(Object.values(binaryTypes));
const unknown = 'application/octet-stream';

/**
 * The media type of a file: what its bytes are, whatever its sender and its name say; else as declared, unless it claims a format that the
 * bytes would show; else by the name. `application/octet-stream` declares nothing.
 */
export async function mediaTypeOf(file: SourceFile): Promise<string> {
  // What is encrypted or of no known kind is what it is called; reading it says what is wrong.
  const found = await detectBinary(file).catch(() => 'refused' as const);
  if (found === 'refused') return file.mediaType || unknown;
  if (found) return binaryTypes[found];
  const declared = file.mediaType.split(';')[0]?.trim().toLowerCase() ?? '';
  if (declared !== '' && declared !== unknown && !namesBinary.has(declared)) return file.mediaType;
  const named = formatNamed(file.fileName);
  if (named && isTextFormat(named)) return textTypes[named];
  return namesBinary.has(declared) || named ? textTypes.text : unknown;
}
