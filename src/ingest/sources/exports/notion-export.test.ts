import { expect, it } from 'vitest';
import { readExportOf } from './fixtures/read-export.ts';
import { readNotionExport } from './notion-export.ts';

const id = (digit: string) => digit.repeat(32);
const wrapper = 'Export-1b7f0c3e-0000-4000-8000-000000000000/';
const markdown = [
  {
    name: `${wrapper}Handbook ${id('a')}.md`,
    content: `# Handbook\n\nSee [Refunds](Handbook%20${id('a')}/Refunds%20(EU)%20${id('b')}.md#${id('9')}) and [the site](https://example.com/a).\n\n[plan](Handbook%20${id('a')}/plan.md)\n`,
  },
  {
    name: `${wrapper}Handbook ${id('a')}/Refunds (EU) ${id('b')}.md`,
    content: '# Refunds (EU)\n\n## Terms\n\nNote: paid in 5 days.\n\n<aside>\n💡 Ask Ada.\n\n</aside>\n',
  },
  { name: `${wrapper}Handbook ${id('a')}/price list.csv.txt`, content: 'An attachment.' },
  { name: `${wrapper}Handbook ${id('a')}/photo.png`, content: 'not read' },
  { name: `${wrapper}Handbook ${id('a')}/Team ${id('c')}.csv`, content: 'Name,Role\nAda,Lead\n' },
  { name: `${wrapper}Handbook ${id('a')}/Team ${id('c')}_all.csv`, content: 'Name,Role\nAda,Lead\nBob,Support\n' },
  {
    name: `${wrapper}Handbook ${id('a')}/Team/Ada ${id('d')}.md`,
    content:
      '# Ada\n\nRole: Lead\nCreated time: January 31, 2026 9:30 AM\nCreated by: Grace Hopper\nTitle: Captain\n\nAda leads the desk.\n',
  },
];

it('reads pages with the pages above them, and files that hang on them', async () => {
  const documents = await readExportOf(readNotionExport, markdown);
  expect(Object.keys(documents)).toEqual([
    ...[id('a'), id('b'), `${id('c')}.csv`, id('d')],
    `Handbook ${id('a')}/price list.csv.txt`,
  ]);
  expect(documents[id('b')]).toMatchObject({
    ...{ title: 'Refunds (EU)', uri: `https://www.notion.so/${id('b')}` },
    headings: [['Handbook', 'Refunds (EU)', 'Terms']],
    properties: { breadcrumb: 'Handbook' },
  });
  expect(documents[id('b')]?.text).toContain('💡 Ask Ada.');
  expect(documents[id('b')]?.text).not.toContain('aside>');
  expect(documents[`${id('c')}.csv`]).toMatchObject({ title: 'Team', text: expect.stringContaining('Bob') });
});

it('links between pages lead to Notion, others stay', async () => {
  const text = (await readExportOf(readNotionExport, markdown))[id('a')]?.text;
  expect(text).toContain(`[Refunds](https://www.notion.so/${id('b')}#${id('9')})`);
  expect(text).toContain('[the site](https://example.com/a)');
  expect(text).toContain(`[plan](Handbook%20${id('a')}/plan.md)`);
});

it('columns of a database are properties of its entries, and the first lines of other pages are not', async () => {
  const documents = await readExportOf(readNotionExport, markdown);
  expect(documents[id('d')]?.properties).toEqual({
    ...{ role: 'Lead', created: '2026-01-31T09:30:00.000Z', author: 'Grace Hopper' },
    breadcrumb: 'Handbook > Team',
  });
  expect(documents[id('b')]?.properties).toEqual({ breadcrumb: 'Handbook' });
});

it('reads pages of HTML, with the table of their properties', async () => {
  const page = (title: string, body: string, rows = '') =>
    `<html><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8"/><title>${title}</title></head><body><article class="page sans"><header><h1 class="page-title">${title}</h1><table class="properties"><tbody>${rows}</tbody></table></header><div class="page-body">${body}</div></article></body></html>`;
  const documents = await readExportOf(readNotionExport, [
    { name: 'index.html', content: '<html><body>all pages</body></html>' },
    {
      name: `Handbook ${id('a')}.html`,
      content: page(
        'Handbook',
        `<p>See <a href="Handbook%20${id('a')}/Refunds%20${id('b')}.html">the refunds</a>.</p>`,
        '<tr class="property-row property-row-created_time"><th>Created</th><td><time>@January 31, 2026</time></td></tr>',
      ),
    },
    {
      name: `Handbook ${id('a')}/Refunds ${id('b')}.html`,
      content: page('Refunds', '<h2>Terms</h2><p>Paid in 5 days.</p>'),
    },
  ]);
  expect(Object.keys(documents)).toEqual([id('a'), id('b')]);
  expect(documents[id('a')]).toMatchObject({
    text: expect.stringContaining(`[the refunds](https://www.notion.so/${id('b')})`),
    properties: { created: '2026-01-31T00:00:00.000Z' },
  });
  expect(documents[id('b')]?.headings).toEqual([['Handbook', 'Refunds', 'Terms']]);
});

it('a page that is moved keeps its identity, and is another than before', async () => {
  const before = await readExportOf(readNotionExport, markdown);
  const moved = markdown.map((part) => ({ ...part, name: part.name.replace('Refunds (EU)', 'Returns') }));
  const after = await readExportOf(readNotionExport, moved);
  expect(after[id('b')]?.fingerprint).not.toBe(before[id('b')]?.fingerprint);
  expect(after[id('d')]?.fingerprint).toBe(before[id('d')]?.fingerprint);
  // Each export has another folder around it.
  const other = 'Export-2b7f0c3e-0000-4000-8000-000000000000/';
  const again = markdown.map((part) => ({ ...part, name: part.name.replace(wrapper, other) }));
  expect(await readExportOf(readNotionExport, again)).toEqual(before);
});

it('says what an archive of something else lacks', async () => {
  const other = [{ name: 'photo.png', content: 'not read' }];
  await expect(readExportOf(readNotionExport, other)).rejects.toMatchObject({ code: 'FILE_CORRUPT' });
});
