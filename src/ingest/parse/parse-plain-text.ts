import type { Block, BlockKind, ParsedDocument } from '../../domain/document.ts';

/** Blocks of plain text: paragraphs between blank lines; rows and code keep their lines together. */
export function parsePlainText(text: string, options: { kind: BlockKind; title: string }): ParsedDocument {
  const blocks: Block[] = [];
  const paragraph = /\S[^\n]*(?:\n[ \t]*\S[^\n]*)*/g;
  for (let found = paragraph.exec(text); found; found = paragraph.exec(text))
    blocks.push({ kind: options.kind, start: found.index, end: found.index + found[0].trimEnd().length });
  return { title: options.title, text, blocks, language: null };
}
