import { describe, expect, it } from 'vitest';
import { buildDocx, buildZip, paragraph } from './fixtures/build-zip.ts';
import { parseDocx } from './parse-docx.ts';

const file = { name: 'a.docx', title: 'a' };

describe('parseDocx', () => {
  it('reads headings, paragraphs and tables', async () => {
    const cell = (text: string) => `<w:tc>${paragraph(text)}</w:tc>`;
    const table = `<w:tbl><w:tr>${cell('Plan')}${cell('Price')}</w:tr><w:tr>${cell('Team')}${cell('5')}</w:tr></w:tbl>`;
    const parsed = await parseDocx(buildDocx(paragraph('Plans', 'Heading1') + paragraph('Two of them.') + table), file);
    expect(parsed.title).toBe('Plans');
    expect(parsed.blocks.map(({ kind, start, end }) => [kind, parsed.text.slice(start, end)])).toEqual([
      ['heading', 'Plans'],
      ['paragraph', 'Two of them.'],
      ['table', 'Plan | Price\nTeam | 5'],
    ]);
  });

  it('does not follow a picture that lies outside the file', async () => {
    const blip = '<a:blip xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" r:link="rId9"/>';
    const inline = `<wp:inline xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing">${blip}</wp:inline>`;
    const drawing = `<w:p><w:r><w:drawing>${inline.replace('rId9', 'r9')}</w:drawing></w:r></w:p>`;
    const parsed = await parseDocx(buildDocx(paragraph('Before.') + drawing), file);
    expect(parsed.text).toBe('Before.');
  });

  it.each([
    ['cut off', () => buildDocx(paragraph('x')).subarray(0, 700), 'FILE_CORRUPT'],
    ['without its main part', () => buildZip([{ name: 'a.xml', content: '<a/>' }]), 'FILE_CORRUPT'],
    ['with broken XML', () => buildDocx('<w:p><w:r>'), 'FILE_CORRUPT'],
    ['a bomb', () => buildDocx('', [{ name: 'word/x.xml', content: Buffer.alloc(20_000_000) }]), 'FILE_SUSPICIOUS'],
    [
      'a bomb of another part',
      () => buildDocx('', [{ name: 'word/x.bin', content: Buffer.alloc(20_000_000) }]),
      'FILE_SUSPICIOUS',
    ],
    [
      'a bomb that states a small size',
      () => buildDocx('', [{ name: 'word/x.xml', content: Buffer.alloc(20_000_000), declaredSize: 10 }]),
      'FILE_CORRUPT',
    ],
    [
      'of too many parts',
      () => buildZip(Array.from({ length: 10_001 }, (_, part) => ({ name: `${part}.xml`, content: '' }))),
      'FILE_SUSPICIOUS',
    ],
  ])('refuses a file that is %s', async (_what, build, code) => {
    await expect(parseDocx(build(), file)).rejects.toMatchObject({ code });
  });
});
