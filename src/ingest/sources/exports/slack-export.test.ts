import fc from 'fast-check';
import { expect, it } from 'vitest';
import { jsonPart, readExportOf } from './fixtures/read-export.ts';
import { readSlackExport } from './slack-export.ts';
import { slackText } from './slack-text.ts';

const at = (day: number, hour: number) => `${Date.UTC(2026, 0, day, hour) / 1000}.000100`;
const message = (user: string, ts: string, text: string, more: object = {}) => ({
  type: 'message',
  user,
  ts,
  text,
  ...more,
});
const parts = [
  jsonPart('channels.json', [
    { id: 'C1', name: 'support', is_archived: false, members: ['U1'], purpose: { value: 'Help' } },
    { id: 'C2', name: 'empty' },
  ]),
  jsonPart('groups.json', [{ id: 'G1', name: 'board' }]),
  jsonPart('users.json', [
    { id: 'U1', name: 'ada', profile: { display_name: '', real_name: 'Ada Lovelace' } },
    { id: 'U2', name: 'bob', real_name: 'Bob' },
  ]),
  jsonPart('board/2026-01-05.json', [message('U1', at(5, 8), 'The salaries are secret.')]),
  jsonPart('support/2026-01-05.json', [
    message('U1', at(5, 7), '<@U1> has joined the channel', { subtype: 'channel_join' }),
    message('U1', at(5, 8), 'How long do refunds take, <@U2>?', { thread_ts: at(5, 8), reply_count: 1 }),
    message('U2', at(5, 9), 'Lunch at &lt;noon&gt; &amp; later, see <https://example.com/menu|the menu>'),
    message('U1', at(5, 10), 'Fine.'),
  ]),
  jsonPart('support/2026-01-06.json', [
    message('U2', at(6, 8), 'Five days.', {
      thread_ts: at(5, 8),
      files: [{ name: 'policy.pdf', permalink: 'https://acme.slack.com/files/1' }],
    }),
    message('U9', at(6, 9), 'Good morning', { user_profile: { real_name: 'Guest' } }),
  ]),
];

it('makes a document of each thread and one of each day of a public channel', async () => {
  const documents = await readExportOf(readSlackExport({ baseUrl: 'https://acme.slack.com/' }), parts);
  expect(Object.keys(documents).sort()).toEqual([`C1/${at(5, 8)}`, 'C1/2026-01-05', 'C1/2026-01-06']);
  expect(documents[`C1/${at(5, 8)}`]).toMatchObject({
    title: 'How long do refunds take, @Bob?',
    uri: `https://acme.slack.com/archives/C1/p${at(5, 8).replace('.', '')}`,
    headings: [['#support']],
    properties: {
      ...{ author: 'Ada Lovelace, Bob', breadcrumb: '#support' },
      ...{ created: '2026-01-05T08:00:00.000Z', modified: '2026-01-06T08:00:00.000Z' },
    },
    text: expect.stringMatching(
      /^\s*\*\*Ada Lovelace\*\* \(2026-01-05 08:00 UTC\):\nHow long .*\n\n\*\*Bob\*\* \(2026-01-06 08:00 UTC\):\nFive days\.\n\[policy\.pdf\]\(https:\/\/acme\.slack\.com\/files\/1\)/,
    ),
  });
  const day = documents['C1/2026-01-05'];
  expect(day?.title).toBe('#support, 2026-01-05');
  expect(day?.text).toContain('Lunch at <noon> & later, see [the menu](https://example.com/menu)');
  expect(day?.text).not.toMatch(/joined|refunds/);
  expect(documents['C1/2026-01-06']?.text).toContain('**Guest**');
});

it('leaves private channels out', async () => {
  const texts = Object.values(await readExportOf(readSlackExport({}), parts)).map(({ text, uri }) => [text, uri]);
  expect(JSON.stringify(texts)).not.toContain('salaries');
  expect(texts.every(([, uri]) => uri === null)).toBe(true);
});

it('a reply changes its thread alone', async () => {
  const before = await readExportOf(readSlackExport({}), parts);
  const reply = jsonPart('support/2026-01-07.json', [message('U1', at(7, 8), 'Thanks', { thread_ts: at(5, 8) })]);
  const after = await readExportOf(readSlackExport({}), [...parts, reply]);
  const changed = Object.keys(after).filter((key) => after[key]?.fingerprint !== before[key]?.fingerprint);
  expect(changed).toEqual([`C1/${at(5, 8)}`]);
});

it.each([
  ['channels.json', parts.slice(1)],
  ['support/2026-01-05.json', [parts[0], { name: 'support/2026-01-05.json', content: '[{"ts":' }]],
  ['support/2026-01-05.json', [parts[0], jsonPart('support/2026-01-05.json', [{ type: 'message', ts: 'today' }])]],
])('an export with a broken %s is not taken for a smaller one', async (name, broken) => {
  const reading = readExportOf(
    readSlackExport({}),
    broken.filter((part) => part !== undefined),
  );
  await expect(reading).rejects.toMatchObject({ code: 'FILE_CORRUPT', detail: expect.stringContaining(name) });
});

it('shows names, links and letters of any text, and ends', () => {
  const names = { users: new Map([['U1', 'ada']]), channels: new Map([['C1', 'support']]) };
  expect(slackText('<!here> <#C1> <#C9|old> <!subteam^S1|@desk> <mailto:a@b.example|a@b.example>', names)).toBe(
    '@here #support #old @desk a@b.example',
  );
  fc.assert(
    fc.property(fc.string(), (text) => {
      const plain = text.replace(/[<>&]/g, '');
      expect(slackText(plain, names)).toBe(plain);
      slackText(text, names);
    }),
  );
});
