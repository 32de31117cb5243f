import { expect, it } from 'vitest';
import { fakePort } from '../../test/fake-port.ts';
import { sampleQuality } from '../../test/sample-documents.ts';
import { newId } from '../domain/ids.ts';
import type { Client } from './client.ts';
import { listDocuments, removeDocuments, showDocument } from './documents.ts';
import { createOutput } from './output.ts';
import { createProgress } from './progress.ts';

async function printed(command: (output: ReturnType<typeof createOutput>) => Promise<void>): Promise<string> {
  const parts: string[] = [];
  await command(createOutput(false, { write: (text) => parts.push(text) }));
  return parts.join('');
}

it('lists how well each document was read, and says below what is wrong', async () => {
  const document = {
    state: 'ready',
    passages: 2,
    passagesWithoutVector: 0,
    title: 'Plans',
    uri: null,
    externalId: 'a.md',
  };
  const warning = '3 of 4 pages have no text.';
  const items = [
    { ...document, id: 'doc_1', quality: sampleQuality },
    { ...document, id: 'doc_2', quality: { ...sampleQuality, score: 0.25, warning } },
    { ...document, id: 'doc_3', quality: null },
  ];
  const client = fakePort<Client>('client', { get: async <T>() => ({ items, nextCursor: null }) as T });
  const lines = (await printed((output) => listDocuments({ client, output }, {}))).split('\n');
  expect(lines.map((line) => line.trimEnd())).toEqual([
    'id     state  passages  quality  title  from',
    'doc_1  ready  2         1.00     Plans  a.md',
    'doc_2  ready  2         0.25     Plans  a.md',
    'doc_3  ready  2                  Plans  a.md',
    '',
    'Read in part only:',
    `doc_2: ${warning}`,
    '',
  ]);
});

it.each([
  [{}, 'footnote ingest'],
  [{ source: 'wiki' }, 'No document is like that'],
  [{ tag: ['team=support'] }, 'No document is like that'],
])('an empty list for %j says what to do', async (options, hint) => {
  const client = fakePort<Client>('client', { get: async <T>() => ({ items: [], nextCursor: null }) as T });
  expect(await printed((output) => listDocuments({ client, output }, options))).toContain(hint);
});

it('prints passages with their place', async () => {
  const passage = { ordinal: 0, start: 5, end: 9, text: 'Text', headingPath: ['Plans', 'Team'], page: 2, cells: null };
  const items = [passage, { ...passage, ordinal: 1, headingPath: [], page: null, cells: 'Prices!A2:D9' }];
  const get = async <T>(path: string) => (path.includes('/passages') ? { items, nextCursor: null } : {}) as T;
  const client = fakePort<Client>('client', { get });
  expect(
    await printed((output) =>
      showDocument({ client, output }, newId('document'), { content: false, chunks: true, duplicates: false }),
    ),
  ).toBe('#0 Plans › Team, page 2 (characters 5-9)\nText\n\n#1 Prices!A2:D9 (characters 5-9)\nText\n\n');
});

const documents = [
  { id: 'doc_0a1', externalId: 'plans.md', uri: 'https://x.example/plans', title: 'Plans' },
  { id: 'doc_0a2', externalId: 'old/plans.md', uri: null, title: 'Plans' },
  { id: 'doc_1b3', externalId: 'refunds.md', uri: null, title: 'Refunds' },
];

/** Lists the documents on two pages, and knows each by its whole id. */
const clientOfDocuments = fakePort<Client>('client', {
  get: async <T>(path: string) => {
    const id = path.replace('/v1/documents/', '');
    if (id !== path) return (documents.find((document) => document.id === id) ?? { id: 'none' }) as T;
    const isSecond = path.includes('cursor=2');
    return { items: isSecond ? documents.slice(2) : documents.slice(0, 2), nextCursor: isSecond ? null : '2' } as T;
  },
});
const shownBy = (reference: string) =>
  printed((output) =>
    showDocument({ client: clientOfDocuments, output }, reference, {
      content: false,
      chunks: false,
      duplicates: false,
    }),
  );

it.each([
  ['doc_1', 'doc_1b3'],
  ['REFUNDS', 'doc_1b3'],
  ['plans.md', 'doc_0a1'],
  ['https://x.example/plans', 'doc_0a1'],
  ['doc_2', 'none'],
])('shows the document that %s names', async (reference, id) => {
  expect(await shownBy(reference)).toContain(`id: ${id}`);
});

it.each(['plans', 'doc_0'])('names those that %s may mean', async (reference) => {
  await expect(shownBy(reference)).rejects.toMatchObject({
    code: 'CONFLICT',
    message: expect.stringContaining('doc_0a1 (Plans), doc_0a2 (Plans)'),
  });
});

it('names the next page of the same list, and says when nothing is like what was asked for', async () => {
  const item = { id: 'doc_1', state: 'ready', passages: 1, passagesWithoutVector: 0, title: 'A', uri: null };
  const page = { items: [{ ...item, externalId: 'a', quality: null }], nextCursor: 'abc' };
  const client = fakePort<Client>('client', { get: async <T>() => page as T });
  const options = { source: "Ada's wiki", tag: ['a=1', 'b=2'], limit: '1' };
  expect(await printed((output) => listDocuments({ client, output }, options))).toMatch(
    /\nMore: footnote documents list --source 'Ada'\\''s wiki' --tag a=1 --tag b=2 --limit 1 --cursor abc\n$/,
  );
  const none = fakePort<Client>('client', { get: async <T>() => ({ items: [], nextCursor: null }) as T });
  const shown = (given: object) => printed((output) => listDocuments({ client: none, output }, given));
  expect(await shown({ state: 'failed', limit: '50' })).toContain('No document is like that.');
  expect(await shown({ limit: '50' })).toContain('Add some with: footnote ingest');
});

it('removes nothing when nobody said what', async () => {
  const context = {
    client: fakePort<Client>('client'),
    output: createOutput(false),
    progress: createProgress(process.stderr),
  };
  const { signal } = new AbortController();
  await expect(removeDocuments({ ...context, signal }, [], {})).rejects.toMatchObject({ code: 'INVALID_REQUEST' });
});
