import { singleLine } from './clean-text.ts';

/** A heading as a reader sees it: one line without Markdown's marks, links reduced to their text. */
export function headingText(source: string): string {
  const line = singleLine(
    source
      .replace(/^\s{0,3}#{1,6}\s+/, '')
      .replace(/\n\s*(?:=+|-+)\s*$/, '')
      .replace(/\s+#+\s*$/, ''),
  );
  const plain = line
    .replace(/\s*\{#[^{}]*\}$/, '')
    .replace(/!?\[([^[\]]*)\]\([^()]*\)/g, '$1')
    .replace(/<\/?[a-z][^<>]*>/gi, '')
    .replace(/(\*\*|__)(\S.*?)\1/g, '$2')
    .replace(/`+([^`]*)`+/g, '$1')
    .replace(/\\([!-/:-@[-`{-~])/g, '$1');
  return singleLine(plain) || line;
}
