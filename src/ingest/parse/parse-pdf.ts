import { getDocumentProxy } from 'unpdf';
import type { ParsedDocument } from '../../domain/document.ts';
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
    return { title: about.title || headed || file.title, text, blocks, language: about.language };
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

async function readMetadata(pdf: PdfDocument): Promise<{ title: string; language: string | null }> {
  const { info } = await pdf.getMetadata();
  const field = (name: string) => {
    const value: unknown = Reflect.get(info, name);
    return typeof value === 'string' ? singleLine(cleanText(value)) : '';
  };
  const title = field('Title');
  return { title: machineTitle.test(title) ? '' : title, language: primaryLanguage(field('Language')) };
}
