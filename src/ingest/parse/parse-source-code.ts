import type { Block, ParsedDocument } from '../../domain/document.ts';

/** Blocks of source code: what begins in the first column after a blank line begins one, so that a function stays whole with its comment. */
export function parseSourceCode(text: string, title: string): ParsedDocument {
  const blocks: Block[] = [];
  let start = -1;
  let end = 0;
  const finish = () => {
    if (start >= 0) blocks.push({ kind: 'code', start, end });
    start = -1;
  };
  let at = 0;
  let isAfterBlank = true;
  for (const line of text.split('\n')) {
    const isBlank = line.trim() === '';
    if (!isBlank) {
      if (isAfterBlank && /^[^\s)}\]]/.test(line)) finish();
      if (start < 0) start = at + line.length - line.trimStart().length;
      end = at + line.trimEnd().length;
    }
    isAfterBlank = isBlank;
    at += line.length + 1;
  }
  finish();
  return { title, text, blocks, language: null };
}
