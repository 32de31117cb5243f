import { expect, it } from 'vitest';
import { buildMsg } from './fixtures/build-msg.ts';
import { buildDocx } from './fixtures/build-zip.ts';
import { mediaTypeOf } from './media-type.ts';

const word = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document';

it.each<[string, string, string | Uint8Array, string]>([
  // The bytes go before what is declared and before the name.
  ['notes.txt', 'text/plain', '%PDF-1.7\n', 'application/pdf'],
  ['report.pdf', 'application/pdf', buildDocx(''), word],
  ['plan.md', '', buildMsg({}), 'application/vnd.ms-outlook'],
  ['letter.doc', 'application/msword', '{\\rtf1 x}', 'application/rtf'],
  // What claims to be a format that the bytes would show is not that.
  ['notes.pdf', 'application/pdf', 'Only text.', 'text/plain'],
  ['notes.md', 'application/pdf', '# Notes', 'text/markdown'],
  ['notes.pdf', '', 'Only text.', 'text/plain'],
  // Nothing contradicts what is declared.
  ['page.aspx', 'text/html; charset=shift_jis', '<p>x', 'text/html; charset=shift_jis'],
  ['passage.txt', 'text/plain; unit=passage', 'x', 'text/plain; unit=passage'],
  ['picture.png', 'image/png', '\x89PNG', 'image/png'],
  ['old.doc', 'application/msword', Buffer.from('d0cf11e0a1b11ae10000', 'hex'), 'application/msword'],
  // Nothing is declared.
  ['a.md', '', 'x', 'text/markdown'],
  ['a.csv', 'application/octet-stream', 'x,y', 'text/csv'],
  ['a.unknown', '', 'x', 'application/octet-stream'],
])('%s, declared as %j, is %4$s by its bytes and name', async (fileName, mediaType, content, type) => {
  expect(await mediaTypeOf({ bytes: Buffer.from(content), fileName, mediaType })).toBe(type);
});
