import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ErrorCode } from '../domain/errors.ts';
import { buildMsg } from './parse/fixtures/build-msg.ts';
import { buildEpub, buildOdt, buildPptx, buildXlsx, shape } from './parse/fixtures/build-office.ts';
import { buildPdf } from './parse/fixtures/build-pdf.ts';
import { buildDocx, buildZip, paragraph } from './parse/fixtures/build-zip.ts';
import { createDocumentReader, type PooledDocumentReader } from './read-document.ts';

const text = 'A refund is paid within five days.';
const megabyte = 1_000_000;
const pdf = buildPdf([[{ text, x: 50, y: 700 }]]);
const png = Buffer.from('89504e470d0a1a0a0000000d4948445200000001', 'hex');
const ole = (stream: string) =>
  Buffer.concat([Buffer.from('d0cf11e0a1b11ae1', 'hex'), Buffer.alloc(600), Buffer.from(stream, 'utf16le')]);
const half = (bytes: Uint8Array) => bytes.subarray(0, bytes.byteLength >> 1);
const row = (cells: string) => `<row r="1">${cells}</row>`;
const sheet = (rows: string) => [{ name: 'S', rows }];
const part = (name: string, content: Uint8Array | string) => ({ name, content });
const laughs = `<!DOCTYPE x [<!ENTITY a "ha">${Array.from({ length: 20 }, (_, index) => `<!ENTITY b${index} "${'&a;'.repeat(10)}">`).join('')}]><sst><si><t>&b19;</t></si></sst>`;
const stolen = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]><x>&e;</x>';
const loop = (() => {
  const msg = buildMsg({ '0037001F': 'x'.repeat(9000) });
  // The first sector's successor in the allocation table is the sector itself.
  const table = 512 + 512 * Buffer.from(msg).readInt32LE(76);
  for (let entry = 0; entry < 128; entry += 1)
    Buffer.from(msg.buffer, msg.byteOffset).writeInt32LE(entry, table + 4 * entry);
  return msg;
})();

/** What each file must end in: null, it is read; a code, it is refused with it; several, one of them. */
const files: readonly [
  what: string,
  name: string,
  bytes: () => Uint8Array | string,
  ends: null | ErrorCode | readonly (null | ErrorCode)[],
][] = [
  ['no bytes', 'a.pdf', () => '', 'FILE_EMPTY'],
  ['white space alone', 'a.md', () => ' \n\t\n', 'FILE_EMPTY'],
  ['zeros named as text', 'a.txt', () => Buffer.alloc(64 * megabyte), 'FILE_TYPE_UNSUPPORTED'],
  ['zeros named as a workbook', 'a.xlsx', () => Buffer.alloc(8 * megabyte), 'FILE_TYPE_UNSUPPORTED'],
  ['a PDF cut off', 'a.pdf', () => half(pdf), 'FILE_CORRUPT'],
  ['a PDF with a password', 'a.pdf', () => buildPdf([[]], { encrypted: true }), 'FILE_ENCRYPTED'],
  [
    'a PDF whose pages contain themselves',
    'a.pdf',
    () => Buffer.from(Buffer.from(pdf).toString('latin1').replace('/Kids [6 0 R]', '/Kids [2 0 R]'), 'latin1'),
    ['FILE_CORRUPT', 'FILE_TAKES_TOO_LONG', 'FILE_EMPTY'],
  ],
  ['a PDF without pages', 'a.pdf', () => buildPdf([]), ['FILE_CORRUPT', 'FILE_EMPTY']],
  ['a PDF named as a workbook', 'a.xlsx', () => pdf, null],
  ['a Word file cut off', 'a.docx', () => half(buildDocx(paragraph(text))), 'FILE_CORRUPT'],
  ['a Word file named as a PDF', 'a.pdf', () => buildDocx(paragraph(text)), null],
  [
    'a Word file with macros',
    'a.docm',
    () => buildDocx(paragraph(text), [part('word/vbaProject.bin', ole('VBA'))]),
    null,
  ],
  [
    'a Word file with an external entity',
    'a.docx',
    () => buildDocx(paragraph(text), [part('word/footnotes.xml', stolen)]),
    'FILE_SUSPICIOUS',
  ],
  ['a picture named as a Word file', 'a.docx', () => png, 'FILE_TYPE_UNSUPPORTED'],
  ['an Office file with a password', 'a.xlsx', () => ole('EncryptedPackage'), 'FILE_ENCRYPTED'],
  ['an old Word file', 'a.doc', () => ole('WordDocument'), 'FILE_TYPE_UNSUPPORTED'],
  [
    'a bomb of XML',
    'a.xlsx',
    () => buildXlsx([], { more: [part('xl/worksheets/sheet9.xml', Buffer.alloc(20 * megabyte, 32))] }),
    'FILE_SUSPICIOUS',
  ],
  [
    'a bomb of pictures',
    'a.pptx',
    () => buildPptx([], [part('ppt/media/a.png', Buffer.alloc(20 * megabyte))]),
    'FILE_SUSPICIOUS',
  ],
  [
    'a bomb that states a small size',
    'a.epub',
    () => buildEpub(['<p>x</p>'], [{ name: 'book/b.xhtml', content: Buffer.alloc(megabyte), declaredSize: 9 }]),
    'FILE_CORRUPT',
  ],
  [
    'a bomb of entities',
    'a.xlsx',
    () => buildXlsx(sheet(row('<c t="s"><v>0</v></c>')), { more: [part('xl/sharedStrings.xml', laughs)] }),
    'FILE_SUSPICIOUS',
  ],
  [
    'too many parts',
    'a.odt',
    () =>
      buildOdt(
        '',
        Array.from({ length: 10_001 }, (_, index) => part(`${index}`, '')),
      ),
    'FILE_SUSPICIOUS',
  ],
  [
    'a part that leads out of the archive',
    'a.pptx',
    () => buildPptx([], [part('../../etc/cron.d/x', 'x')]),
    'FILE_SUSPICIOUS',
  ],
  ['a part at an absolute path', 'a.odt', () => buildOdt('', [part('/etc/passwd', 'x')]), 'FILE_SUSPICIOUS'],
  [
    'an external entity in an OpenDocument text',
    'a.odt',
    () => buildOdt('', [part('content.xml', stolen)]),
    'FILE_SUSPICIOUS',
  ],
  [
    'a workbook with rows cut off',
    'a.xlsx',
    () => buildXlsx(sheet(''), { more: [part('xl/worksheets/sheet0.xml', '<worksheet><sheetData><row><c>')] }),
    'FILE_CORRUPT',
  ],
  [
    'a workbook of two cells, far apart',
    'a.xlsx',
    () => buildXlsx(sheet(row('<c r="A1"><v>1</v></c><c r="XFD1"><v>2</v></c>'))),
    null,
  ],
  [
    'a presentation without its slide',
    'a.pptx',
    () => buildPptx([{ shapes: shape(text) }], [part('ppt/slides/slide0.xml', '')]),
    'FILE_CORRUPT',
  ],
  [
    'a book without its list of chapters',
    'a.epub',
    () => buildEpub([], [part('book/package.opf', '')]),
    'FILE_CORRUPT',
  ],
  ['an archive of something else', 'a.md', () => buildZip([part('a.txt', text)]), 'FILE_TYPE_UNSUPPORTED'],
  ['10,000 nested lists of HTML', 'a.html', () => `<ul><li>${'<ul><li>x'.repeat(10_000)}`, 'FILE_TAKES_TOO_LONG'],
  [
    '10,000 nested lists of Markdown',
    'a.md',
    () => Array.from({ length: 10_000 }, (_, depth) => `${' '.repeat(2 * Math.min(depth, 400))}- x`).join('\n'),
    [null, 'FILE_TAKES_TOO_LONG'],
  ],
  [
    '10,000 nested quotes of Markdown',
    'a.md',
    () => `${'> '.repeat(10_000)}x`,
    [null, 'FILE_EMPTY', 'FILE_TAKES_TOO_LONG'],
  ],
  ['a megabyte of open brackets', 'a.md', () => '['.repeat(megabyte), [null, 'FILE_TAKES_TOO_LONG']],
  [
    'nested XML',
    'a.odt',
    () => buildOdt('<text:section>'.repeat(10_000) + '</text:section>'.repeat(10_000)),
    'FILE_TAKES_TOO_LONG',
  ],
  ['100,000 nested arrays', 'a.json', () => '['.repeat(100_000) + ']'.repeat(100_000), null],
  ['JSON with a dangerous name, cut off', 'a.json', () => '{"__proto__": {"isAdmin": true}, "a": [1, ', null],
  ['a table of one row without end', 'a.csv', () => `a,"${'x'.repeat(3 * megabyte)}`, 'FILE_CORRUPT'],
  ['rich text cut off', 'a.rtf', () => '{\\rtf1{\\b x', 'FILE_CORRUPT'],
  ['100,000 nested groups of rich text', 'a.rtf', () => `{\\rtf1 ${'{'.repeat(100_000)}x${'}'.repeat(100_000)}}`, null],
  [
    'a mail of parts within parts',
    'a.eml',
    () =>
      `Subject: x\r\n${Array.from({ length: 2000 }, (_, index) => `Content-Type: multipart/mixed; boundary=b${index}\r\n\r\n--b${index}\r\n`).join('')}\r\n\r\nx`,
    [null, 'FILE_CORRUPT'],
  ],
  [
    'a mail cut off inside of base64',
    'a.eml',
    () => 'Subject: x\r\nContent-Transfer-Encoding: base64\r\n\r\nQSByZWZ1bmQ',
    null,
  ],
  [
    'a mail with an attachment that names a path',
    'a.eml',
    () =>
      'Subject: x\r\nContent-Type: text/plain\r\nContent-Disposition: attachment; filename="../../etc/passwd"\r\n\r\nx',
    null,
  ],
  [
    'an Outlook message cut off',
    'a.msg',
    () => half(buildMsg({ '0037001F': 'x', '1000001F': text.repeat(500) })),
    'FILE_CORRUPT',
  ],
  [
    'an Outlook message whose sectors run in a circle',
    'a.msg',
    () => loop,
    [null, 'FILE_CORRUPT', 'FILE_EMPTY', 'FILE_TAKES_TOO_LONG'],
  ],
  [
    'two encodings in one file',
    'a.txt',
    () => Buffer.concat([Buffer.from('Grüße, '), Buffer.from('Grüße', 'latin1')]),
    null,
  ],
  [
    'half a pair of UTF-16',
    'a.txt',
    () => Buffer.concat([Buffer.from('fffe', 'hex'), Buffer.from(`${text}\ud83d x`, 'utf16le')]),
    null,
  ],
  ['a letter with 5,000 marks', 'a.txt', () => `a${'\u0301'.repeat(5000)}`, null],
  ['one line of a megabyte', 'a.txt', () => 'x'.repeat(megabyte), null],
  [
    'random bytes',
    'a.bin',
    () => Uint8Array.from({ length: megabyte }, (_, index) => (index * 7919 + (index >> 8) * 31) % 256),
    'FILE_TYPE_UNSUPPORTED',
  ],
];

// Of the limits, memory is the default one; a thread that breaks it is ended and the file fails.
let reader: PooledDocumentReader;
beforeAll(() => {
  reader = createDocumentReader();
});
afterAll(() => reader.close());

it.each(files)(
  'survives %s',
  async (_what, name, bytes, ends) => {
    const file = { bytes: Buffer.from(bytes()), fileName: name, mediaType: '' };
    const code = await reader.read(file, new AbortController().signal).then(
      () => null,
      (error) => error.code,
    );
    expect([ends].flat()).toContain(code);
    const next = { bytes: Buffer.from(text), fileName: 'next.txt', mediaType: '' };
    expect((await reader.read(next, new AbortController().signal)).content).toBe(text);
  },
  90_000,
);
