import { getDocumentProxy } from 'unpdf';
import type { Block, ParsedDocument, Properties } from '../../domain/document.ts';
import { AppError } from '../../domain/errors.ts';
import { cleanText, singleLine } from './clean-text.ts';
import { primaryLanguage } from './parse-markdown.ts';
import { toPdfBlocks } from './pdf-blocks.ts';
import { type PdfLine, type PdfTextItem, toLines } from './pdf-lines.ts';

type PdfDocument = Awaited<ReturnType<typeof getDocumentProxy>>;

/** The end of a PDF names where its table of contents lies; a file cut off in the middle lacks it. */
const trailerBytes = 4096;
const machineTitle =
  /^(?:untitled|microsoft word|powerpoint|document\d*$)|\.(?:docx?|pptx?|pdf|indd|tex|dvi|odt|rtf|xlsx?)$/i;

/** Blocks of a PDF with their pages. Throws FILE_ENCRYPTED, FILE_CORRUPT, or FILE_EMPTY when its pages are pictures. */
export async function parsePdf(bytes: Uint8Array, file: { name: string; title: string }): Promise<ParsedDocument> {
  const tail = new TextDecoder('latin1').decode(bytes.subarray(-trailerBytes));
  if (!tail.includes('%%EOF') && !tail.includes('startxref'))
    throw new AppError('FILE_CORRUPT', `${file.name} is cut off: its end is missing.`);
  const pdf = await open(bytes, file.name);
  try {
    const pages = await readPages(pdf);
    const { text, blocks } = toPdfBlocks(pages);
    if (text === '')
      throw new AppError(
        'FILE_EMPTY',
        `${file.name} has no text on its ${pages.length} pages; they seem to be scanned.`,
      );
    const about = await readMetadata(pdf);
    const heading = blocks.find((block) => block.kind === 'heading' && block.page === 1 && block.level === 1);
    const headed = heading ? text.slice(heading.start, heading.end) : '';
    return {
      title: about.title || headed || file.title,
      text,
      blocks,
      language: about.language,
      properties: about.properties,
      pages: pages.length,
      lostTables: blocks.filter((block) => isRagged(text, block)).length,
    };
  } catch (error) {
    throw error instanceof AppError ? error : damaged(file.name, error);
  } finally {
    await pdf.loadingTask.destroy();
  }
}

async function open(bytes: Uint8Array, name: string): Promise<PdfDocument> {
  try {
    // The library takes the bytes over, so that it gets its own copy. This version has no code path that evaluates code.
    return await getDocumentProxy(Uint8Array.from(bytes), { verbosity: 0 });
  } catch (error) {
    if (error instanceof Error && error.name === 'PasswordException')
      throw new AppError('FILE_ENCRYPTED', `${name} is protected by a password.`, { cause: error });
    throw damaged(name, error);
  }
}

function damaged(name: string, cause: unknown): AppError {
  return new AppError('FILE_CORRUPT', `${name} is not a complete PDF.`, { cause });
}

async function readPages(pdf: PdfDocument): Promise<PdfLine[][]> {
  const pages: PdfLine[][] = [];
  for (let number = 1; number <= pdf.numPages; number += 1) {
    const page = await pdf.getPage(number);
    const content = await page.getTextContent();
    pages.push(toLines(toItems(content.items), number));
    page.cleanup();
  }
  return pages;
}

function toItems(items: readonly object[]): PdfTextItem[] {
  return items.filter((item): item is PdfTextItem => 'str' in item && 'transform' in item);
}

async function readMetadata(
  pdf: PdfDocument,
): Promise<{ title: string; language: string | null; properties: Properties }> {
  const { info } = await pdf.getMetadata();
  const field = (name: string) => {
    const value: unknown = Reflect.get(info, name);
    return typeof value === 'string' ? singleLine(cleanText(value)) : '';
  };
  const title = field('Title');
  const named = {
    author: field('Author'),
    subject: field('Subject'),
    keywords: field('Keywords'),
    created: isoDate(field('CreationDate')),
    modified: isoDate(field('ModDate')),
  };
  const filled = Object.entries(named).filter(([, value]) => value !== '');
  return {
    title: machineTitle.test(title) ? '' : title,
    language: primaryLanguage(field('Language')),
    properties: Object.fromEntries(filled.map(([name, value]) => [name, value.slice(0, 2000)])),
  };
}

/** `D:20260131093000+01'00'` as `2026-01-31`. */
function isoDate(date: string): string {
  const [, year, month = '01', day = '01'] = /^D:(\d{4})(\d{2})?(\d{2})?/.exec(date) ?? [];
  return year ? `${year}-${month}-${day}` : '';
}

/** Rows of a table whose lines do not agree on their number of cells: its columns got lost. */
function isRagged(text: string, block: Block): boolean {
  if (block.kind !== 'table') return false;
  const counts = text
    .slice(block.start, block.end)
    .split('\n')
    .map((line) => line.split(' | ').length);
  const most = Math.max(...[...Map.groupBy(counts, (count) => count).values()].map((rows) => rows.length));
  return counts.length >= 3 && most < counts.length / 2;
}
