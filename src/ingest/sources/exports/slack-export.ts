import { z } from 'zod';
import { AppError } from '../../../domain/errors.ts';
import { type ExportDocument, type ExportPlace, pageDocument } from './export-document.ts';
import type { ExportArchive, ExportFile } from './open-export.ts';
import { readJsonFile } from './read-data.ts';
import { type SlackNames, slackText } from './slack-text.ts';

const Text = z.string().nullish();
const Message = z.object({
  type: Text,
  subtype: Text,
  /** Seconds since 1970 with six decimals; names the message in its channel. */
  ts: z.string().regex(/^\d{1,12}\.\d+$/),
  thread_ts: Text,
  user: Text,
  username: Text,
  text: Text,
  user_profile: z.object({ real_name: Text, display_name: Text }).nullish(),
  files: z.array(z.object({ name: Text, title: Text, permalink: Text })).nullish(),
});
type Message = z.output<typeof Message>;
const Channel = z.object({ id: z.string(), name: z.string() });
type Channel = z.output<typeof Channel>;
const User = z.object({
  id: z.string(),
  name: Text,
  real_name: Text,
  profile: z.object({ display_name: Text, real_name: Text }).nullish(),
});

/** What happened to the channel, not what was said in it. */
const silent = new Set(
  'channel_join channel_leave channel_topic channel_purpose channel_name channel_archive channel_unarchive channel_convert_to_private group_join group_leave tombstone'.split(
    ' ',
  ),
);

interface SlackOptions {
  /** Of the workspace, such as `https://acme.slack.com`. */
  readonly baseUrl?: string | undefined;
}

/** The public channels of an export of Slack: each thread is a document, and what a channel has beside threads one for each day, in UTC. */
export function readSlackExport({ baseUrl }: SlackOptions) {
  return async function* read({ archive }: ExportPlace): AsyncGenerator<ExportDocument> {
    const { root, channels } = await readChannels(archive);
    const names = {
      users: await readUsers(archive, root),
      channels: new Map(channels.map(({ id, name }) => [id, name])),
    };
    const days = Map.groupBy(archive.files.values(), ({ path }) => path.slice(0, path.lastIndexOf('/')));
    for (const channel of channels) {
      const files = days.get(`${root}${channel.name}`) ?? [];
      yield* documentsOf(await readMessages(files), { channel, names, baseUrl });
    }
  };
}

async function readChannels(archive: ExportArchive): Promise<{ root: string; channels: Channel[] }> {
  const file = [...archive.files.values()].find(({ path }) => /^(?:[^/]+\/)?channels\.json$/.test(path));
  if (!file) throw new AppError('FILE_CORRUPT', `${archive.name} is no export of Slack: it lacks channels.json.`);
  const channels = await readJsonFile(file, z.array(Channel));
  return { root: file.path.slice(0, -'channels.json'.length), channels };
}

async function readUsers(archive: ExportArchive, root: string): Promise<Map<string, string>> {
  const file = archive.files.get(`${root}users.json`);
  const users = file ? await readJsonFile(file, z.array(User)) : [];
  return new Map(
    users.map(({ id, name, real_name, profile }) => [
      id,
      profile?.display_name || profile?.real_name || real_name || name || id,
    ]),
  );
}

async function readMessages(files: readonly ExportFile[]): Promise<Message[]> {
  const messages: Message[] = [];
  for (const file of files) {
    if (!/\/\d{4}-\d\d-\d\d\.json$/.test(file.path)) continue;
    for (const message of await readJsonFile(file, z.array(Message))) {
      const isSaid = !silent.has(message.subtype ?? '') && (message.text || message.files?.length);
      if (isSaid) messages.push(message);
    }
  }
  return messages.sort((one, other) => Number(one.ts) - Number(other.ts) || (one.ts < other.ts ? -1 : 1));
}

interface Around extends SlackOptions {
  readonly channel: Channel;
  readonly names: SlackNames;
}

function* documentsOf(messages: readonly Message[], around: Around): Generator<ExportDocument> {
  const threads = Map.groupBy(messages, ({ ts, thread_ts }) => thread_ts || ts);
  const isThread = (said: readonly Message[]) => said.some(({ ts, thread_ts }) => thread_ts && thread_ts !== ts);
  for (const [ts, said] of threads)
    if (isThread(said)) yield conversation(said, { ...around, key: ts, title: titleOf(said, around) });
  const alone = [...threads.values()].filter((said) => !isThread(said)).flat();
  for (const [day, said] of Map.groupBy(alone, ({ ts }) => timeOf(ts).slice(0, 10)))
    yield conversation(said, { ...around, key: day, title: `#${around.channel.name}, ${day}` });
}

interface Conversation extends Around {
  /** The time of a thread's first message, or a day. */
  readonly key: string;
  readonly title: string;
}

function conversation(said: readonly Message[], { channel, names, baseUrl, key, title }: Conversation) {
  const [first] = said;
  const times = said.map(({ ts }) => timeOf(ts));
  const live = `${baseUrl?.replace(/\/+$/, '')}/archives/${channel.id}/p${first?.ts.replace('.', '')}`;
  return pageDocument({
    ...{ externalId: `${channel.id}/${key}`, title, breadcrumb: [`#${channel.name}`], format: 'markdown' },
    uri: baseUrl === undefined ? null : live,
    properties: {
      author: [...new Set(said.map((message) => speakerOf(message, names)))].slice(0, 20).join(', '),
      ...{ created: times[0], modified: times.at(-1) },
    },
    text: said.map((message) => turnOf(message, names)).join('\n\n'),
  });
}

/** The beginning of what a thread begins with. */
function titleOf([first]: readonly Message[], { names, channel }: Around): string {
  const line = slackText(first?.text ?? '', names)
    .replace(/\s+/g, ' ')
    .trim();
  if (line === '') return `#${channel.name}, ${timeOf(first?.ts ?? '0').slice(0, 10)}`;
  return line.length > 80 ? `${line.slice(0, 79).toWellFormed()}…` : line;
}

function turnOf(message: Message, names: SlackNames): string {
  const time = timeOf(message.ts).slice(0, 16).replace('T', ' ');
  const files = (message.files ?? []).flatMap(({ name, title, permalink }) => {
    const shown = title || name;
    return shown ? [permalink ? `[${shown}](${permalink})` : shown] : [];
  });
  const text = [slackText(message.text ?? '', names), ...files].filter((part) => part !== '').join('\n');
  return `**${speakerOf(message, names)}** (${time} UTC):\n${text}`;
}

function speakerOf({ user, username, user_profile: profile }: Message, { users }: SlackNames): string {
  return users.get(user ?? '') || profile?.display_name || profile?.real_name || username || user || 'unknown';
}

function timeOf(ts: string): string {
  return new Date(Math.trunc(Number(ts) * 1000)).toISOString();
}
