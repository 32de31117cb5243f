import { parseHTML } from 'linkedom';
import { AppError } from '../../domain/errors.ts';

/** The part of the DOM that reading needs; the compiler's DOM library is for browsers only. */
export interface HtmlNode {
  readonly nodeType: number;
  readonly nodeValue: string | null;
  /** Lower case; undefined for nodes that are not elements. */
  readonly localName?: string;
  /** Counted anew at each access. Going from sibling to sibling instead would stop at the document type. */
  readonly childNodes: Iterable<HtmlNode>;
  readonly textContent: string | null;
  readonly innerHTML?: string;
  getAttribute?(name: string): string | null;
  querySelector?(selector: string): HtmlNode | null;
  querySelectorAll?(selector: string): Iterable<HtmlNode>;
}

export const elementNode = 1;
export const textNode = 3;

/** Real pages stay below 100; the walk over the tree is recursive. */
const deepestNesting = 400;

/** Parses a page or a fragment. Throws FILE_TAKES_TOO_LONG when its elements are nested too deeply. */
export function openHtml(html: string): HtmlNode {
  const page = /<body[\s>]/i.test(html) ? html : `<html><body>${html}</body></html>`;
  const { document } = parseHTML(page);
  const root: HtmlNode = document;
  if (isDeeperThan(root, deepestNesting))
    throw new AppError('FILE_TAKES_TOO_LONG', `The page nests its elements more than ${deepestNesting} levels deep.`);
  return root;
}

export function childrenOf(node: HtmlNode): HtmlNode[] {
  return [...node.childNodes];
}

/** Walks without recursion, so that the check itself cannot overflow. */
function isDeeperThan(root: HtmlNode, limit: number): boolean {
  let level = [root];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > limit) return true;
    level = level.flatMap(childrenOf);
  }
  return false;
}
