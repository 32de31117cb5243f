import type { Filter } from '../domain/filter.ts';

/** What a command line says about the documents to look at. */
export interface FilterOptions {
  /** As in the API. */
  readonly filter?: Filter | undefined;
  readonly source: readonly string[];
  readonly tag: Readonly<Record<string, string>>;
}

/** The `filter` of a request body, all of what was given must hold; empty when nothing was. */
export function filterOf({ filter, source, tag }: FilterOptions): { filter?: Filter } {
  const parts: Filter[] = [
    ...(filter ? [filter] : []),
    ...(source.length > 0 ? [{ source: [...source] }] : []),
    ...(Object.keys(tag).length > 0 ? [{ tags: tag }] : []),
  ];
  const [only, ...others] = parts;
  if (!only) return {};
  return { filter: others.length === 0 ? only : { and: parts } };
}
