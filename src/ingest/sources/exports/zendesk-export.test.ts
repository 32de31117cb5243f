import { expect, it } from 'vitest';
import { jsonPart, readExportOf } from './fixtures/read-export.ts';
import { readZendeskExport } from './zendesk-export.ts';

const host = 'https://acme.zendesk.example';
const article = (id: number, more: object = {}) => ({
  ...{ id, title: `Article ${id}`, html_url: `${host}/hc/en-us/articles/${id}`, locale: 'en-us', draft: false },
  ...{ author_id: 7, section_id: 20, body: `<h2>Terms</h2><p>Paid in ${id} days.</p>`, label_names: ['billing', 'eu'] },
  ...{ created_at: '2026-01-05T08:00:00Z', updated_at: '2026-01-07T08:00:00Z', edited_at: '2026-01-06T08:00:00Z' },
  ...more,
});
const helpCenter = [
  jsonPart('help/articles-1.json', {
    count: 3,
    next_page: null,
    articles: [
      article(1, { body: '<p>See <a href="/hc/en-us/articles/2">the other</a>.</p>' }),
      article(2),
      article(3, { draft: true }),
      article(4, { user_segment_id: 99 }),
    ],
  }),
  jsonPart('help/sections.json', {
    sections: [
      { id: 20, name: 'Refunds', category_id: 10, parent_section_id: 21 },
      { id: 21, name: 'Money', category_id: 10, parent_section_id: null },
    ],
  }),
  jsonPart('help/categories.json', { categories: [{ id: 10, name: 'Billing' }] }),
  jsonPart('users.json', [{ id: 7, name: 'Ada Lovelace' }]),
];
const open = { privateComments: false };

it('reads articles under their category and sections', async () => {
  const documents = await readExportOf(readZendeskExport(open), helpCenter);
  expect(Object.keys(documents)).toEqual(['article/1/en-us', 'article/2/en-us']);
  expect(documents['article/2/en-us']).toMatchObject({
    ...{ title: 'Article 2', uri: `${host}/hc/en-us/articles/2`, acl: null },
    headings: [['Billing', 'Money', 'Refunds', 'Terms']],
    properties: {
      ...{ author: 'Ada Lovelace', keywords: 'billing, eu', breadcrumb: 'Billing > Money > Refunds' },
      ...{ created: '2026-01-05T08:00:00.000Z', modified: '2026-01-06T08:00:00.000Z' },
    },
  });
  expect(documents['article/1/en-us']?.text).toContain(`[the other](${host}/hc/en-us/articles/2)`);
});

it('articles of a user segment are for those whom the source names, or for nobody', async () => {
  const restricted = readZendeskExport({ ...open, restrictedAcl: ['group:partners'] });
  const first = (await readExportOf(restricted, helpCenter))['article/4/en-us'];
  expect(first?.acl).toEqual(['group:partners']);
  const other = readZendeskExport({ ...open, restrictedAcl: ['group:staff'] });
  expect((await readExportOf(other, helpCenter))['article/4/en-us']?.fingerprint).not.toBe(first?.fingerprint);
});

const ticket = (id: number) => ({
  ...{ id, url: `${host}/api/v2/tickets/${id}.json`, subject: 'Refund is late', description: 'Where is it?' },
  ...{ status: 'solved', priority: 'high', tags: ['refund'], requester: { id: 8, name: 'Bob' } },
  ...{ created_at: '2026-01-05T08:00:00Z', updated_at: '2026-01-06T08:00:00Z' },
  comments: [
    { author_id: 8, author: { name: 'Bob' }, body: 'Where is it?', public: true, created_at: '2026-01-05T08:00:00Z' },
    { author_id: 7, body: 'Bank holds it back, keep quiet.', public: false, created_at: '2026-01-05T09:00:00Z' },
    { author_id: 7, body: 'It comes tomorrow.', public: true, created_at: '2026-01-06T08:00:00Z' },
  ],
});

it('reads tickets, an object a line, without what only agents saw', async () => {
  const lines = [1, 2].map((id) => JSON.stringify(ticket(id))).join('\n');
  const parts = [{ name: 'tickets.json', content: `${lines}\n` }, helpCenter[3] ?? jsonPart('users.json', [])];
  const documents = await readExportOf(readZendeskExport(open), parts);
  expect(Object.keys(documents)).toEqual(['ticket/1', 'ticket/2']);
  expect(documents['ticket/1']).toMatchObject({
    ...{ title: 'Refund is late', uri: `${host}/agent/tickets/1` },
    properties: { author: 'Bob', status: 'solved', priority: 'high', keywords: 'refund' },
    text: expect.stringMatching(/\*\*Bob\*\* .*:\nWhere is it\?\n\n\*\*Ada Lovelace\*\* .*:\nIt comes tomorrow\./),
  });
  expect(documents['ticket/1']?.text).not.toContain('keep quiet');
  const all = await readExportOf(readZendeskExport({ privateComments: true }), parts);
  expect(all['ticket/1']?.text).toContain('keep quiet');
});

it.each([
  ['nothing of Zendesk', [jsonPart('other.json', { things: [] })]],
  ['a file that is cut', [{ name: 'tickets.json', content: `${JSON.stringify(ticket(1))}\n{"id":` }]],
  [
    'a file that is not what the archive says',
    [{ name: 'tickets.ndjson', content: 'x'.repeat(1000), declaredSize: 10 }],
  ],
  ['a line that is cut', [{ name: 'tickets.ndjson', content: `${JSON.stringify(ticket(1))}\n{"id":` }]],
  ['an article without an id', [jsonPart('a.json', { articles: [{ title: 'x' }] })]],
])('%s is no export', async (_what, parts) => {
  await expect(readExportOf(readZendeskExport(open), parts)).rejects.toMatchObject({ code: 'FILE_CORRUPT' });
});
