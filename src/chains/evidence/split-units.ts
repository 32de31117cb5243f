import { type Span, splitSentences } from '../../domain/sentences.ts';

/** `sentence` of running text · `item` of a list · `row` of a table · `code` a listing or a line of one. */
export type UnitKind = 'sentence' | 'item' | 'row' | 'code';

/** The smallest piece of a passage that an answer may quote; offsets are UTF-16 into the passage's text. */
export interface Unit extends Span {
  readonly kind: UnitKind;
  /** What makes the unit understandable: the header row of a table, the sentence that introduces a list or a listing. */
  readonly lead: Span | null;
  /** Nearest heading above within the passage. */
  readonly heading: string | null;
  /** Units of one list, table or paragraph share a number. */
  readonly block: number;
  /** True for an item that begins with a number: a step of a procedure. */
  readonly isStep: boolean;
}

interface Line extends Span {
  readonly text: string;
}

type Run =
  | { readonly kind: 'prose' | 'table' | 'code'; readonly lines: readonly Line[] }
  | { readonly kind: 'heading'; readonly text: string };

const fence = /^\s*(?:```|~~~)/;
const markdownHeading = /^\s{0,3}#{1,6}\s+(.+?)\s*#*$/;
const tableRule = /^\s*\|?\s*:?-{3,}:?\s*(?:\|\s*:?-{3,}:?\s*)*\|?\s*$/;
const listItem = /^\s*(?:[-*+•◦▪‣]|\d{1,3}[.)]|[a-z][.)])\s/;
const numberedItem = /^\s*\d{1,3}[.)]\s/;
const numberedHeading = /^\d+(?:\.\d+)+\.?\s+\p{Lu}/u;
const endOfSentence = /[.!?…。！？:;]["'”’)\]*_`]*$/;
/** A line on its own with fewer words, no number and no full stop is taken for a heading. */
const longestLabel = 10;

/** Splits a passage into the units that an answer may quote; headings, rules and blank lines give none. */
export function splitUnits(text: string, headingPath: readonly string[]): Unit[] {
  const headings = new Set(headingPath.map((heading) => heading.trim()));
  const units: Unit[] = [];
  let heading: string | null = null;
  let block = 0;
  for (const run of runsOf(text, headings)) {
    if (run.kind === 'heading') {
      heading = run.text;
      continue;
    }
    const before = units.at(-1);
    const lead = before && /:["'”’*_`]*$/.test(text.slice(before.start, before.end)) ? before : null;
    for (const piece of piecesOf(run, text, lead)) {
      block += piece.beginsBlock ? 1 : 0;
      units.push({ ...piece.unit, heading, block });
    }
  }
  return units;
}

interface Piece {
  readonly unit: Omit<Unit, 'heading' | 'block'>;
  readonly beginsBlock: boolean;
}

function piecesOf(run: Exclude<Run, { kind: 'heading' }>, text: string, lead: Span | null): Piece[] {
  if (run.kind === 'table') return rowsOf(run.lines);
  if (run.kind === 'code') return listingOf(run.lines, lead);
  return proseOf(run.lines, text, lead);
}

function rowsOf(lines: readonly Line[]): Piece[] {
  const rule = lines.findIndex((line) => tableRule.test(line.text));
  const header = lines[0];
  const rows = lines.filter((_line, index) => index > 0 && index !== rule);
  if (!header || rows.length === 0) return lines.slice(0, 1).map((line) => pieceOf(line, 'row', null));
  return rows.map((row, index) => pieceOf(row, 'row', header, index === 0));
}

function listingOf(lines: readonly Line[], lead: Span | null): Piece[] {
  const [first, last] = [lines[0], lines.at(-1)];
  if (!first || !last) return [];
  const isLong = lines.length > 12;
  return isLong
    ? lines.filter((line) => line.text.trim() !== '').map((line, index) => pieceOf(line, 'code', lead, index === 0))
    : [pieceOf({ start: first.start, end: last.end }, 'code', lead)];
}

function proseOf(lines: readonly Line[], text: string, lead: Span | null): Piece[] {
  const [first, last] = [lines[0], lines.at(-1)];
  if (!first || !last) return [];
  let introduction = lead;
  let isInList = false;
  let isStep = false;
  return splitSentences(text.slice(first.start, last.end)).map((span, index) => {
    const unit = { start: first.start + span.start, end: first.start + span.end };
    const words = text.slice(unit.start, unit.end);
    const beginsLine = /(?:^|\n)[ \t]*$/.test(text.slice(Math.max(0, unit.start - 20), unit.start));
    const beginsItem = beginsLine && listItem.test(words);
    const beginsBlock = index === 0 || (beginsItem && !isInList);
    isInList ||= beginsItem;
    if (beginsItem) isStep = numberedItem.test(words);
    const piece = pieceOf(unit, isInList ? 'item' : 'sentence', isInList ? introduction : null, beginsBlock);
    if (!isInList && /:["'”’*_`]*$/.test(words)) introduction = unit;
    return { ...piece, unit: { ...piece.unit, isStep: isInList && isStep } };
  });
}

function pieceOf({ start, end }: Span, kind: UnitKind, lead: Span | null, beginsBlock = true): Piece {
  const leading = lead && { start: lead.start, end: lead.end };
  return { unit: { start, end, kind, lead: leading, isStep: false }, beginsBlock };
}

/** Groups lines into running text, tables, listings and headings; blank lines part them. */
function runsOf(text: string, headings: ReadonlySet<string>): Run[] {
  const runs: Run[] = [];
  let current: { kind: 'prose' | 'table' | 'code'; lines: Line[] } | null = null;
  let inFence = false;
  const close = () => {
    if (current && current.lines.length > 0) runs.push(settle(current, headings));
    current = null;
  };
  const add = (kind: 'prose' | 'table' | 'code', line: Line) => {
    if (current?.kind !== kind) close();
    current ??= { kind, lines: [] };
    current.lines.push(line);
  };
  const lines = linesOf(text);
  for (const [index, line] of lines.entries()) {
    const heading = inFence ? null : markdownHeading.exec(line.text);
    if (fence.test(line.text)) {
      close();
      inFence = !inFence;
    } else if (inFence) add('code', line);
    else if (line.text.trim() === '') close();
    else if (heading) {
      close();
      runs.push({ kind: 'heading', text: heading[1] ?? '' });
    } else add(isTableLine(lines, index) ? 'table' : 'prose', line);
  }
  close();
  return runs;
}

/** A lone short line without a full stop is a heading, when it is one of the passage's or looks like one. */
function settle(run: { kind: 'prose' | 'table' | 'code'; lines: Line[] }, headings: ReadonlySet<string>): Run {
  const [only, another] = run.lines;
  if (run.kind !== 'prose' || !only || another) return run;
  const words = only.text.trim();
  const isNumbered = numberedHeading.test(words);
  const isLabel =
    (isNumbered || !/[:\d]/.test(words)) && words.split(/\s+/).length <= longestLabel && !listItem.test(words);
  return headings.has(words) || (isLabel && !endOfSentence.test(words)) ? { kind: 'heading', text: words } : run;
}

function isTableLine(lines: readonly Line[], index: number): boolean {
  const line = lines[index]?.text ?? '';
  const count = pipes(line);
  if (count === 0) return false;
  if (/^\s*\|/.test(line) || tableRule.test(line)) return true;
  return count === pipes(lines[index - 1]?.text ?? '') || count === pipes(lines[index + 1]?.text ?? '');
}

function pipes(line: string): number {
  return line.split('|').length - 1;
}

function linesOf(text: string): Line[] {
  const lines: Line[] = [];
  let start = 0;
  for (const line of text.split('\n')) {
    const trimmed = line.trimEnd();
    const indent = trimmed.length - trimmed.trimStart().length;
    lines.push({ text: trimmed, start: start + indent, end: start + trimmed.length });
    start += line.length + 1;
  }
  return lines;
}
