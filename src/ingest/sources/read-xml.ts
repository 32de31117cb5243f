import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { AppError } from '../../domain/errors.ts';

/** An element: attributes by `@name`, text by `#text`, children by their name without its prefix; each name a list. */
export interface XmlElement {
  readonly [name: string]: string | readonly XmlElement[] | undefined;
}

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  removeNSPrefix: true,
  parseTagValue: false,
  parseAttributeValue: false,
  // Entities of the document's own are not known here: what is left is decoded by the reader.
  processEntities: false,
  alwaysCreateTextNode: true,
  isArray: (_name, _path, _isLeaf, isAttribute) => !isAttribute,
});

/** Parses XML from outside: no entity is expanded and nothing is fetched. Throws FILE_CORRUPT; `name` says what it was. */
export function readXml(text: string, name: string): XmlElement {
  if (/<!ENTITY/i.test(text)) throw new AppError('FILE_SUSPICIOUS', `${name} declares entities of its own.`);
  try {
    if (XMLValidator.validate(text) !== true) throw new Error('not well formed');
    return asElement(parser.parse(text));
  } catch (error) {
    throw new AppError('FILE_CORRUPT', `${name} is not XML that can be read.`, { cause: error });
  }
}

/** The parser gives an object whatever it read. */
function asElement(value: unknown): XmlElement {
  return value as XmlElement;
}

/** The children of that name, in their order. */
export function children(element: XmlElement | undefined, name: string): readonly XmlElement[] {
  const value = element?.[name];
  return Array.isArray(value) ? value : [];
}

/** The text of the first child of that name, trimmed; null where there is none. */
export function textOf(element: XmlElement | undefined, name: string): string | null {
  const [child] = children(element, name);
  const text = child?.['#text'];
  return typeof text === 'string' && text.trim() !== '' ? text.trim() : null;
}
