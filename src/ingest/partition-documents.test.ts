import { afterAll, describe, expect, it } from 'vitest';
import { AppError } from '../domain/errors.ts';
import type { ParserChoices } from '../domain/parser-choice.ts';
import { buildPdf } from './parse/fixtures/build-pdf.ts';
import { buildDocx, paragraph } from './parse/fixtures/build-zip.ts';
import { createPartitioningReader } from './partition-documents.ts';
import { createDocumentReader } from './read-document.ts';

const never = new AbortController().signal;
const reader = createDocumentReader();
afterAll(() => reader.close());

const scan = buildPdf([[], []]);
const picture = Buffer.from('89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489', 'hex');
const sentence = 'A refund is paid within five working days.';
const page = (text: string) => buildPdf([[{ text, x: 50, y: 700 }]]);
const elements = [
  { type: 'Header', text: 'Page 1', metadata: { page_number: 1 } },
  { type: 'Title', text: 'Refunds', metadata: { page_number: 1, category_depth: 0, languages: ['deu'] } },
  { type: 'NarrativeText', text: 'Paid in five days.', metadata: { page_number: 1 } },
  { type: 'ListItem', text: 'by card', metadata: { page_number: 2, category_depth: 1 } },
  {
    type: 'Table',
    text: 'Plan Price Team 5',
    metadata: {
      page_number: 2,
      text_as_html: '<table><tr><td>Plan</td><td>Price</td></tr><tr><td>Team</td><td>5</td></tr></table>',
    },
  },
];

async function read(
  fileName: string,
  bytes: Uint8Array,
  { choices = {}, fails = false }: { choices?: ParserChoices; fails?: boolean } = {},
) {
  const partitioned: string[] = [];
  const partitioner = {
    partition: async (file: { fileName: string }) => {
      partitioned.push(file.fileName);
      if (fails) throw new AppError('MODEL_UNAVAILABLE', 'It does not answer.');
      return Buffer.from(JSON.stringify(elements));
    },
  };
  const file = { bytes, fileName, mediaType: '', title: null, language: null };
  const document = await createPartitioningReader({ reader, partitioner, choices }).read(file, never);
  return { document, isPartitioned: partitioned.length > 0 };
}

describe('createPartitioningReader', () => {
  it('makes blocks of the elements of a scan, tables as tables, with pages and language', async () => {
    const { document, isPartitioned } = await read('scan.pdf', scan);
    expect(isPartitioned).toBe(true);
    expect(document).toMatchObject({
      title: 'Refunds',
      language: 'de',
      content: 'Refunds\n\nPaid in five days.\n\n- by card\n\nPlan | Price\nTeam | 5',
      quality: { pages: 2, emptyPages: 0 },
    });
    expect(document.passages[0]?.page).toBe(1);
  });

  it.each([
    ['a picture', 'a.png', picture, {}, true],
    ['a page of text', 'a.pdf', page(sentence), {}, false],
    ['a page of a few words', 'a.pdf', page('7'), {}, true],
    ['a page of text where the partitioner is chosen', 'a.pdf', page(sentence), { pdf: 'unstructured' }, true],
    ['a Word file', 'a.docx', buildDocx(paragraph(sentence)), {}, false],
    ['a short text, which is no format of the partitioner', 'a.txt', Buffer.from('7'), {}, false],
  ] as const)('reads %s by the right one', async (_what, name, bytes, choices, isPartitioned) => {
    expect((await read(name, bytes, { choices })).isPartitioned).toBe(isPartitioned);
  });

  it.each([
    ['a scan, where the built-in parser is chosen', 'a.pdf', scan, { choices: { pdf: 'builtin' } }, 'FILE_EMPTY'],
    ['a scan, while the partitioner is away', 'a.pdf', scan, { fails: true }, 'MODEL_UNAVAILABLE'],
    ['a file with a password', 'a.pdf', buildPdf([[]], { encrypted: true }), {}, 'FILE_ENCRYPTED'],
    ['nothing', 'a.pdf', new Uint8Array(0), {}, 'FILE_EMPTY'],
  ] as const)('does not read %s', async (_what, name, bytes, options, code) => {
    await expect(read(name, bytes, options)).rejects.toMatchObject({ code });
  });
});
