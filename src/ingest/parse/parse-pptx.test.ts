import { describe, expect, it } from 'vitest';
import { buildPptx, shape } from './fixtures/build-office.ts';
import { shownBlocks } from './fixtures/shown-blocks.ts';
import { parsePptx } from './parse-pptx.ts';

const file = { name: 'deck.pptx', title: 'deck' };
const cell = (text: string) => `<a:tc><a:txBody><a:p><a:r><a:t>${text}</a:t></a:r></a:p></a:txBody></a:tc>`;
const table = `<p:graphicFrame><a:graphic><a:tbl><a:tr>${cell('Plan')}${cell('Price')}</a:tr><a:tr>${cell('Team')}${cell('5')}</a:tr></a:tbl></a:graphic></p:graphicFrame>`;
const chart = '<p:graphicFrame><a:graphic><c:chart/></a:graphic></p:graphicFrame>';

describe('parsePptx', () => {
  it('reads titles, points, tables and notes with the numbers of their slides', async () => {
    const parsed = await parsePptx(
      buildPptx([
        { shapes: shape('Plans', 'title') + shape('First point\n\tUnder it\nSecond', 'body') + shape('7', 'sldNum') },
        { shapes: `<p:grpSp>${shape('Grouped')}</p:grpSp>${table}${chart}`, notes: 'Say this.' },
      ]),
      file,
    );
    expect(shownBlocks(parsed)).toEqual([
      ['heading', 'Plans'],
      ['list', '- First point'],
      ['list', '- Under it'],
      ['list', '- Second'],
      ['heading', 'Slide 2'],
      ['paragraph', 'Grouped'],
      ['table', 'Plan | Price\nTeam | 5'],
      ['quote', 'Notes: Say this.'],
    ]);
    expect(parsed.blocks.map(({ page }) => page)).toEqual([1, 1, 1, 1, 2, 2, 2, 2]);
    expect(parsed).toMatchObject({ title: 'Plans', pages: 2, lostTables: 1 });
    expect(parsed.text).toContain('- First point\n  - Under it\n- Second');
  });

  it('reads one of two drawings of the same thing, and no name for a slide that is a picture', async () => {
    const both = `<mc:AlternateContent><mc:Choice>${shape('New')}</mc:Choice><mc:Fallback>${shape('Old')}</mc:Fallback></mc:AlternateContent>`;
    expect((await parsePptx(buildPptx([{ shapes: both }, { shapes: '<p:pic/>' }]), file)).text).toBe('Slide 1\n\nNew');
  });

  it('calls a file without one of its slides corrupt', async () => {
    const cut = buildPptx([{ shapes: shape('One') }], [{ name: 'ppt/slides/slide0.xml', content: '' }]);
    await expect(parsePptx(cut, file)).rejects.toMatchObject({ code: 'FILE_CORRUPT' });
  });
});
