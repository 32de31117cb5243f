import { posix } from 'node:path';
import { AppError } from '../../../domain/errors.ts';
import { decodeText } from '../../parse/decode-text.ts';
import { openHtml } from '../../parse/html-node.ts';
import { attachmentDocument } from './attachments.ts';
import { type ExportDocument, type ExportPlace, isoTime, largestPage, pageDocument } from './export-document.ts';
import type { ExportFile } from './open-export.ts';

/** A page or a database, by what its file is called: `Refund policy 0123456789abcdef0123456789abcdef.md`. */
interface NotionPage {
  readonly file: ExportFile;
  /** In the export, whatever the folder around it is called this time. */
  readonly path: string;
  readonly format: 'md' | 'html' | 'csv';
  readonly title: string;
  /** Of the page in Notion, which stays when it is renamed or moved; null in exports that leave it out. */
  readonly id: string | null;
  /** The pages above it. */
  readonly parents: readonly string[];
  readonly uri: string | null;
}

const pageName = /^(.*?)(?:[ -]?([0-9a-f]{32}))?(_all)?\.(md|html|csv)$/i;
const folderId = /[ -]?[0-9a-f]{32}$/i;
/** The folder that holds everything, and the list of pages that HTML exports begin with. */
const [wrapper, contents] = [/^Export-[0-9a-f-]+\//i, /^(?:[^/]+\/)?index\.html$/i];

/** An export of Notion as Markdown and CSV, or as HTML. Pages keep their identity by Notion's ids; links between them lead to notion.so. */
export async function* readNotionExport(place: ExportPlace): AsyncGenerator<ExportDocument> {
  const { archive } = place;
  const pages = new Map([...archive.files.values()].flatMap((file) => pageOf(file, place)));
  if (pages.size === 0)
    throw new AppError(
      'FILE_CORRUPT',
      `${archive.name} is no export of Notion: it holds no page as Markdown, CSV or HTML.`,
    );
  const databases = new Set(
    [...pages.values()].flatMap(({ format, title, parents }) =>
      format === 'csv' ? [[...parents, title].join('/')] : [],
    ),
  );
  for (const page of pages.values()) {
    const externalId = page.id === null ? page.path : page.format === 'csv' ? `${page.id}.csv` : page.id;
    const isRow = databases.has(page.parents.join('/'));
    // Where it stands and what it is called are in its path.
    const fingerprint = `${page.file.fingerprint} ${page.path}${isRow ? ' row' : ''}`;
    yield { externalId, fingerprint, open: async () => await openPage(page, { place, pages, isRow, externalId }) };
  }
  for (const file of archive.files.values())
    if (!pageName.test(posix.basename(file.path)))
      yield* attachmentDocument(place, file, {
        ...{ externalId: unwrapped(file.path), fileName: posix.basename(file.path), uri: null },
      });
}

function unwrapped(path: string): string {
  return path.replace(wrapper, '');
}

/** Of a database the file with all rows counts, not the one with the rows of a view. */
function pageOf(file: ExportFile, { archive }: ExportPlace): [string, NotionPage][] {
  const path = unwrapped(file.path);
  const folders = path.split('/').slice(0, -1);
  const [, title = '', id, all, extension = ''] = pageName.exec(posix.basename(file.path)) ?? [];
  if (extension === '' || contents.test(file.path)) return [];
  const format = extension.toLowerCase() as NotionPage['format'];
  const whole = file.path.replace(/\.csv$/i, '_all.csv');
  if (format === 'csv' && all === undefined && archive.files.has(whole)) return [];
  const parents = folders.map((folder) => folder.replace(folderId, ''));
  const uri = id === undefined ? null : `https://www.notion.so/${id.toLowerCase()}`;
  return [[file.path, { file, path, format, title: title || path, id: id?.toLowerCase() ?? null, parents, uri }]];
}

interface Around {
  readonly place: ExportPlace;
  readonly pages: ReadonlyMap<string, NotionPage>;
  /** It is an entry of a database, and begins with the values of its columns. */
  readonly isRow: boolean;
  readonly externalId: string;
}

async function openPage(page: NotionPage, { place, pages, isRow, externalId }: Around) {
  const { file, format, title, parents, uri } = page;
  const bytes = await file.read(format === 'html' ? Math.min(place.maxFileBytes, largestPage) : place.maxFileBytes);
  const fingerprint = file.fingerprint;
  const fileName = `${title.replaceAll('/', ' ')}.csv`;
  if (format === 'csv') return { externalId, fingerprint, uri, title, memo: null, bytes, fileName, mediaType: null };
  const text = decodeText(bytes, null);
  if (text === null) throw new AppError('FILE_CORRUPT', `${file.path} is not text.`);
  const about = { externalId, uri, breadcrumb: parents };
  const linkOf = (target: string) => linkTo(target, file.path, pages);
  if (format === 'html')
    return pageDocument({
      ...{ ...about, title: titleOfHtml(text) ?? title, properties: rolesOf(propertiesOfHtml(text)), format },
      text: text.replace(/(\bhref=")([^"]*)"/gi, (_link, before, target) => `${before}${linkOf(target)}"`),
    });
  return pageDocument({
    ...{ ...about, title: /^# (.+)\n/.exec(text)?.[1] ?? title, format: 'markdown' },
    properties: isRow ? rolesOf(propertiesOfMarkdown(text)) : {},
    // Names of pages may hold parentheses, in pairs. Callouts stand between tags that no reader of the page sees.
    text: text
      .replace(/^<\/?aside>$/gm, '')
      .replace(/\]\(([^()\s]+(?:\([^()\s]*\)[^()\s]*)*)\)/g, (_link, target) => `](${linkOf(target)})`),
  });
}

/** Where a link between files of the export leads in Notion; other links stay as they are. */
function linkTo(target: string, from: string, pages: ReadonlyMap<string, NotionPage>): string {
  const [path = '', fragment] = target.split('#', 2);
  if (/^[a-z][a-z0-9+.-]*:|^\/\//i.test(path)) return target;
  const decoded = decode(path.replaceAll('&amp;', '&'));
  const page = pages.get(posix.join(posix.dirname(from), decoded));
  if (!page || page.uri === null || page.id === null) return target;
  return fragment === undefined ? page.uri : `${page.uri}#${fragment}`;
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** The paragraph under the heading, one `Name: value` a line. */
function propertiesOfMarkdown(text: string): [string, string][] {
  const [heading = '', ...rest] = text.split('\n');
  const begin = rest.findIndex((line) => line.trim() !== '');
  const end = rest.findIndex((line, place) => place > begin && line.trim() === '');
  if (!heading.startsWith('# ') || begin < 0) return [];
  const lines = rest.slice(begin, end < 0 ? undefined : end);
  const pairs = lines.flatMap((line): [string, string][] => {
    const [, name, value] = /^([^:]{1,60}): (.+)$/.exec(line) ?? [];
    return name !== undefined && value !== undefined ? [[name, value]] : [];
  });
  return pairs.length === lines.length ? pairs : [];
}

function propertiesOfHtml(html: string): [string, string][] {
  const table = openHtml(html).querySelector?.('table.properties');
  return [...(table?.querySelectorAll?.('tr') ?? [])].map((row) => [
    row.querySelector?.('th')?.textContent?.trim() ?? '',
    row.querySelector?.('td')?.textContent?.trim().replace(/^@/, '') ?? '',
  ]);
}

function titleOfHtml(html: string): string | null {
  return openHtml(html).querySelector?.('.page-title')?.textContent?.trim() || null;
}

const roles: Readonly<Record<string, string>> = {
  author: 'author',
  'created by': 'author',
  'last edited by': 'editor',
  created: 'created',
  'created time': 'created',
  'created at': 'created',
  'last edited': 'modified',
  'last edited time': 'modified',
  'last updated': 'modified',
  tags: 'keywords',
};
/** Properties of a document that mean something else than a column of the name. */
const reserved = new Set(['title', 'breadcrumb', 'lang', 'language', 'locale']);

/** Columns by names that front matter may have: those with a meaning by their usual name, with times as ISO 8601. */
function rolesOf(columns: readonly (readonly [string, string])[]): Record<string, string> {
  const named = columns.map(([column, value]): [string, string] => {
    const name = roles[column.toLowerCase()] ?? column.toLowerCase().replace(/[^\w.-]+/g, '-');
    const isTime = name === 'created' || name === 'modified';
    return [name, (isTime ? isoTime(value) : null) ?? value];
  });
  return Object.fromEntries(named.filter(([name]) => /^\w/.test(name) && !reserved.has(name)));
}
