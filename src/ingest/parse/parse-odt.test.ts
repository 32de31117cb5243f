import { describe, expect, it } from 'vitest';
import { buildOdt } from './fixtures/build-office.ts';
import { shownBlocks } from './fixtures/shown-blocks.ts';
import { parseOdt } from './parse-odt.ts';

const file = { name: 'a.odt', title: 'a' };

describe('parseOdt', () => {
  it('reads headings, paragraphs, lists, tables, links and footnotes', async () => {
    const note =
      '<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>Since May.</text:p></text:note-body></text:note>';
    const cell = (text: string) => `<table:table-cell><text:p>${text}</text:p></table:table-cell>`;
    const parsed = await parseOdt(
      buildOdt(
        `<text:tracked-changes><text:p>deleted</text:p></text:tracked-changes><text:h text:outline-level="2">Re<text:span>funds</text:span></text:h>
        <text:p>Paid<text:s text:c="2"/>in 5 days.${note}<office:annotation><text:p>why?</text:p></office:annotation></text:p>
        <text:p>See <text:a xlink:href="https://example.com/terms">the terms</text:a>.</text:p>
        <text:list><text:list-item><text:p>a</text:p><text:list><text:list-item><text:p>b</text:p></text:list-item></text:list></text:list-item></text:list>
        <table:table><table:table-header-rows><table:table-row>${cell('Plan')}${cell('Price')}</table:table-row></table:table-header-rows><table:table-row>${cell('Team')}${cell('5')}</table:table-row></table:table>`,
      ),
      file,
    );
    expect(shownBlocks(parsed)).toEqual([
      ['heading', 'Refunds'],
      ['paragraph', 'Paid  in 5 days.[1]'],
      ['paragraph', 'See [the terms](https://example.com/terms).'],
      ['list', '- a'],
      ['list', '- b'],
      ['table', 'Plan | Price\nTeam | 5'],
      ['paragraph', '[1] Since May.'],
    ]);
    expect(parsed.blocks[0]?.level).toBe(2);
    expect(parsed.properties).toEqual({ author: 'Ada' });
  });

  it('tells a password-protected file', async () => {
    const manifest = {
      name: 'META-INF/manifest.xml',
      content:
        '<manifest:manifest><manifest:file-entry><manifest:encryption-data/></manifest:file-entry></manifest:manifest>',
    };
    await expect(parseOdt(buildOdt('', [manifest]), file)).rejects.toMatchObject({ code: 'FILE_ENCRYPTED' });
  });
});
