import { describe, expect, it } from 'vitest';
import { detectFormat, extensionOf, hasReadableName } from './detect-format.ts';
import { buildMsg } from './fixtures/build-msg.ts';
import { buildEpub, buildOdt, buildPptx, buildXlsx } from './fixtures/build-office.ts';
import { buildDocx, buildZip } from './fixtures/build-zip.ts';

const detect = (fileName: string, content: Uint8Array | string, mediaType = '') =>
  detectFormat({ bytes: Buffer.from(content), fileName, mediaType });
const textOf = async (fileName: string, content: Uint8Array | string, mediaType = '') => {
  const detected = await detect(fileName, content, mediaType);
  return 'text' in detected ? detected.text : null;
};

describe('detectFormat', () => {
  it.each([
    ['a.md', 'x', '', 'markdown'],
    ['a.MARKDOWN', 'x', '', 'markdown'],
    ['a.htm', 'x', '', 'html'],
    ['a.txt', 'x', '', 'text'],
    ['a.csv', 'x', '', 'delimited'],
    ['a.json', '{}', '', 'json'],
    ['a.ndjson', '{}', '', 'json-lines'],
    ['a.mdx', 'x', '', 'mdx'],
    ['a.rst', 'x', '', 'rst'],
    ['a.eml', 'From: x', '', 'eml'],
    ['mail', 'Received: by x\r\nSubject: y\r\n\r\nz', '', 'eml'],
    ['a.txt', 'Received: by x\r\nSubject: y\r\n\r\nz', '', 'text'],
    ['a.txt', '{\\rtf1 x}', '', 'rtf'],
    ['a.py', 'pass', '', 'code'],
    ['README', 'x', '', 'text'],
    ['page.aspx', 'x', 'text/html; charset=utf-8', 'html'],
    ['page', 'x', 'text/markdown', 'markdown'],
    ['page.md', '<!DOCTYPE html><p>x', 'text/html', 'html'],
    ['page', '<html><p>x', '', 'html'],
    ['notes.pdf', 'x', 'application/pdf', 'text'],
    ['report.docx', '<html><p>x', '', 'html'],
    ['table.xlsx', 'a,b', 'text/csv', 'delimited'],
  ])('reads %s with %j and type %j as %4$s', async (name, content, type, format) => {
    expect((await detect(name, content, type)).format).toBe(format);
  });

  it('trusts the bytes of a PDF over its name', async () => {
    expect(await detect('notes.txt', '%PDF-1.7\n')).toEqual({ format: 'pdf' });
  });

  it.each([
    ['a picture named .md', 'a.md', Buffer.from('89504e470d0a1a0a0000000d4948445200000001', 'hex')],
    ['random bytes named .md', 'a.md', Uint8Array.from({ length: 4000 }, (_, index) => (index * 7919) % 256)],
    ['another archive', 'a.md', buildZip([{ name: 'a.txt', content: 'x' }])],
    ['a mailbox', 'a.mbox', 'From x'],
    ['an old Word file', 'a.doc', Buffer.from('d0cf11e0a1b11ae10000', 'hex')],
  ])('refuses %s', async (_what, name, content) => {
    await expect(detect(name, content)).rejects.toMatchObject({ code: 'FILE_TYPE_UNSUPPORTED' });
  });

  it.each([
    ['docx', buildDocx('')],
    ['xlsx', buildXlsx([])],
    ['pptx', buildPptx([])],
    ['odt', buildOdt('')],
    ['epub', buildEpub([])],
    ['msg', buildMsg({})],
  ])('knows a %s file by its bytes', async (format, content) => {
    expect(await detect('a.md', content)).toEqual({ format });
  });

  it('knows a password-protected Office file', async () => {
    const marker = Buffer.from('EncryptedPackage', 'utf16le');
    const file = Buffer.concat([Buffer.from('d0cf11e0a1b11ae1', 'hex'), Buffer.alloc(600), marker]);
    await expect(detect('a.docx', file)).rejects.toMatchObject({ code: 'FILE_ENCRYPTED' });
  });

  it.each([
    ['', 'no bytes'],
    [' \n\t\n', 'white space'],
    ['\u00a0\n', 'no-break spaces'],
  ])('calls %j empty', async (content) => {
    await expect(detect('a.txt', content)).rejects.toMatchObject({ code: 'FILE_EMPTY' });
  });
});

describe('decoding', () => {
  const text = 'Größe: 5 € für „alle“';
  const utf32 = Buffer.concat([
    Buffer.from([0xff, 0xfe, 0, 0]),
    ...[...text].map((letter) => Buffer.from(Uint32Array.of(letter.codePointAt(0) ?? 0).buffer)),
  ]);

  it.each([
    ['UTF-8', Buffer.from(text)],
    ['UTF-8 with a mark', Buffer.from(`\ufeff${text}`)],
    ['UTF-16 LE with a mark', Buffer.from(`\ufeff${text}`, 'utf16le')],
    ['UTF-16 BE with a mark', Buffer.from(`\ufeff${text}`, 'utf16le').swap16()],
    ['UTF-16 LE without a mark', Buffer.from(text, 'utf16le')],
    ['UTF-32 LE', utf32],
  ])('reads %s', async (_name, bytes) => {
    expect(await textOf('a.txt', bytes)).toBe(text);
  });

  it('reads Latin-1 and Windows-1252', async () => {
    expect(await textOf('a.txt', Buffer.from('Gebühr', 'latin1'))).toBe('Gebühr');
    expect(await textOf('a.txt', Buffer.from([0x80, 0x20, 0x93, 0x78, 0x94]))).toBe('€ “x”');
  });

  it('takes the encoding that a page or its server names', async () => {
    const japanese = Buffer.from([0x93, 0xfa, 0x96, 0x7b]);
    const page = Buffer.concat([Buffer.from('<html><meta charset="Shift_JIS"><p>'), japanese]);
    expect(await textOf('a.html', page)).toContain('日本');
    expect(await textOf('a', japanese, 'text/html; charset=shift_jis')).toBe('日本');
  });

  it('cleans what no reader sees and keeps the rest as it is', async () => {
    const dirty = 'a\r\nb\rc\0d\u0007e\u001b[31mred\u001b[0m f\u00adg\u202eh\u{e0041}\ufeff i\u0065\u0301\tj\u2028k';
    expect(await textOf('a.txt', dirty)).toBe('a\nb\ncdered fgh ie\u0301\tj\nk');
  });

  it('drops the bytes of pictures inside the text', async () => {
    const picture = `![x](data:image/png;base64,${Buffer.alloc(5000, 7).toString('base64')})`;
    expect(await textOf('a.md', `before ${picture} after`)).toBe('before ![x](data:image/png;base64,…) after');
  });
});

describe('names', () => {
  it('finds the extension', () => {
    expect(['a.MD', 'b/.env', 'c.d/e', 'f.tar.gz', 'g.'].map(extensionOf)).toEqual(['md', '', '', 'gz', '']);
  });

  it('tells which files of a folder are read', () => {
    expect(['a.md', 'b.PDF', 'c.xlsm', 'd.ts', 'e.png', 'LICENSE'].map(hasReadableName)).toEqual([
      true,
      true,
      true,
      true,
      false,
      false,
    ]);
  });
});
