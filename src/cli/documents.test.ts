import { beforeEach, describe, expect, it } from 'vitest';
import { fakePort } from '../../test/fake-port.ts';
import { sampleQuality } from '../../test/sample-documents.ts';
import { AppError } from '../domain/errors.ts';
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

it('shows the document that a reference names', async () => {
  const asked: string[] = [];
  const get = async <T>(path: string) => {
    asked.push(path);
    return { id: 'doc_1b3', title: 'Refunds' } as T;
  };
  const client = fakePort<Client>('client', { get });
  const options = { content: false, chunks: false, duplicates: false };
  const shown = await printed((output) => showDocument({ client, output }, 'https://x.example/a?b=c&d', options));
  expect(shown).toContain('id: doc_1b3');
  expect(asked).toEqual(['/v1/documents/find?reference=https%3A%2F%2Fx.example%2Fa%3Fb%3Dc%26d']);
});

describe('removing', () => {
  const known: Readonly<Record<string, string>> = { Refunds: 'doc_1', 'refunds.md': 'doc_1', Plans: 'doc_2' };
  let removed: string[];
  const client = fakePort<Client>('client', {
    get: async <T>(path: string) => {
      const reference = new URL(path, 'http://localhost').searchParams.get('reference') ?? '';
      const id = known[reference];
      if (id === undefined) throw new AppError('NOT_FOUND', 'There is no such document.');
      return { id } as T;
    },
    delete: async (path) => {
      removed.push(path);
    },
  });
  const progress = createProgress(process.stderr);
  const { signal } = new AbortController();
  const remove = (references: readonly string[]) =>
    printed((output) => removeDocuments({ client, output, progress, signal }, references, {}));
  beforeEach(() => {
    removed = [];
  });

  it('takes names, and each document once', async () => {
    expect(await remove(['Refunds', 'refunds.md', 'Plans'])).toContain('Removed 2 documents.');
    expect(removed).toEqual(['/v1/documents/doc_1', '/v1/documents/doc_2']);
  });

  it('removes nothing when one of them is not known, and says which', async () => {
    await expect(remove(['Plans', 'Planes'])).rejects.toMatchObject({
      code: 'NOT_FOUND',
      detail: 'There is no document Planes.',
    });
    expect(removed).toEqual([]);
  });

  it('removes nothing when nobody said what', async () => {
    await expect(remove([])).rejects.toMatchObject({ code: 'INVALID_REQUEST' });
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
