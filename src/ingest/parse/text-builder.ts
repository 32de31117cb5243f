import type { Block, BlockKind, CellRange } from '../../domain/document.ts';
import { cleanText } from './clean-text.ts';

export interface BlockDetails {
  readonly level?: number;
  readonly page?: number;
  /** The text has one line for each row then, none of them blank. */
  readonly cells?: CellRange;
  /** How deep an item stands in nested lists, from 0. */
  readonly depth?: number;
}

/** Collects blocks into one text, so that each block's range is exact by construction. */
export interface TextBuilder {
  /** Adds a block, cleaned; one without visible characters is left out. Items of one list stand on neighbouring lines, other blocks a blank line apart. */
  add(kind: BlockKind, text: string, details?: BlockDetails): void;
  build(): { readonly text: string; readonly blocks: readonly Block[] };
}

const deepestIndent = 8;

export function createTextBuilder(): TextBuilder {
  const parts: string[] = [];
  const blocks: Block[] = [];
  let length = 0;
  const append = (text: string) => {
    parts.push(text);
    length += text.length;
  };
  return {
    add(kind, raw, { depth = 0, ...details } = {}) {
      const clean = cleanText(raw);
      const text = kind === 'code' ? clean.replace(/^(?:[ \t]*\n)+/, '').trimEnd() : clean.trim();
      if (text.trim() === '') return;
      const last = blocks.at(-1);
      if (last) append(kind === 'list' && last.kind === 'list' ? '\n' : '\n\n');
      append('  '.repeat(Math.min(depth, deepestIndent)));
      blocks.push({ kind, start: length, end: length + text.length, ...details });
      append(text);
    },
    build: () => ({ text: parts.join(''), blocks }),
  };
}
