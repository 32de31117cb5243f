import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createRandom } from '../../src/domain/random.ts';
import { buildPdf, type PdfRun } from '../../src/ingest/parse/fixtures/build-pdf.ts';

/** Points of an A4 page, and between the baselines of 11-point text; so many characters of it fill the width. */
const [top, bottom, left] = [780, 60, 60];
const pitch = 15;
const lineCharacters = 80;

/** Markdown files of shuffled paragraphs of the sample handbook. */
export async function makeMarkdownFolder(folder: string, count: number): Promise<void> {
  const paragraphs = await readParagraphs();
  const { pick } = createRandom(1);
  await mkdir(folder, { recursive: true });
  for (let number = 0; number < count; number += 1) {
    const body = Array.from({ length: 40 }, () => pick(paragraphs)).join('\n\n');
    await writeFile(join(folder, `file-${number}.md`), `# File ${number}\n\n${body}\n`);
  }
}

/** PDFs of so many full pages, about 450 words each: the same texts, headings in a larger font, a footer with the page's number. */
export async function makePdfFolder(folder: string, count: number, pages: number): Promise<void> {
  const paragraphs = await readParagraphs();
  const headings = paragraphs.filter((text) => /^#.*$/.test(text));
  const texts = paragraphs.filter((text) => /^\p{L}/u.test(text));
  const { pick, integer } = createRandom(2);
  await mkdir(folder, { recursive: true });
  const nextSection = () => [
    pick(headings),
    ...Array.from({ length: integer(2, 5) }, () => `${pick(texts)} ${pick(texts)}`),
  ];
  for (let number = 0; number < count; number += 1) {
    const runs = Array.from({ length: pages }, (_, page) => [
      ...pageOf(nextSection),
      { text: `File ${number}, page ${page + 1} of ${pages}`, x: left, y: 30, size: 8 },
    ]);
    await writeFile(join(folder, `file-${number}.pdf`), buildPdf(runs, { title: `File ${number}` }));
  }
}

/** Lines of headings and paragraphs from top to bottom until the page is full. */
function pageOf(nextSection: () => readonly string[]): PdfRun[] {
  const runs: PdfRun[] = [];
  for (let y = top; y > bottom; )
    for (const paragraph of nextSection()) {
      const style = paragraph.startsWith('#') ? { size: 14, bold: true } : { size: 11 };
      for (const text of linesOf(paragraph)) {
        if (y > bottom) runs.push({ ...style, text, x: left, y });
        y -= pitch;
      }
      y -= pitch / 2;
    }
  return runs;
}

/** Lines in characters that every font has. */
function linesOf(paragraph: string): string[] {
  const plain = paragraph
    .replace(/^#+ /, '')
    .replace(/[*`]/g, '')
    .replace(/[‘’]/g, "'")
    .replace(/[^ -~]/g, ' ');
  return plain.match(new RegExp(`\\S.{0,${lineCharacters}}(?= |$)`, 'g')) ?? [];
}

async function readParagraphs(): Promise<string[]> {
  const handbook = join(import.meta.dirname, '../../datasets/handbook/documents');
  const texts = await Promise.all(
    ['faq.md', 'troubleshooting/error-codes.md', 'desktop/configuration-reference.md'].map((name) =>
      readFile(join(handbook, name), 'utf8'),
    ),
  );
  return texts.flatMap((text) => text.split('\n\n')).filter((text) => !text.startsWith('---'));
}
