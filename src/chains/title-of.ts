import type { ScoredPassage } from '../retrieve/retrieve.ts';

/** A passage's title and headings as a prompt names them, without what could end a fence. */
export function titleOf({ title, headingPath }: Pick<ScoredPassage, 'title' | 'headingPath'>): string {
  return [title, ...headingPath.filter((heading) => heading !== title)].join(' > ').replace(/[<>]/g, ' ');
}
