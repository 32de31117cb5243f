import { posix } from 'node:path';
import { AppError } from '../../../domain/errors.ts';
import { attachmentDocument } from './attachments.ts';
import type { AddressOf } from './confluence-export.ts';
import { storageToHtml } from './confluence-storage.ts';
import { type ExportDocument, type ExportPlace, isoTime, pageDocument } from './export-document.ts';
import type { ExportFile } from './open-export.ts';
import { type HibernateObject, readHibernate } from './read-hibernate.ts';

interface XmlPlace extends ExportPlace {
  readonly addressOf: AddressOf;
}

const classes = ['Page', 'BlogPost', 'BodyContent', 'Attachment', 'Space', 'ConfluenceUserImpl'] as const;
type Objects = Readonly<Record<(typeof classes)[number], Map<string, HibernateObject>>>;

/** The newest versions of pages and blog posts, and of what is attached to them, from `entities.xml` and the folder beside it. */
export async function* readConfluenceXml(file: ExportFile, place: XmlPlace): AsyncGenerator<ExportDocument> {
  const objects = await readObjects(file);
  const pages = [...objects.Page.values(), ...objects.BlogPost.values()].filter(isCurrent);
  if (pages.length === 0) throw new AppError('FILE_CORRUPT', `${place.archive.name} holds no page of Confluence.`);
  const bodies = new Map<string, string>();
  for (const { texts, references } of objects.BodyContent.values())
    if (references.content) bodies.set(references.content, texts.body ?? '');
  const idOfTitle = new Map(pages.map(({ id, texts }) => [texts.title ?? '', id]));
  const linkOf = (title: string) => place.addressOf(idOfTitle.get(title) ?? '');
  for (const page of pages) {
    const { id, texts, references } = page;
    const html = storageToHtml(bodies.get(id) ?? '', (title) => (idOfTitle.has(title) ? linkOf(title) : null));
    yield pageDocument({
      ...{ externalId: id, title: texts.title ?? null, uri: place.addressOf(id) },
      ...{ breadcrumb: parentsOf(page, objects), format: 'html', text: html },
      properties: {
        author: userOf(references.creator, objects),
        editor: userOf(references.lastModifier, objects),
        created: isoTime(texts.creationDate),
        modified: isoTime(texts.lastModificationDate),
      },
    });
  }
  yield* attachmentsOf(objects, { place, root: posix.dirname(file.path), pages: new Set(pages.map(({ id }) => id)) });
}

/** In bytes; it is read part by part, and the text of every version is held in memory. */
const largestXml = 512 * 1024 ** 2;

async function readObjects(file: ExportFile): Promise<Objects> {
  if (file.size > largestXml)
    throw new AppError(
      'FILE_TOO_LARGE',
      `${file.path} has ${file.size} bytes; at most ${largestXml} are read. Export fewer pages at once.`,
    );
  const objects = Object.fromEntries(classes.map((name) => [name, new Map()])) as Objects;
  for await (const object of readHibernate(file.parts(), new Set(classes), file.path))
    objects[object.className as keyof Objects].set(object.id, object);
  return objects;
}

/** Older versions name the newest one; drafts and what lies in the trash have another status. */
function isCurrent({ texts, references }: HibernateObject): boolean {
  return (texts.contentStatus ?? 'current') === 'current' && !references.originalVersion && !texts.originalVersionId;
}

function parentsOf({ references }: HibernateObject, { Page, Space }: Objects): string[] {
  const names: string[] = [];
  const seen = new Set<string>();
  for (let id = references.parent; id && !seen.has(id); id = Page.get(id)?.references.parent) {
    seen.add(id);
    names.unshift(Page.get(id)?.texts.title ?? '');
  }
  const space = Space.get(references.space ?? '') ?? [...Space.values()][0];
  return [space?.texts.name ?? '', ...names];
}

function userOf(key: string | undefined, { ConfluenceUserImpl: users }: Objects): string | null {
  return users.get(key ?? '')?.texts.name ?? null;
}

interface Around {
  readonly place: XmlPlace;
  readonly root: string;
  readonly pages: ReadonlySet<string>;
}

/** A file lies under the ids of its page and of itself, and is called by the number of its version. */
function* attachmentsOf({ Attachment }: Objects, { place, root, pages }: Around): Generator<ExportDocument> {
  for (const attachment of Attachment.values()) {
    const { id, texts, references } = attachment;
    const page = references.containerContent ?? references.content ?? '';
    const file = place.archive.files.get(
      posix.join(root, 'attachments', page, id, texts.version ?? texts.attachmentVersion ?? '1'),
    );
    if (!file || !pages.has(page) || !isCurrent(attachment)) continue;
    const fileName = posix.basename(texts.title ?? texts.fileName ?? id);
    yield* attachmentDocument(place, file, { externalId: `attachment/${id}`, fileName, uri: place.addressOf(page) });
  }
}
