import type { Chunk, ParsedDocument } from '../domain/document.ts';
import type { CountTokens } from '../models/embedder.ts';
import { type Piece, type Section, toPieces } from './chunk-pieces.ts';
import { showCells } from './parse/cell-values.ts';
import { headingText } from './parse/heading-text.ts';

/** A chunk, and the header row when it continues a table. */
export interface DocumentChunk extends Chunk {
  readonly tableHeader: string | null;
}

export interface ChunkSizes {
  /** Tokens of a chunk that is neither too short to make sense nor too long to be about one thing. */
  readonly targetTokens: number;
  readonly maxTokens: number;
  /** What the embedder reads, without its special tokens: header and chunk have to fit. */
  readonly embeddedTokens: number;
}

/** Fit for the built-in embedder. */
export const defaultChunkSizes: ChunkSizes = { targetTokens: 180, maxTokens: 230, embeddedTokens: 254 };

/** No language needs more characters for a token. */
const charactersPerToken = 17;
/** A chunk's room even under long headings. */
const leastRoom = 128;

const siblingSections = 0.6;
const distantSections = 0.9;
const overlong = 0.3;

/**
 * Cuts a document into chunks of about the target's and at most the maximum's tokens: along sections first, then blocks, then sentences, rows or lines.
 * Chunks ascend, do not overlap and hold every visible character of the blocks. Small sections are joined under the headings that they share.
 */
export function chunkDocument(
  parsed: ParsedDocument,
  countTokens: CountTokens,
  sizes: ChunkSizes = defaultChunkSizes,
): DocumentChunk[] {
  const { maxTokens, embeddedTokens } = sizes;
  const least = Math.min(leastRoom, maxTokens);
  const maxCharacters = charactersPerToken * maxTokens;
  const roomUnder = (headingPath: readonly string[]) =>
    Math.max(least, Math.min(maxTokens, embeddedTokens - countTokens(headerOf(parsed.title, headingPath))));
  const pieces = toPieces(parsed, countTokens, { maxCharacters, maxTokens: roomUnder });
  return bestCuts(pieces, { ...sizes, maxCharacters }).map((run, ordinal) => toChunk(parsed, run, ordinal));
}

/** What the embedder reads: title and headings, a continued table's header row, then the text without the heading that it opens with. */
export function embeddingText(
  title: string,
  chunk: Pick<Chunk, 'text' | 'headingPath'> & { readonly tableHeader?: string | null },
): string {
  return `${headerOf(title, chunk.headingPath)}\n${bodyText(chunk)}`.trim();
}

/** The text without the heading that it opens with, because headings are weighed apart; led by a continued table's header row. */
export function bodyText(
  chunk: Pick<Chunk, 'text' | 'headingPath'> & { readonly tableHeader?: string | null },
): string {
  const lead = chunk.tableHeader ? `${chunk.tableHeader}\n` : '';
  const end = chunk.text.indexOf('\n');
  if (end < 0 || headingText(chunk.text.slice(0, end)) !== chunk.headingPath.at(-1)) return lead + chunk.text;
  const body = chunk.text
    .slice(end)
    .replace(/^\n(?:=+|-+)[ \t]*(?=\n|$)/, '')
    .trim();
  return lead + (body === '' ? chunk.text : body);
}

/** Title and headings joined by ` > `; long ones are clipped, and of many the first and the last ones stay. */
export function headerOf(title: string, headingPath: readonly string[]): string {
  const isTitle = (name: string) => name.toLowerCase() === title.toLowerCase();
  const names = [title, ...headingPath.filter((name) => !isTitle(name))].filter((name) => name !== '');
  const kept = names.length > 4 ? [...names.slice(0, 1), ...names.slice(-3)] : names;
  return kept.map((name) => (name.length > 80 ? `${name.slice(0, 79).toWellFormed()}…` : name)).join(' > ');
}

/** The runs of pieces whose costs are least together: dynamic programming over the places where a chunk may begin. */
function bestCuts(pieces: readonly Piece[], sizes: ChunkSizes & { readonly maxCharacters: number }): Piece[][] {
  const least = new Float64Array(pieces.length + 1).fill(Number.POSITIVE_INFINITY);
  const begins = new Int32Array(pieces.length + 1);
  least[0] = 0;
  for (const [begin, first] of pieces.entries()) {
    const soFar = (least[begin] ?? 0) + first.breakCost;
    let tokens = first.tokens + first.tableHeaderTokens;
    let mixing = 0;
    let room = first.section.maxTokens;
    for (let end = begin + 1; end <= pieces.length; end += 1) {
      const cost = soFar + lengthCost(tokens, sizes) + mixing;
      if (cost < (least[end] ?? 0)) {
        least[end] = cost;
        begins[end] = begin;
      }
      const before = pieces[end - 1];
      const next = pieces[end];
      if (!before || !next || next.mustBreak || next.end - first.start > sizes.maxCharacters) break;
      tokens += next.gapTokens + next.tokens;
      room = Math.min(room, next.section.maxTokens);
      if (tokens > room) break;
      if (next.section !== before.section) mixing += mixingCost(before.section, next.section);
    }
  }
  const runs: Piece[][] = [];
  for (let end = pieces.length; end > 0; end = begins[end] ?? 0) runs.push(pieces.slice(begins[end], end));
  return runs.reverse();
}

/** 0 at the target, 1 for an empty chunk. */
function lengthCost(tokens: number, { targetTokens, maxTokens }: ChunkSizes): number {
  if (tokens < targetTokens) return ((targetTokens - tokens) / targetTokens) ** 2;
  return overlong * ((tokens - targetTokens) / (maxTokens - targetTokens)) ** 2;
}

/** What it costs to have two neighbouring sections in one chunk; nothing for a heading and the first heading under it. */
function mixingCost(before: Section, next: Section): number {
  const shared = commonPath([before.headingPath, next.headingPath]).length;
  if (!before.hasBody && shared === before.headingPath.length) return 0;
  const isNear = shared >= Math.min(before.headingPath.length, next.headingPath.length) - 1;
  return isNear ? siblingSections : distantSections;
}

function toChunk(parsed: ParsedDocument, run: readonly Piece[], ordinal: number): DocumentChunk {
  const [first] = run;
  const start = first?.start ?? 0;
  const end = run.at(-1)?.end ?? start;
  const sections = [...new Set(run.map((piece) => piece.section))];
  const filled = sections.filter((section) => section.hasBody);
  const paths = (filled.length > 0 ? filled : sections).map((section) => section.headingPath);
  return {
    ordinal,
    text: parsed.text.slice(start, end),
    start,
    end,
    headingPath: commonPath(paths),
    page: first?.page ?? null,
    cells: showCells(run.flatMap(({ cells }) => cells ?? [])) || null,
    tableHeader: first?.tableHeader ?? null,
  };
}

/** The headings that all paths begin with. */
function commonPath(paths: readonly (readonly string[])[]): readonly string[] {
  const [first = []] = paths;
  const length = first.findIndex((heading, depth) => paths.some((path) => path[depth] !== heading));
  return length < 0 ? first : first.slice(0, length);
}
