import { describe, expect, it } from 'vitest';
import { buildMsg } from './fixtures/build-msg.ts';
import { shownBlocks } from './fixtures/shown-blocks.ts';
import { parseEml } from './parse-eml.ts';
import { parseMsg } from './parse-msg.ts';

const file = { name: 'a.eml', title: 'a' };
const eml = (lines: readonly string[]) => parseEml(Buffer.from(lines.join('\r\n')), file);
const headers = [
  'From: Ada <ada@example.com>',
  'To: Ben <ben@example.com>, team@example.com',
  'Subject: =?utf-8?q?R=C3=A9funds?=',
];

describe('parseEml', () => {
  it('reads headers, body and what the body quotes, and names the thread', async () => {
    const parsed = await eml([
      ...headers,
      'Date: Fri, 16 Jan 2026 17:04:16 -0500',
      'Message-ID: <2@example.com>',
      'In-Reply-To: <1@example.com>',
      'References: <0@example.com> <1@example.com>',
      '',
      'It takes 5 days.',
      '',
      'Ben wrote:',
      '> How long does it take?',
      '> I need to know.',
    ]);
    expect(shownBlocks(parsed)).toEqual([
      ['heading', 'Réfunds'],
      [
        'paragraph',
        'From: Ada <ada@example.com>\nTo: Ben <ben@example.com>, team@example.com\nDate: 2026-01-16T22:04:16.000Z',
      ],
      ['paragraph', 'It takes 5 days.'],
      ['paragraph', 'Ben wrote:'],
      ['quote', '> How long does it take?\n> I need to know.'],
    ]);
    expect(parsed.title).toBe('Réfunds');
    expect(parsed.properties).toMatchObject({
      from: 'Ada <ada@example.com>',
      'message-id': '<2@example.com>',
      'in-reply-to': '<1@example.com>',
      references: '<0@example.com> <1@example.com>',
    });
  });

  it('prefers the HTML, names attachments and reads carried messages one level below', async () => {
    const parsed = await eml([
      ...headers,
      'Content-Type: multipart/mixed; boundary=x',
      '',
      '--x',
      'Content-Type: multipart/alternative; boundary=y',
      '',
      '--y',
      'Content-Type: text/plain',
      '',
      'Plain.',
      '--y',
      'Content-Type: text/html; charset=utf-8',
      '',
      '<p>See <a href="https://example.com/a">this</a>.</p><blockquote>Earlier</blockquote>',
      '--y--',
      '--x',
      'Content-Type: text/csv',
      'Content-Disposition: attachment; filename=prices.csv',
      '',
      'a,b',
      '--x',
      'Content-Type: message/rfc822',
      '',
      'Subject: Inner',
      '',
      'Inside.',
      '--x--',
    ]);
    expect(shownBlocks(parsed).slice(2)).toEqual([
      ['paragraph', 'See [this](https://example.com/a).'],
      ['quote', 'Earlier'],
      ['paragraph', 'Attachments: prices.csv'],
      ['heading', 'Inner'],
      ['paragraph', 'Inside.'],
    ]);
    expect(parsed.blocks.filter(({ kind }) => kind === 'heading').map(({ level }) => level)).toEqual([1, 2]);
  });

  it.each([
    [
      'encrypted',
      [
        ...headers,
        'Content-Type: multipart/encrypted; boundary=x',
        '',
        '--x',
        'Content-Type: application/octet-stream',
        '',
        'x',
        '--x--',
      ],
      'FILE_ENCRYPTED',
    ],
    ['not an e-mail', ['', 'just text'], 'FILE_CORRUPT'],
  ])('refuses what is %s', async (_what, lines, code) => {
    await expect(eml(lines)).rejects.toMatchObject({ code });
  });
});

describe('parseMsg', () => {
  it('reads subject, sender, recipients and body', () => {
    const bytes = buildMsg(
      {
        '0037001F': 'Refunds',
        '0C1A001F': 'Ada',
        '5D01001F': 'ada@example.com',
        '1000001F': 'It takes 5 days.\r\n\r\n> How long?',
      },
      [{ '3001001F': 'Ben', '39FE001F': 'ben@example.com' }],
    );
    const parsed = parseMsg(bytes, { name: 'a.msg', title: 'a' });
    expect(shownBlocks(parsed)).toEqual([
      ['heading', 'Refunds'],
      ['paragraph', 'From: Ada <ada@example.com>\nTo: Ben <ben@example.com>'],
      ['paragraph', 'It takes 5 days.'],
      ['quote', '> How long?'],
    ]);
  });
});
