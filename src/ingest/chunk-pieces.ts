import type { Block, CellRange, ParsedDocument } from '../domain/document.ts';
import { type Span, splitSentences } from '../domain/sentences.ts';
import type { CountTokens } from '../models/embedder.ts';
import { breadcrumbOf } from './breadcrumb.ts';
import { headingText } from './parse/heading-text.ts';

/** The smallest stretch that chunks are made of; a chunk is a run of neighbouring pieces. */
export interface Piece extends Span {
  readonly tokens: number;
  /** Tokens of what stands between the piece before and this one, such as a rule. */
  readonly gapTokens: number;
  /** What it costs to begin a chunk here, from 0 (a new section) upwards; see chunk.ts for the scale. */
  readonly breakCost: number;
  /** A chunk has to begin here. */
  readonly mustBreak: boolean;
  readonly section: Section;
  readonly page: number | null;
  /** The row of the spreadsheet that it lies in. */
  readonly cells: CellRange | null;
  /** The header row of the table that this piece continues. */
  readonly tableHeader: string | null;
  readonly tableHeaderTokens: number;
}

/** What stands under one heading, up to the next. */
export interface Section {
  readonly headingPath: readonly string[];
  /** Most tokens that a chunk of this section may have. */
  readonly maxTokens: number;
  /** False for a heading that another heading follows at once. */
  hasBody: boolean;
}

export interface PieceLimits {
  readonly maxCharacters: number;
  /** Most tokens of a chunk under these headings. */
  readonly maxTokens: (headingPath: readonly string[]) => number;
}

/** Part of a block before its place in the document is known. */
interface Part extends Span {
  readonly breakCost: number;
  readonly mustBreak?: boolean;
  /** A row of a table, which is cut between its cells before it is cut inside of one. */
  readonly isRow?: boolean;
}

const afterHeading = 1.5;
const betweenBlocks = 0.02;
const betweenItems = 0.1;
const afterIntroduction = 0.35;
const betweenSentences = 0.25;
const betweenRows = 0.2;
const betweenLines = 0.35;
const afterBlankLine = 0.15;
const betweenCells = 0.5;
const insideSentence = 0.6;

/** A block shorter than this is not worth cutting; characters. */
const shortBlock = 160;
/** Longer runs without white space are cut anywhere; the tokenizer would take one for a single unknown token. */
const longestWord = 100;
const longWord = /\S{101}/;
const wordsTogether = 40;
const longestTableHeader = 48;
const longestGap = 80;

/** Cuts a document into pieces: sentences, table rows, lines of code; each fits into a chunk of its section. */
export function toPieces(parsed: ParsedDocument, countTokens: CountTokens, limits: PieceLimits): Piece[] {
  const { text } = parsed;
  const pieces: Piece[] = [];
  // No heading of the document ends what it stands under.
  const headings = breadcrumbOf(parsed).map((name) => ({ level: 0, text: name }));
  const newSection = (): Section => {
    const headingPath = headings.map((heading) => heading.text);
    return { headingPath, maxTokens: limits.maxTokens(headingPath), hasBody: false };
  };
  let section = newSection();
  let previous: Block | null = null;
  for (const block of parsed.blocks) {
    if (block.kind === 'heading') {
      const level = block.level ?? 1;
      while ((headings.at(-1)?.level ?? 0) >= level) headings.pop();
      headings.push({ level, text: headingText(text.slice(block.start, block.end)) });
      section = newSection();
    } else section.hasBody = true;
    const rowAt = createRowFinder(text, block);
    const table = block.kind === 'table' ? tableHeaderOf(text, block, countTokens) : null;
    for (const part of partsOf(block, { text, first: firstBreakCost(block, previous, text) })) {
      for (const fitting of fitPart(part, { text, countTokens, section, limits })) {
        const last = pieces.at(-1);
        const gap = last ? text.slice(last.end, fitting.start) : '';
        const isContinued = table !== null && fitting.start > block.start;
        pieces.push({
          ...fitting,
          gapTokens: gap.trim() === '' ? 0 : countTokens(gap.slice(0, longestGap)),
          mustBreak: fitting.mustBreak || !isJoinable(gap),
          section,
          page: block.page ?? null,
          cells: rowAt(fitting.start),
          tableHeader: isContinued ? table.text : null,
          tableHeaderTokens: isContinued ? table.tokens : 0,
        });
      }
    }
    previous = block;
  }
  return pieces;
}

/** The cells of the line that an offset lies in; offsets must ascend, because lines are counted on from the last one. */
function createRowFinder(text: string, block: Block): (offset: number) => CellRange | null {
  const { cells } = block;
  if (!cells) return () => null;
  let counted = block.start;
  let lines = 0;
  return (offset) => {
    for (let at = text.indexOf('\n', counted); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) {
      lines += 1;
      counted = at + 1;
    }
    return { ...cells, firstRow: cells.firstRow + lines };
  };
}

/** Rules and empty marks may stand inside a chunk; text that belongs to no block, such as a comment, may not. */
function isJoinable(gap: string): boolean {
  return gap.trim() === '' || (gap.length <= longestGap && !gap.includes('<!--'));
}

function firstBreakCost(block: Block, previous: Block | null, text: string): number {
  if (!previous || block.kind === 'heading') return previous?.kind === 'heading' ? afterHeading : 0;
  if (previous.kind === 'heading') return afterHeading;
  if (text.charAt(previous.end - 1) === ':') return afterIntroduction;
  return block.kind === 'list' && previous.kind === 'list' ? betweenItems : betweenBlocks;
}

function partsOf(block: Block, place: { text: string; first: number }): Part[] {
  const { text, first } = place;
  const { start, end, kind } = block;
  if (end - start <= shortBlock || kind === 'heading') return [{ start, end, breakCost: first }];
  if (kind === 'table' || kind === 'code')
    return linesOf(text, block).map((line, index) => ({ ...line, breakCost: index === 0 ? first : line.breakCost }));
  return splitSentences(text.slice(start, end)).map((span, index) => ({
    start: start + span.start,
    end: start + span.end,
    breakCost: index === 0 ? first : betweenSentences,
  }));
}

/** Lines with visible characters; a table's header row and a fence's marks hold on to their neighbours. */
function linesOf(text: string, block: Block): Part[] {
  const lines: Part[] = [];
  let isAfterBlank = false;
  for (let at = block.start; at < block.end; ) {
    const newline = text.indexOf('\n', at);
    const end = newline < 0 || newline > block.end ? block.end : newline;
    const line = text.slice(at, end);
    if (line.trim() !== '') {
      const start = at + (line.length - line.trimStart().length);
      const breakCost = block.kind === 'table' ? rowBreakCost(line, lines.length) : lineBreakCost(line, lines.length);
      const end = at + line.trimEnd().length;
      const isRow = block.kind === 'table';
      lines.push({ start, end, breakCost: isAfterBlank ? afterBlankLine : breakCost, isRow });
    }
    isAfterBlank = line.trim() === '';
    at = end + 1;
  }
  return lines;
}

function rowBreakCost(line: string, index: number): number {
  return index === 1 || (index === 2 && !/\w/.test(line)) ? afterHeading : betweenRows;
}

function lineBreakCost(line: string, index: number): number {
  return index === 1 || /^\s*(?:```|~~~)/.test(line) ? afterHeading : betweenLines;
}

/** The header row, for the chunks that continue the table; null when it is too long to be repeated. */
function tableHeaderOf(text: string, block: Block, countTokens: CountTokens): { text: string; tokens: number } | null {
  const newline = text.indexOf('\n', block.start);
  if (newline < 0 || newline >= block.end || newline - block.start > 1000) return null;
  const row = text.slice(block.start, newline).trim();
  const tokens = countTokens(row);
  return tokens <= longestTableHeader ? { text: row, tokens } : null;
}

interface FitContext {
  readonly text: string;
  readonly countTokens: CountTokens;
  readonly section: Section;
  readonly limits: PieceLimits;
}

type FittingPart = Part & { readonly tokens: number; readonly mustBreak: boolean };

/** The part as it is, or cut between words and, where a word is too long, inside it. */
function fitPart(part: Part, context: FitContext): FittingPart[] {
  const { text, countTokens, section, limits } = context;
  // A table's continued chunks carry their header row.
  const most = section.maxTokens - longestTableHeader;
  const hasRoom = part.end - part.start <= limits.maxCharacters;
  const slice = text.slice(part.start, part.end);
  const tokens = hasRoom ? countTokens(slice) : Number.POSITIVE_INFINITY;
  if (tokens <= most && !hasLongWord(slice)) return [{ ...part, tokens, mustBreak: part.mustBreak ?? false }];
  const cells = part.isRow ? cellsOf(slice, part.start) : [];
  if (cells.length > 1)
    return cells.flatMap((cell, index) =>
      fitPart({ ...cell, breakCost: index === 0 ? part.breakCost : betweenCells }, context),
    );
  const fitting: FittingPart[] = [];
  for (const word of wordsOf(slice, part.start)) {
    const breakCost = fitting.length === 0 ? part.breakCost : insideSentence;
    const isLong = word.end - word.start > longestWord;
    const count = isLong ? Number.POSITIVE_INFINITY : countTokens(text.slice(word.start, word.end));
    const last = fitting.at(-1);
    if (count > most) fitting.push(...cutWord(word, { ...context, breakCost, most }));
    else if (last && canGrow(last, word, count)) fitting[fitting.length - 1] = grown(last, word, count);
    else fitting.push({ ...word, tokens: count, breakCost, mustBreak: false });
  }
  return fitting;
}

/** The pattern looks on from each character: only where a run of the length is in sight it is asked. */
function hasLongWord(slice: string): boolean {
  if (slice.length <= longestWord) return false;
  let run = 0;
  for (let at = 0; at < slice.length; at += 1) {
    run = slice.charCodeAt(at) <= 32 ? 0 : run + 1;
    if (run > longestWord) return longWord.test(slice);
  }
  return false;
}

/** The cells of a row, each with the bar that ends it. */
function cellsOf(row: string, offset: number): Span[] {
  return [...row.matchAll(/[^|\s][^|]*\|?|\|/g)].map(({ index, 0: cell }) => ({
    start: offset + index,
    end: offset + index + cell.trimEnd().length,
  }));
}

function canGrow(part: FittingPart, word: Span, tokens: number): boolean {
  return part.tokens + tokens <= wordsTogether && word.end - part.start <= 8 * wordsTogether;
}

function grown(part: FittingPart, word: Span, tokens: number): FittingPart {
  return { ...part, end: word.end, tokens: part.tokens + tokens };
}

function* wordsOf(slice: string, offset: number): Generator<Span> {
  for (const match of slice.matchAll(/\S+/g)) {
    const start = offset + match.index;
    yield { start, end: start + match[0].length };
  }
}

/** Cuts a run without white space. Each slice has to begin a chunk: counted together, two slices may have other tokens than apart. */
function cutWord(word: Span, context: FitContext & { breakCost: number; most: number }): FittingPart[] {
  const { text, countTokens, limits, breakCost, most } = context;
  const slices: FittingPart[] = [];
  for (let start = word.start; start < word.end; ) {
    let length = Math.min(word.end - start, limits.maxCharacters, most);
    let end = wholeCharacterEnd(text, start, length);
    let tokens = sliceTokens(text.slice(start, end), countTokens);
    while (tokens > most && length > 2) {
      length = Math.max(2, Math.min(Math.floor((length * most) / tokens), length - 1));
      end = wholeCharacterEnd(text, start, length);
      tokens = sliceTokens(text.slice(start, end), countTokens);
    }
    slices.push({ start, end, tokens, breakCost, mustBreak: start > word.start });
    start = end;
  }
  return slices;
}

/** ASCII has no more tokens than characters, and counting those of random characters takes long. */
function sliceTokens(slice: string, countTokens: CountTokens): number {
  return /^[!-~]*$/.test(slice) ? slice.length : countTokens(slice);
}

/** The end of a slice that does not part a surrogate pair. */
function wholeCharacterEnd(text: string, start: number, length: number): number {
  const end = start + length;
  const isPairParted = /[\ud800-\udbff]/.test(text.charAt(end - 1)) && /[\udc00-\udfff]/.test(text.charAt(end));
  return isPairParted ? end - 1 : end;
}
