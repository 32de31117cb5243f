import { describe, expect, it } from 'vitest';
import { buildMsg } from './fixtures/build-msg.ts';
import { buildEpub, buildOdt, buildPptx, buildXlsx, shape } from './fixtures/build-office.ts';
import { buildPdf } from './fixtures/build-pdf.ts';
import { buildDocx, paragraph } from './fixtures/build-zip.ts';
import { parseDocument } from './parse-document.ts';

const parse = (fileName: string, content: Uint8Array | string) =>
  parseDocument({ bytes: Buffer.from(content), fileName, mediaType: '' });

describe('parseDocument', () => {
  it.each([
    ['a.md', '# Refunds\n\nPaid in 5 days.', 'Refunds'],
    ['a.html', '<h1>Refunds</h1><p>Paid in 5 days.</p>', 'Refunds'],
    ['docs/Refund policy.txt', 'Paid in 5 days.\n\nOr later.', 'Refund policy'],
    ['deck.pptx', buildPptx([{ shapes: shape('Refunds', 'title') + shape('Paid in 5 days.') }]), 'Refunds'],
    ['prices.xlsx', buildXlsx([{ name: 'Prices', rows: '<row><c><v>5</v></c></row>' }]), 'prices'],
    ['a.odt', buildOdt('<text:h>Refunds</text:h><text:p>Paid in 5 days.</text:p>'), 'Refunds'],
    ['a.epub', buildEpub(['<h1>Refunds</h1>']), 'The book'],
    ['a.eml', 'Subject: Refunds\r\n\r\nPaid in 5 days.', 'Refunds'],
    ['a.msg', buildMsg({ '0037001F': 'Refunds', '1000001F': 'Paid.' }), 'Refunds'],
    ['a.rtf', '{\\rtf1{\\outlinelevel0 Refunds\\par}Paid.}', 'Refunds'],
    ['a.rst', 'Refunds\n=======\n\nPaid.', 'Refunds'],
    ['a.mdx', "import X from 'x'\n\n# Refunds\n\n<X>Paid.</X>", 'Refunds'],
    ['a.jsonl', '{"a":1}\n{"a":2}', 'a'],
    ['a.go', 'package a\n\nfunc b() {}', 'a'],
    ['prices.csv', 'plan,price\nTeam,5', 'prices'],
    ['settings.json', '{\n  "days": 5\n}', 'settings'],
    ['a.docx', buildDocx(paragraph('Refunds', 'Heading1') + paragraph('Paid in 5 days.')), 'Refunds'],
    ['a.pdf', buildPdf([[{ text: 'Paid in 5 days.', x: 50, y: 700 }]], { title: 'Refunds' }), 'Refunds'],
    ['named-wrongly.md', buildPdf([[{ text: 'Paid in 5 days.', x: 50, y: 700 }]]), 'named-wrongly'],
  ])('reads %s into blocks that lie exactly in its text', async (name, content, title) => {
    const parsed = await parse(name, content);
    expect(parsed.title).toBe(title);
    let last = 0;
    for (const { start, end } of parsed.blocks) {
      expect(start).toBeGreaterThanOrEqual(last);
      expect(parsed.text.slice(start, end)).toBe(parsed.text.slice(start, end).trim());
      expect(end).toBeGreaterThan(start);
      last = end;
    }
    expect(parsed.blocks.length).toBeGreaterThan(0);
  });

  it('keeps rows and code in one block each, and paragraphs apart', async () => {
    const kindsOf = async (name: string, text: string) => (await parse(name, text)).blocks.map((block) => block.kind);
    expect(await kindsOf('a.csv', 'a,b\n1,2\n3,4')).toEqual(['table']);
    expect(await kindsOf('a.log', 'one\ntwo')).toEqual(['code']);
    expect(await kindsOf('a.txt', 'one\ntwo\n\n \nthree')).toEqual(['paragraph', 'paragraph']);
  });

  it.each([
    ['only front matter', 'a.md', '---\ntitle: x\n---\n'],
    ['only a comment', 'a.md', '<!-- nothing to see -->'],
    ['only scripts', 'a.html', '<html><body><script>x</script></body></html>'],
    ['no paragraphs', 'a.docx', buildDocx('')],
  ])('calls a file with %s empty', async (_what, name, content) => {
    await expect(parse(name, content)).rejects.toMatchObject({ code: 'FILE_EMPTY' });
  });
});
