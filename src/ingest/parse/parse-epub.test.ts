import { describe, expect, it } from 'vitest';
import { buildEpub } from './fixtures/build-office.ts';
import { shownBlocks } from './fixtures/shown-blocks.ts';
import { parseEpub } from './parse-epub.ts';

const file = { name: 'a.epub', title: 'a' };

describe('parseEpub', () => {
  it('reads the chapters in the order of reading', async () => {
    const parsed = await parseEpub(buildEpub(['<h1>One</h1><p>First.</p>', '<h1>Two</h1><ul><li>x</li></ul>']), file);
    expect(parsed).toMatchObject({ title: 'The book', language: 'en' });
    expect(shownBlocks(parsed)).toEqual([
      ['heading', 'One'],
      ['paragraph', 'First.'],
      ['heading', 'Two'],
      ['list', '- x'],
    ]);
  });

  it.each([
    ['chapter%200.xhtml', false],
    ['book/chapter%200.xhtml', true],
  ])('is refused when %s is encrypted and a chapter: %s', async (uri, isRefused) => {
    const encryption = {
      name: 'META-INF/encryption.xml',
      content: `<encryption><enc:EncryptedData><enc:CipherData><enc:CipherReference URI="${uri}"/></enc:CipherData></enc:EncryptedData></encryption>`,
    };
    const reading = parseEpub(buildEpub(['<p>x</p>'], [encryption]), file);
    if (isRefused) await expect(reading).rejects.toMatchObject({ code: 'FILE_ENCRYPTED' });
    else expect((await reading).text).toBe('x');
  });
});
