import { describe, expect, it } from 'vitest';
import { buildPdf, type PdfRun } from './fixtures/build-pdf.ts';
import { parsePdf } from './parse-pdf.ts';

const file = { name: 'a.pdf', title: 'a' };
const lines = (texts: readonly string[], place: Partial<PdfRun> & { y: number }): PdfRun[] =>
  texts.map((text, index) => ({ x: 50, ...place, text, y: place.y - index * 14 }));
const blocksOf = async (pages: readonly (readonly PdfRun[])[]) => {
  const { text, blocks } = await parsePdf(buildPdf(pages), file);
  return blocks.map(({ kind, start, end, page }) => [kind, page, text.slice(start, end)]);
};
const body = [
  'The backup runs every four hours unless you change it in the settings of the app. A laptop on',
  'battery skips the backup while the battery is below a third of what it holds.',
];
const bodyText = body.join(' ');

describe('parsePdf', () => {
  it('joins lines into paragraphs and finds headings by size and by font', async () => {
    const page = [
      { text: 'Backup guide', x: 50, y: 780, size: 20 },
      ...lines(body, { y: 740 }),
      { text: 'How often it runs', x: 50, y: 690, bold: true },
      ...lines(body, { y: 670 }),
    ];
    const { text, blocks, title } = await parsePdf(buildPdf([page]), file);
    expect(blocks.map(({ kind, level, start, end }) => [kind, level, text.slice(start, end)])).toEqual([
      ['heading', 1, 'Backup guide'],
      ['paragraph', undefined, bodyText],
      ['heading', 2, 'How often it runs'],
      ['paragraph', undefined, bodyText],
    ]);
    expect(title).toBe('Backup guide');
  });

  it('tells the page of each block and joins a sentence that goes on over the page', async () => {
    const first = [...lines(body, { y: 700 }), ...lines(['It is kept for thirty days and'], { y: 640 })];
    const second = [...lines(['then erased.'], { y: 780 }), ...lines(['Then it is gone.'], { y: 740 })];
    expect(await blocksOf([first, second])).toEqual([
      ['paragraph', 1, bodyText],
      ['paragraph', 1, 'It is kept for thirty days and then erased.'],
      ['paragraph', 2, 'Then it is gone.'],
    ]);
  });

  it('reads rows of cells as a table and list items one by one', async () => {
    const row = (y: number, cells: readonly string[]) =>
      cells.map((text, column) => ({ text, x: 50 + 150 * column, y }));
    const page = [
      ...lines(body, { y: 780 }),
      ...row(700, ['Plan', 'Price']),
      ...row(684, ['Team', '5 EUR']),
      { text: '1. Open the settings.', x: 50, y: 640 },
      { text: '2. Press the button that starts', x: 50, y: 626 },
      { text: 'the backup.', x: 64, y: 612 },
    ];
    expect((await blocksOf([page])).slice(1)).toEqual([
      ['table', 1, 'Plan | Price\nTeam | 5 EUR'],
      ['list', 1, '1. Open the settings.'],
      ['list', 1, '2. Press the button that starts the backup.'],
    ]);
  });

  it('drops headers and footers that repeat, but no text that merely stands at an edge', async () => {
    const pages = [1, 2, 3].map((page) => [
      { text: 'Kestrel handbook', x: 50, y: 810 },
      ...lines([`Only page ${'abc'.charAt(page)} says this, at the top of it.`, ...body], { y: 760 }),
      { text: `Page ${page} of 3`, x: 50, y: 30 },
    ]);
    const { text } = await parsePdf(buildPdf(pages), file);
    expect(text).not.toContain('handbook');
    expect(text).not.toContain('of 3');
    expect(text.match(/Only page/g)).toHaveLength(3);
  });

  it('removes a hyphen at a line end unless the document writes the word with it', async () => {
    const wrapped = [
      'The docu-',
      'ment describes well-',
      'known things in a well-known way, at some length so that it wraps.',
    ];
    expect(await blocksOf([lines(wrapped, { y: 700 })])).toEqual([
      [
        'paragraph',
        1,
        'The document describes well-known things in a well-known way, at some length so that it wraps.',
      ],
    ]);
  });

  it('prefers the title of the file over a heading, unless a program made it up', async () => {
    const page = [[{ text: 'Heading', x: 50, y: 780, size: 20 }, ...lines(body, { y: 740 })]];
    expect((await parsePdf(buildPdf(page, { title: 'Service policy' }), file)).title).toBe('Service policy');
    expect((await parsePdf(buildPdf(page, { title: 'Microsoft Word - x.docx' }), file)).title).toBe('Heading');
  });

  it.each([
    ['encrypted', () => buildPdf([lines(body, { y: 700 })], { encrypted: true }), 'FILE_ENCRYPTED'],
    ['cut off', () => buildPdf([lines(body, { y: 700 })]).subarray(0, 600), 'FILE_CORRUPT'],
    ['not a PDF', () => Buffer.from('%PDF-1.7\ngarbage\nstartxref\n9\n%%EOF'), 'FILE_CORRUPT'],
    ['without text', () => buildPdf([[], []]), 'FILE_EMPTY'],
  ])('refuses a file that is %s', async (_what, build, code) => {
    await expect(parsePdf(build(), file)).rejects.toMatchObject({ code });
  });
});
