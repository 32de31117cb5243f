import { z } from 'zod';
import { isAccessEntry } from './principal.ts';

const path = z.string().min(1).max(4000);
const webAddress = z.url({ protocol: /^https?$/ }).max(4000);
const count = (most: number, usual: number) => z.int().min(1).max(most).default(usual);
/** RFC 6901: empty, or parts that each begin with a slash. */
const pointer = z
  .string()
  .max(500)
  .regex(/^(\/[^/]*)*$/, 'a JSON pointer such as /data/items');
const pace = z.number().min(0.01).max(1000).default(2);

const FolderSettings = z.strictObject({
  kind: z.literal('folder'),
  path,
  /** Looks at once where a file event tells of a change. */
  watch: z.boolean().default(true),
});

const WebSettings = z.strictObject({
  kind: z.literal('web'),
  url: webAddress,
  /** `page`: this page alone; `sitemap`: the pages that it names; `crawl`: what its links reach on the same host. */
  mode: z.enum(['page', 'sitemap', 'crawl']).default('crawl'),
  /** Links from the first page to the farthest. */
  maxDepth: z.int().min(0).max(50).default(10),
  maxPages: count(100_000, 1000),
  /** Only addresses whose path begins so. */
  pathPrefix: z.string().startsWith('/').max(1000).default('/'),
  requestsPerSecond: pace,
});

const FeedSettings = z.strictObject({
  kind: z.literal('feed'),
  url: webAddress,
  /** Fetches the page of each entry instead of the text that the feed holds. */
  fetchPages: z.boolean().default(false),
  /** Entries that have left the feed are removed; a feed usually shows the newest ones only. */
  removeOld: z.boolean().default(false),
  requestsPerSecond: pace,
});

const JsonPaging = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('none') }),
  /** RFC 8288: the `Link` header with rel="next". */
  z.strictObject({ kind: z.literal('link-header') }),
  /** The reply holds the address of the next page. */
  z.strictObject({ kind: z.literal('next-url'), pointer }),
  /** The reply holds a mark that the next request sends. */
  z.strictObject({ kind: z.literal('cursor'), pointer, parameter: z.string().min(1).max(100) }),
  /** Pages are numbered, until one is empty. */
  z.strictObject({ kind: z.literal('number'), parameter: z.string().min(1).max(100), first: z.int().default(1) }),
]);

const JsonSettings = z.strictObject({
  kind: z.literal('json'),
  url: webAddress,
  /** Where the list of items stands in a reply; the others point into an item. */
  items: pointer.default(''),
  id: pointer,
  text: pointer,
  title: pointer.optional(),
  uri: pointer.optional(),
  /** Changes whenever the item does, such as a time or a version number. */
  changed: pointer.optional(),
  /** A list of access-list entries, or one. */
  acl: pointer.optional(),
  format: z.enum(['text', 'markdown', 'html']).default('text'),
  paging: JsonPaging.default({ kind: 'none' }),
  maxPages: count(100_000, 1000),
  requestsPerSecond: pace,
});

const GitSettings = z.strictObject({
  kind: z.literal('git'),
  /** http(s), or file: below a folder that the operator allows. */
  url: z.url({ protocol: /^(https?|file)$/ }).max(4000),
  /** Branch or tag; without it the default branch. */
  branch: z
    .string()
    .regex(/^[A-Za-z0-9_][\w./-]{0,199}$/, 'the name of a branch or tag')
    .optional(),
  /** Only files below this folder. */
  folder: z.string().max(1000).default(''),
});

const S3Settings = z.strictObject({
  kind: z.literal('s3'),
  /** In path style: `https://s3.example.com/bucket/folder`. */
  url: webAddress.refine(
    (url) => new URL(url).pathname.length > 1,
    'an address with a bucket, https://host/bucket/folder',
  ),
  region: z
    .string()
    .regex(/^[a-z0-9-]{1,60}$/i)
    .default('us-east-1'),
  requestsPerSecond: pace.default(20),
});

/** Of this machine: the file of an export, or a folder in which the newest file counts. Without it, the file that was uploaded last. */
const exportPath = path.optional();

const NotionSettings = z.strictObject({ kind: z.literal('notion'), path: exportPath });

const ConfluenceSettings = z.strictObject({
  kind: z.literal('confluence'),
  path: exportPath,
  /** Of the wiki, `https://wiki.example.com`: where addresses of pages and links between them lead. */
  baseUrl: webAddress.optional(),
});

const ZendeskSettings = z.strictObject({
  kind: z.literal('zendesk'),
  path: exportPath,
  /** Takes in comments of tickets that only agents saw. */
  privateComments: z.boolean().default(false),
  /** Who may read articles that are shown to a user segment alone; without it they are left out. */
  restrictedAcl: z
    .array(z.string().refine(isAccessEntry, 'user:NAME, user:ID, group:NAME or public'))
    .max(100)
    .optional(),
});

const SlackSettings = z.strictObject({
  kind: z.literal('slack'),
  path: exportPath,
  /** Of the workspace, `https://acme.slack.com`: where addresses of messages lead. */
  baseUrl: webAddress.optional(),
});

/** What a source of each kind needs to know; nothing of it is secret. */
export const SourceSettings = z.discriminatedUnion('kind', [
  FolderSettings,
  WebSettings,
  FeedSettings,
  JsonSettings,
  GitSettings,
  S3Settings,
  NotionSettings,
  ConfluenceSettings,
  ZendeskSettings,
  SlackSettings,
]);
/** Kinds that read an export, which may be uploaded. */
export const exportKinds: readonly SourceKind[] = ['notion', 'confluence', 'zendesk', 'slack'];
export const sourceKinds = SourceSettings.options.map(({ shape }) => shape.kind.value);
export type SourceSettings = z.output<typeof SourceSettings>;
export type SourceKind = SourceSettings['kind'];
export type SettingsOf<K extends SourceKind> = Extract<SourceSettings, { kind: K }>;

const headerName = z.string().regex(/^[A-Za-z0-9-]{1,100}$/);
const headerValue = z
  .string()
  .max(8000)
  .regex(/^[\t\x20-\x7e]*$/);

/** What opens the source; kept, and never shown again. */
export const SourceCredentials = z.strictObject({
  /** For `web`, `feed` and `json`: sent to the host of the source alone, such as `authorization`. */
  headers: z.record(headerName, headerValue).optional(),
  /** For `git`: a user name (any, where a token is enough) and a password or token. For `s3`: the access key's id and its secret. */
  username: z.string().max(500).optional(),
  password: z.string().max(8000).optional(),
});
export type SourceCredentials = z.output<typeof SourceCredentials>;
