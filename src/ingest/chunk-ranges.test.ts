import fc from 'fast-check';
import { expect, it } from 'vitest';
import { chunkDocument } from './chunk.ts';
import { buildMsg } from './parse/fixtures/build-msg.ts';
import { buildEpub, buildOdt, buildPptx, buildXlsx, shape } from './parse/fixtures/build-office.ts';
import { buildPdf } from './parse/fixtures/build-pdf.ts';
import { buildDocx, paragraph } from './parse/fixtures/build-zip.ts';
import { parseDocument } from './parse/parse-document.ts';

const countTokens = (text: string) => text.match(/[\p{L}\p{N}]{1,6}|[^\s\p{L}\p{N}]/gu)?.length ?? 0;
const markup = (text: string) => text.replace(/[<>&"]/g, (mark) => `&#${mark.charCodeAt(0)};`);
const cells = (text: string) => text.split(' ').map((word) => `<c t="inlineStr"><is><t>${markup(word)}</t></is></c>`);

/** A file of each format that says these paragraphs. */
const builders: Readonly<Record<string, (paragraphs: readonly string[]) => Uint8Array | string>> = {
  'a.md': (texts) => texts.map((text, index) => `## Part ${index}\n\n${text}\n\n- ${text}\n\n> ${text}`).join('\n\n'),
  'a.mdx': (texts) => `import A from 'a'\n\n${texts.join('\n\n')}`,
  'a.html': (texts) =>
    `<h1>All</h1>${texts.map((text) => `<p>${markup(text)} <a href="https://example.com">x</a></p><ul><li>${markup(text)}<ul><li>in</li></ul></li></ul>`).join('')}`,
  'a.txt': (texts) => texts.join('\n\n'),
  'a.rst': (texts) => `Top\n===\n\n${texts.join('\n\n')}\n\n* x\n* y`,
  'a.csv': (texts) => texts.map((text) => `"${text.replaceAll('"', '""')}",x`).join('\n'),
  'a.json': (texts) => JSON.stringify({ texts }, null, 2),
  'a.jsonl': (texts) => texts.map((text) => JSON.stringify({ text })).join('\n'),
  'a.py': (texts) =>
    texts.map((text, index) => `def f${index}():\n    # ${text.replaceAll('\n', ' ')}\n    pass`).join('\n\n'),
  'a.pdf': (texts) => buildPdf(texts.map((text) => [{ text: text.replace(/[^ -~]/g, '?'), x: 50, y: 700 }])),
  'a.docx': (texts) =>
    buildDocx(texts.map((text) => paragraph(markup(text), 'Heading1') + paragraph(markup(text))).join('')),
  'a.pptx': (texts) =>
    buildPptx(texts.map((text) => ({ shapes: shape('Slide', 'title') + shape(markup(text), 'body') }))),
  'a.xlsx': (texts) =>
    buildXlsx([{ name: 'S', rows: texts.map((text) => `<row>${cells(text).join('')}</row>`).join('') }]),
  'a.odt': (texts) => buildOdt(texts.map((text) => `<text:p>${markup(text)}</text:p>`).join('')),
  'a.epub': (texts) => buildEpub(texts.map((text) => `<p>${markup(text)}</p>`)),
  'a.eml': (texts) => `Subject: all\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n${texts.join('\r\n\r\n')}`,
  'a.msg': (texts) => buildMsg({ '0037001F': 'all', '1000001F': texts.join('\r\n\r\n') }),
  'a.rtf': (texts) =>
    `{\\rtf1 ${texts.map((text) => `${[...text].map((character) => `\\u${character.charCodeAt(0)}?`).join('')}\\par`).join('')}}`,
};

it('makes chunks whose offsets give their text, 2,000 and more of them over all formats', async () => {
  const word = fc.oneof(
    fc.constantFrom('refund', 'Größe', '退款', '😀', '| x |', '5,99 €', '<b>', '"q"', '\u00ad', '\r\n', 'e\u0301'),
    fc.string({ unit: 'grapheme', maxLength: 12 }),
  );
  const text = fc
    .array(word, { minLength: 40, maxLength: 120 })
    .map((words) => `said ${words.join(' ').toWellFormed()}.`);
  let checked = 0;
  for (const [fileName, build] of Object.entries(builders)) {
    await fc.assert(
      fc.asyncProperty(fc.array(text, { minLength: 8, maxLength: 16 }), async (texts) => {
        const parsed = await parseDocument({ bytes: Buffer.from(build(texts)), fileName, mediaType: '' });
        const chunks = chunkDocument(parsed, countTokens);
        expect(chunks.length).toBeGreaterThan(0);
        for (const chunk of chunks) {
          expect(parsed.text.slice(chunk.start, chunk.end)).toBe(chunk.text);
          expect(chunk.text.trim()).not.toBe('');
        }
        checked += chunks.length;
      }),
      { numRuns: 12 },
    );
  }
  expect(checked).toBeGreaterThan(2000);
}, 300_000);
