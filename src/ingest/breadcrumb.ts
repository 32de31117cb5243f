import type { ParsedDocument } from '../domain/document.ts';

const separator = ' > ';
const mostNames = 10;

/** The value of the property `breadcrumb`: the names of what a document stands under, the outermost first. */
export function breadcrumbText(names: readonly string[]): string {
  return names
    .map((name) => name.replaceAll('>', ' ').replace(/\s+/g, ' ').trim())
    .filter((name) => name !== '')
    .join(separator);
}

/** The names, at most ten: the headings above the document's own. */
export function breadcrumbOf({ properties }: Pick<ParsedDocument, 'properties'>): string[] {
  const names = (properties?.breadcrumb ?? '').split('>').map((name) => name.trim());
  return names.filter((name) => name !== '').slice(0, mostNames);
}
