import { singleLine } from './clean-text.ts';
import type { TextBuilder } from './text-builder.ts';

/** Properties of a paragraph, until `\pard` sets them back. */
export interface RtfParagraph {
  /** From 0; null for running text. */
  outline: number | null;
  style: number;
  isInTable: boolean;
  isListed: boolean;
}

export const plainParagraph = (): RtfParagraph => ({ outline: null, style: 0, isInTable: false, isListed: false });

/** Collects the text of an RTF file into paragraphs, list items and rows. */
export interface RtfParagraphs {
  write(text: string): void;
  /** Characters of the paragraph so far. */
  length(): number;
  /** Turns what stands after `start` into a link. */
  link(start: number, target: string): void;
  /** Ends the paragraph; `marker` is its bullet or number, or an empty string. */
  end(paragraph: RtfParagraph, format: { level: number | null; marker: string }): void;
  endCell(): void;
  endRow(): void;
  /** Writes the sign of a footnote, whose text comes at the end. */
  addNote(note: string): void;
  finish(): void;
}

export function createRtfParagraphs(builder: TextBuilder): RtfParagraphs {
  let text = '';
  let row: string[] = [];
  let table: string[][] = [];
  const notes: string[] = [];

  function flushTable(): void {
    const filled = table.filter((cells) => cells.some((cell) => cell !== ''));
    table = [];
    builder.add('table', filled.map((cells) => cells.join(' | ')).join('\n'));
  }

  function addParagraph(paragraph: RtfParagraph, { level, marker }: { level: number | null; marker: string }): void {
    const content = text.replace(/[^\S\n]+/g, ' ').trim();
    text = '';
    flushTable();
    if (content === '') return;
    if (level !== null) builder.add('heading', singleLine(content), { level: Math.min(6, level) });
    else if (marker !== '' || paragraph.isListed) builder.add('list', `${listMarker(marker)} ${content}`);
    else builder.add('paragraph', content);
  }

  return {
    write(part) {
      text += part;
    },
    length: () => text.length,
    link(start, target) {
      const shown = text.slice(start).trim();
      if (shown !== '' && shown !== target) text = `${text.slice(0, start)}[${shown}](${target})`;
    },
    end(paragraph, format) {
      // Several paragraphs of a cell stand on one line.
      if (paragraph.isInTable) text += ' ';
      else addParagraph(paragraph, format);
    },
    endCell() {
      row.push(singleLine(text));
      text = '';
    },
    endRow() {
      table.push(row);
      row = [];
    },
    addNote(note) {
      notes.push(note);
      text += `[${notes.length}]`;
    },
    finish() {
      addParagraph(plainParagraph(), { level: null, marker: '' });
      for (const [index, note] of notes.entries()) builder.add('paragraph', `[${index + 1}] ${note}`);
    },
  };
}

/** A number stays, whatever bullet becomes a dash. */
function listMarker(marker: string): string {
  const shown = marker.trim();
  return /^\(?(?:\d+|[a-zA-Z]{1,4})[.)]$/.test(shown) ? shown : '-';
}
