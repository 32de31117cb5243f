import { posix } from 'node:path';
import { AppError } from '../../../domain/errors.ts';
import { decodeText } from '../../parse/decode-text.ts';
import { openHtml } from '../../parse/html-node.ts';
import { attachmentDocument } from './attachments.ts';
import { readConfluenceXml } from './confluence-xml.ts';
import { type ExportDocument, type ExportPlace, isoTime, largestPage, pageDocument } from './export-document.ts';
import type { ExportFile } from './open-export.ts';

interface ConfluenceOptions {
  /** Of the wiki, such as `https://wiki.example.com`; links and addresses lead there. */
  readonly baseUrl?: string | undefined;
}

/** The pages of a space and what is attached to them, of an export as HTML or as XML. */
export function readConfluenceExport(options: ConfluenceOptions) {
  return async function* read(place: ExportPlace): AsyncGenerator<ExportDocument> {
    const entities = [...place.archive.files.values()].find(({ path }) => /^(?:[^/]+\/)?entities\.xml$/.test(path));
    const address = addressOf(options);
    if (entities) yield* readConfluenceXml(entities, { ...place, addressOf: address });
    else yield* readHtml({ ...place, addressOf: address });
  };
}

/** Where a page is read, by its id; null where nothing says which wiki it is. */
export type AddressOf = (pageId: string) => string | null;

function addressOf({ baseUrl }: ConfluenceOptions): AddressOf {
  const base = baseUrl?.replace(/\/+$/, '');
  return (id) => (base === undefined ? null : `${base}/pages/viewpage.action?pageId=${id}`);
}

interface HtmlPlace extends ExportPlace {
  readonly addressOf: AddressOf;
}

const pageName = /(?:^|\/)(?:[^/]*_)?(\d+)\.html$/;
const attachmentLink = /href="((?:[^":]{0,1000}\/)?attachments\/\d+\/[^"]{1,1000})"[^>]{0,1000}>([^<]{1,1000})</g;

async function* readHtml(place: HtmlPlace): AsyncGenerator<ExportDocument> {
  const { archive } = place;
  const pages = [...archive.files.values()].flatMap((file) => {
    const id = pageName.exec(file.path)?.[1];
    return id === undefined ? [] : [{ id, file }];
  });
  if (pages.length === 0)
    throw new AppError(
      'FILE_CORRUPT',
      `${archive.name} is no export of Confluence: it holds neither entities.xml nor pages.`,
    );
  const attached = new Map<string, string>();
  for (const { id, file } of pages) {
    for (const [path, name] of await attachmentsOf(file)) attached.set(path, name);
    const fingerprint = `${file.fingerprint} ${place.addressOf(id) ?? ''}`;
    yield { externalId: id, fingerprint, open: async () => await openPage(id, file, place) };
  }
  for (const file of archive.files.values()) {
    if (!/(?:^|\/)attachments\/\d+\/[^/]+$/.test(file.path)) continue;
    const fileName = attached.get(file.path) ?? posix.basename(file.path);
    yield* attachmentDocument(place, file, { externalId: file.path, fileName, uri: null });
  }
}

async function textOf(file: ExportFile): Promise<string> {
  const text = decodeText(await file.read(largestPage), 'utf-8');
  if (text === null) throw new AppError('FILE_CORRUPT', `${file.path} is not text.`);
  return text;
}

/** What files are called that the page links to; nothing for a page that cannot be read, which fails by itself when it is fetched. */
async function attachmentsOf(page: ExportFile): Promise<[string, string][]> {
  const html = await textOf(page).catch((error: unknown) => {
    if (error instanceof AppError) return '';
    throw error;
  });
  return [...html.matchAll(attachmentLink)].map(([, target = '', name = '']) => {
    const path = posix.join(posix.dirname(page.path), decode(target.split('?')[0] ?? ''));
    return [path, posix.basename(name.trim())];
  });
}

async function openPage(id: string, file: ExportFile, place: HtmlPlace) {
  const page = openHtml(await textOf(file));
  const shown = (selector: string) => page.querySelector?.(selector)?.textContent?.replace(/\s+/g, ' ').trim() || null;
  const parents = [...(page.querySelectorAll?.('#breadcrumbs a') ?? [])].map(
    ({ textContent }) => textContent?.trim() ?? '',
  );
  const heading = shown('#title-text') ?? shown('title') ?? posix.basename(file.path, '.html');
  const about = shown('.page-metadata') ?? '';
  const date = isoTime(/\bon\s+([A-Z][a-z]{2,8} \d{1,2}, \d{4})/.exec(about)?.[1]);
  const isChanged = /last (?:modified|updated)/i.test(about);
  const content = page.querySelector?.('#main-content')?.innerHTML ?? page.querySelector?.('body')?.innerHTML ?? '';
  return pageDocument({
    ...{ externalId: id, uri: place.addressOf(id), breadcrumb: parents, format: 'html' },
    // The heading begins with the name of the space.
    title: heading.startsWith(`${parents[0]} : `) ? heading.slice((parents[0]?.length ?? 0) + 3) : heading,
    properties: {
      author: shown('.page-metadata .author'),
      editor: shown('.page-metadata .editor'),
      ...(isChanged ? { modified: date } : { created: date }),
    },
    text: content.replace(/(\bhref=")([^"]*)"/g, (_link, before, target) => `${before}${linkTo(target, place)}"`),
  });
}

/** Where a link between files of the export leads in the wiki; other links stay as they are. */
function linkTo(target: string, { addressOf }: HtmlPlace): string {
  const [path = '', fragment] = target.split('#', 2);
  const id = path.includes(':') ? undefined : pageName.exec(decode(path))?.[1];
  const address = id === undefined ? null : addressOf(id);
  if (address === null) return target;
  return fragment === undefined ? address : `${address}#${fragment}`;
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
