import { posix } from 'node:path';
import { z } from 'zod';
import { AppError } from '../../../domain/errors.ts';
import { type ExportDocument, type ExportPlace, isoTime, largestData, pageDocument } from './export-document.ts';
import type { ExportFile } from './open-export.ts';
import { checked, parseJson } from './read-data.ts';
import { TicketSchema, ticketDocument } from './zendesk-ticket.ts';

const Id = z.union([z.number(), z.string()]).transform(String);
const Text = z.string().nullish();
const Article = z.object({
  id: Id,
  title: Text,
  name: Text,
  body: Text,
  html_url: Text,
  author_id: Id.nullish(),
  section_id: Id.nullish(),
  locale: Text,
  draft: z.boolean().nullish(),
  created_at: Text,
  updated_at: Text,
  edited_at: Text,
  label_names: z.array(z.string()).nullish(),
  user_segment_id: Id.nullish(),
});
type Article = z.output<typeof Article>;
const Section = z.object({ id: Id, name: Text, category_id: Id.nullish(), parent_section_id: Id.nullish() });
const Named = z.object({ id: Id, name: Text });

/** What replies of Zendesk's API and its exports hold, by the names of their lists. */
const lists = {
  articles: z.array(Article),
  sections: z.array(Section),
  categories: z.array(Named),
  users: z.array(Named),
  tickets: z.array(TicketSchema),
} as const;
type ListName = keyof typeof lists;
type Data = { readonly [N in ListName]: Map<string, z.output<(typeof lists)[N]>[number]> };

interface ZendeskOptions {
  /** Whether comments count that only agents saw. */
  readonly privateComments: boolean;
  /** Who may read articles that the help center shows to a user segment alone; without it they are left out. */
  readonly restrictedAcl?: readonly string[] | undefined;
}

/**
 * Articles and tickets of Zendesk: JSON files as the API answers (`{"articles": […]}`, in as many pages as there are), bare lists in a file
 * that is called as they are, or a JSON object a line, as ticket exports have it. Drafts are left out.
 */
export function readZendeskExport(options: ZendeskOptions) {
  return async function* read(place: ExportPlace): AsyncGenerator<ExportDocument> {
    const { archive } = place;
    const data: Data = {
      articles: new Map(),
      sections: new Map(),
      categories: new Map(),
      users: new Map(),
      tickets: new Map(),
    };
    for (const file of archive.files.values())
      if (/\.(?:json|jsonl|ndjson)$/i.test(file.path)) await readFile(file, data);
    if (data.articles.size + data.tickets.size === 0)
      throw new AppError(
        'FILE_CORRUPT',
        `${archive.name} is no export of Zendesk: it holds neither articles nor tickets.`,
      );
    for (const article of data.articles.values()) yield* articleDocument(article, data, options);
    const nameOf = (id: string | null | undefined) => data.users.get(id ?? '')?.name ?? null;
    for (const ticket of data.tickets.values()) yield ticketDocument(ticket, { ...options, nameOf });
  };
}

async function readFile(file: ExportFile, data: Data): Promise<void> {
  if (!/\.json$/i.test(file.path) || file.size > largestData)
    return await readLines(linesOf(file), { data, name: file.path });
  const text = new TextDecoder().decode(await file.read(largestData));
  const value = parseWhole(text);
  // Exports of tickets are called .json and hold an object a line.
  if (value === undefined) return await readLines(text.split('\n'), { data, name: file.path });
  const name = posix.basename(file.path).toLowerCase();
  if (Array.isArray(value)) {
    const list = listNames.find((one) => name.startsWith(one)) ?? 'tickets';
    return keep(list, value, { data, name: file.path });
  }
  if (typeof value !== 'object' || value === null) return;
  const found = listNames.filter((list) => list in value);
  for (const list of found) keep(list, value[list as keyof typeof value], { data, name: file.path });
  if (found.length === 0 && 'subject' in value) keep('tickets', [value], { data, name: file.path });
}

/** Undefined when it is not one value of JSON. */
function parseWhole(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const listNames = Object.keys(lists) as ListName[];

interface Kept {
  readonly data: Data;
  /** Of the file. */
  readonly name: string;
}

async function readLines(lines: AsyncIterable<string> | Iterable<string>, { data, name }: Kept): Promise<void> {
  let number = 0;
  for await (const line of lines) {
    number += 1;
    const place = `${name}, line ${number}`;
    if (line.trim() !== '') keep('tickets', [parseJson(line, place)], { data, name: place });
  }
}

const longestLine = 64 * 1024 ** 2;

async function* linesOf(file: ExportFile): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let pending: string[] = [];
  let length = 0;
  for await (const part of file.parts()) {
    const [first = '', ...others] = decoder.decode(part, { stream: true }).split('\n');
    pending.push(first);
    length += first.length;
    for (const other of others) {
      yield pending.join('');
      pending = [other];
      length = other.length;
    }
    if (length > longestLine)
      throw new AppError('FILE_TOO_LARGE', `${file.path} has a line of more than ${longestLine} characters.`);
  }
  yield pending.join('');
}

function keep(list: ListName, value: unknown, { data, name }: Kept): void {
  const kept: Map<string, { readonly id: string }> = data[list];
  for (const one of checked<readonly { readonly id: string }[]>(value, lists[list], name)) kept.set(one.id, one);
}

function* articleDocument(article: Article, data: Data, { restrictedAcl }: ZendeskOptions): Generator<ExportDocument> {
  const isRestricted = article.user_segment_id !== null && article.user_segment_id !== undefined;
  if (article.draft || (isRestricted && restrictedAcl === undefined)) return;
  const { html_url: address, locale } = article;
  const uri = address && URL.canParse(address) ? address : null;
  const document = pageDocument({
    // A translation has the id of its article.
    externalId: locale ? `article/${article.id}/${locale}` : `article/${article.id}`,
    ...{ title: article.title || article.name || null, uri, breadcrumb: parentsOf(article, data), format: 'html' },
    properties: {
      author: data.users.get(article.author_id ?? '')?.name,
      created: isoTime(article.created_at),
      modified: isoTime(article.edited_at ?? article.updated_at),
      keywords: article.label_names?.join(', '),
    },
    text: withAddresses(article.body ?? '', uri),
  });
  yield isRestricted && restrictedAcl ? { ...document, acl: restrictedAcl } : document;
}

/** The category, then the sections from the outermost on. */
function parentsOf({ section_id: section }: Article, { sections, categories }: Data): string[] {
  const names: string[] = [];
  const seen = new Set<string>();
  let id = section ?? null;
  let category: string | null = null;
  while (id !== null && !seen.has(id)) {
    seen.add(id);
    const found = sections.get(id);
    names.unshift(found?.name ?? '');
    category = found?.category_id ?? category;
    id = found?.parent_section_id ?? null;
  }
  return [categories.get(category ?? '')?.name ?? '', ...names];
}

/** Links to other articles are written without the host. */
function withAddresses(html: string, base: string | null): string {
  if (base === null) return html;
  return html.replace(/(\bhref=")(\/[^"]*)"/gi, (whole, before, target) =>
    URL.canParse(target, base) ? `${before}${new URL(target, base).href}"` : whole,
  );
}
