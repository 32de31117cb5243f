import { Parser } from 'htmlparser2';
import { AppError } from '../../domain/errors.ts';

/** An element of XML; `name` is without its prefix, attributes keep theirs. Entities that the file declares are not expanded. */
export interface XmlNode {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: (XmlNode | string)[];
}

/** Documents stay below 50; the walks over the tree are recursive. */
const deepestNesting = 400;

/** The root of a document. Throws FILE_CORRUPT when an element does not end, FILE_TAKES_TOO_LONG when they are nested too deeply. */
export function openXml(xml: string): XmlNode {
  const root: XmlNode = { name: '', attributes: {}, children: [] };
  readElements(
    xml,
    (name) => name !== '',
    (node) => root.children.push(node),
  );
  const [first] = childElements(root);
  if (!first) throw new AppError('FILE_CORRUPT', 'A part of the file holds no XML.');
  return first;
}

/** Visits each element of this name as soon as it has ended, so that a large document is never in memory as a whole. Throws as `openXml` does. */
export function eachXmlElement(xml: string, name: string, visit: (node: XmlNode) => void): void {
  readElements(xml, (candidate) => candidate === name, visit);
}

/** Builds the outermost elements that are wanted. */
function readElements(xml: string, isWanted: (name: string) => boolean, visit: (node: XmlNode) => void): void {
  const open: XmlNode[] = [];
  let depth = 0;
  const parser = new Parser(
    {
      onopentag(fullName, attributes) {
        depth += 1;
        if (depth > deepestNesting)
          throw new AppError('FILE_TAKES_TOO_LONG', `The file nests its elements more than ${deepestNesting} deep.`);
        const name = localName(fullName);
        if (open.length > 0 || isWanted(name)) open.push({ name, attributes: { ...attributes }, children: [] });
      },
      ontext(text) {
        const siblings = open.at(-1)?.children;
        if (!siblings) return;
        if (typeof siblings.at(-1) === 'string') siblings[siblings.length - 1] += text;
        else siblings.push(text);
      },
      onclosetag() {
        depth -= 1;
        const node = open.pop();
        if (!node) return;
        const parent = open.at(-1);
        if (parent) parent.children.push(node);
        else visit(node);
      },
    },
    { xmlMode: true, decodeEntities: true },
  );
  parser.write(xml);
  // At the end the parser closes what is open by itself.
  const isCutOff = depth > 0;
  parser.end();
  if (isCutOff) throw new AppError('FILE_CORRUPT', 'A part of the file is cut off: an element does not end.');
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}

export function childElements(node: XmlNode): XmlNode[] {
  return node.children.filter((child) => typeof child !== 'string');
}

/** The child elements of this name. */
export function childrenNamed(node: XmlNode, name: string): XmlNode[] {
  return childElements(node).filter((child) => child.name === name);
}

/** The element at the end of a path of child elements; null when one is missing. */
export function childAt(node: XmlNode, ...path: readonly string[]): XmlNode | null {
  let found: XmlNode | undefined = node;
  for (const name of path) found = found && childElements(found).find((child) => child.name === name);
  return found ?? null;
}

/** The outermost descendants of this name, in order. */
export function descendantsNamed(node: XmlNode, name: string): XmlNode[] {
  return childElements(node).flatMap((child) => (child.name === name ? [child] : descendantsNamed(child, name)));
}

/** All text inside a node. */
export function textOf(node: XmlNode | null): string {
  return node?.children.map((child) => (typeof child === 'string' ? child : textOf(child))).join('') ?? '';
}

/** An attribute by its name without prefix; an empty string when it is missing. */
export function attributeOf(node: XmlNode | null, name: string): string {
  if (!node) return '';
  const plain = node.attributes[name];
  if (plain !== undefined) return plain;
  const prefixed = Object.keys(node.attributes).find((key) => key.endsWith(`:${name}`));
  return (prefixed && node.attributes[prefixed]) ?? '';
}
