import { posix } from 'node:path';
import type { Properties } from '../../domain/document.ts';
import { singleLine } from './clean-text.ts';
import type { Archive } from './read-archive.ts';
import { attributeOf, childElements, childrenNamed, openXml, textOf, type XmlNode } from './xml-node.ts';

/** What another part is to the one that names it: its kind and its name in the archive. */
export interface Relationship {
  /** The last part of the kind's address, such as `slide` or `notesSlide`. */
  readonly kind: string;
  readonly target: string;
}

/** The parts that a part of an Office file refers to, by the id of the reference. What lies outside the file is left out. */
export async function readRelationships(archive: Archive, part: string): Promise<Map<string, Relationship>> {
  const folder = posix.dirname(part);
  const root = await readPart(archive, posix.join(folder, '_rels', `${posix.basename(part)}.rels`));
  const inside = root
    ? childrenNamed(root, 'Relationship').filter((node) => node.attributes.TargetMode !== 'External')
    : [];
  return new Map(
    inside.map((node) => {
      const target = attributeOf(node, 'Target');
      const path = target.startsWith('/') ? target.slice(1) : posix.join(folder, target);
      return [attributeOf(node, 'Id'), { kind: posix.basename(attributeOf(node, 'Type')), target: path }];
    }),
  );
}

/** A part as XML; null when the archive lacks it. */
export async function readPart(archive: Archive, name: string): Promise<XmlNode | null> {
  const xml = await archive.text(name);
  return xml === null || xml.trim() === '' ? null : openXml(xml);
}

const propertyNames: Readonly<Record<string, string>> = {
  title: 'title',
  subject: 'subject',
  creator: 'author',
  'initial-creator': 'author',
  description: 'description',
  keywords: 'keywords',
  keyword: 'keywords',
  category: 'category',
  created: 'created',
  'creation-date': 'created',
  modified: 'modified',
  date: 'modified',
  language: 'language',
};

/** Title, author, dates and the like, as Office and OpenDocument files and books state them in children of `node`. */
export function readProperties(node: XmlNode | null): Properties {
  const found: Record<string, string> = {};
  for (const child of node ? childElements(node) : []) {
    const name = propertyNames[child.name];
    const value = singleLine(textOf(child)).slice(0, 2000);
    if (name && value !== '') found[name] ??= value;
  }
  return found;
}
